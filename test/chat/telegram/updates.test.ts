import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTelegram } from '../../../simulators/telegram/telegram.ts';
import { createApi } from '../../../src/chat/telegram/api.ts';
import { createUpdates } from '../../../src/chat/telegram/updates.ts';
import { createHealth } from '../../../src/core/health.ts';
import { ada, createHarness, type Harness, TOKEN } from './harness.ts';

const stateOf = (harness: Harness) => harness.health.all().find(({ name }) => name === 'telegram');
const HOOK = 'https://bot.example';

/** The bot with a webhook, and the simulated Telegram finding its way to it. */
async function hooked() {
  const harness = await createHarness({ booted: false, publicUrl: HOOK });

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const { status } = await harness.chat.hook.take(headers, Buffer.concat(chunks));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
  harness.telegram.routes.set(HOOK, url);
  harness.onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  await harness.boot();
  return { harness, url };
}

describe('fetching updates', () => {
  it('asks for just those kinds that it deals with', async () => {
    const harness = await createHarness();
    await harness.telegram.waitFor(() => harness.telegram.calls('getUpdates').length > 0);
    expect(harness.telegram.calls('getUpdates')[0]?.params.allowed_updates).toEqual([
      'message',
      'callback_query',
      'my_chat_member',
    ]);
    expect(stateOf(harness)).toEqual({ name: 'telegram', state: 'ok' });
  });

  it('gets an update again that could not be stored', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    harness.fuse.breakNext('claim');
    await harness.telegram.sends(user, chat, { text: '/quota' });
    await harness.hears(chat, 'Your limits');
    expect(harness.logged.join('\n')).toContain('an update could not be stored');
  });

  it('asks ever more rarely for what can never be stored, as on a full disk', async () => {
    const telegram = await startTelegram({ token: TOKEN });
    const waits: number[] = [];
    const user = telegram.user({ first_name: 'Ada' });
    await telegram.sends(user, telegram.privateChat(user), { text: 'hello' });
    const updates = createUpdates({
      token: TOKEN,
      apiUrl: telegram.apiUrl,
      telegram: createApi({ token: TOKEN, apiUrl: telegram.apiUrl }),
      webhook: undefined,
      take: () => Promise.reject(new Error('the disk is full')),
      onMe: () => {},
      health: createHealth(() => {}),
      log: { debug() {}, info() {}, warn() {}, error() {} },
      timers: {
        after(ms, run) {
          waits.push(ms);
          const timer = setTimeout(run, 2);
          return () => clearTimeout(timer);
        },
      },
    });
    onTestFinished(async () => {
      await updates.stop();
      await telegram.close();
    });
    updates.start();
    await expect.poll(() => waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('steps back when another program fetches them too, says so, and goes on afterwards', async () => {
    const telegram = await startTelegram({ token: TOKEN });
    const health = createHealth(() => {});
    const waits: number[] = [];
    const logged: string[] = [];
    const say = (_: object, message: string) => void logged.push(message);
    const updates = createUpdates({
      token: TOKEN,
      apiUrl: telegram.apiUrl,
      telegram: createApi({ token: TOKEN, apiUrl: telegram.apiUrl }),
      webhook: undefined,
      take: async () => {},
      onMe: () => {},
      health,
      log: { debug() {}, info() {}, warn: say, error: say },
      timers: {
        after(ms, run) {
          waits.push(ms);
          const timer = setTimeout(run, 5);
          return () => clearTimeout(timer);
        },
      },
    });
    onTestFinished(async () => {
      await updates.stop();
      await telegram.close();
    });
    updates.start();
    await telegram.waitFor(() => telegram.calls('getUpdates').length === 1);
    const states: unknown[] = [];
    const stop = telegram.world.onChange(() => states.push(...health.all()));
    await fetch(`${telegram.apiUrl}/bot${TOKEN}/getUpdates?timeout=0`);
    await telegram.waitFor(() => telegram.calls('getUpdates').length === 3);
    stop();
    expect(waits).toEqual([15_000]);
    expect(logged).toEqual([expect.stringContaining('only one can')]);
    expect(states).toContainEqual({
      name: 'telegram',
      state: 'degraded',
      reason: expect.stringContaining('only one can'),
      finding: expect.objectContaining({ code: 'telegram-second-poller', level: 'broken' }),
    });
  });

  it('says once that the token is wrong, and does not hammer', async () => {
    const harness = await createHarness({ booted: false });
    harness.telegram.fault({ method: 'getMe', how: { status: 401, description: 'Unauthorized' }, times: 99 });
    await harness.boot();
    await harness.until(() => stateOf(harness)?.reason?.includes('TELEGRAM_BOT_TOKEN'));
    expect(harness.logged.filter((line) => line.startsWith('error'))).toHaveLength(1);
    expect(harness.telegram.calls('getMe')).toHaveLength(1);
  });

  it('starts at once where Telegram cannot be reached, and goes on by itself', async () => {
    const harness = await createHarness({ booted: false });
    harness.telegram.fault({ method: 'getMe', how: 'cut', times: 1 });
    await harness.boot();
    const { user, chat } = await ada(harness);
    await harness.telegram.sends(user, chat, { text: '/quota' });
    await harness.hears(chat, 'Your limits');
  });
});

describe('the webhook', () => {
  it('takes what Telegram tells, and nothing from anybody else', async () => {
    const { harness, url } = await hooked();
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.waitFor(() => harness.telegram.calls('setWebhook').length === 1);
    const forged = await fetch(`${url}/hooks/telegram`, {
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': 'a guess' },
      body: JSON.stringify({ update_id: 1 }),
    });
    expect(forged.status).toBe(401);
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.video(chat);
    expect(harness.telegram.deliveries.map(({ status }) => status)).not.toContain(401);
    expect(harness.telegram.calls('getUpdates')).toEqual([]);
  });

  it('has Telegram send again what could not be stored', async () => {
    const { harness } = await hooked();
    const { user, chat } = await ada(harness);
    await harness.telegram.waitFor(() => harness.telegram.calls('setWebhook').length === 1);
    harness.fuse.breakNext('claim');
    await harness.telegram.sends(user, chat, { text: '/quota' });
    await harness.hears(chat, 'Your limits');
    expect(harness.telegram.deliveries.map(({ status }) => status)).toEqual([503, 200]);
  });

  it('is taken down when there is none any more', async () => {
    const { harness } = await hooked();
    await harness.telegram.waitFor(() => harness.telegram.calls('setWebhook').length === 1);
    await harness.stop();
    await harness.boot({ publicUrl: 'http://127.0.0.1' });
    const { user, chat } = await ada(harness);
    await harness.telegram.sends(user, chat, { text: '/quota' });
    await harness.hears(chat, 'Your limits');
    expect(harness.telegram.calls('deleteWebhook')).toHaveLength(1);
  });
});
