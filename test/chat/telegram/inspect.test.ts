import { describe, expect, it } from 'vitest';
import { startTelegram } from '../../../simulators/telegram/telegram.ts';
import { inspectTelegram } from '../../../src/chat/telegram/inspect.ts';

describe('a look at Telegram', () => {
  async function looked(times: number) {
    await using telegram = await startTelegram();
    telegram.fault({ method: /^getMe$/, how: 'cut', times });
    const deps = {
      signal: new AbortController().signal,
      publicUrl: undefined,
      isRunning: true,
      listenMs: 0,
    };
    const found = await inspectTelegram({ token: telegram.token, apiUrl: telegram.apiUrl }, deps);
    return found.map(({ code }) => code);
  }

  it('takes no connection that breaks once for a network that is not there', async () => {
    expect(await looked(1)).toEqual(['telegram-privacy']);
  });

  it('says that Telegram can not be reached where it breaks again', async () => {
    expect(await looked(2)).toEqual(['telegram-unreachable']);
  });
});
