import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createUnfurling } from '../../../src/chat/discord/inbound/unfurling.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const GIF = {
  type: 'gifv',
  image: undefined,
  thumbnail: undefined,
  video: { url: 'https://gifs.example/a.mp4' },
};

describe('what Discord finds behind the links of a message', () => {
  it('is told to all who wait for that message, and to nobody else', async () => {
    const unfurling = createUnfurling(1000);
    const [one, twin, other] = [unfurling.of('1'), unfurling.of('1'), unfurling.of('2')];
    unfurling.changed('1', []);
    unfurling.changed('1', [GIF]);
    expect(await Promise.all([one, twin])).toEqual([[GIF], [GIF]]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await other).toBeUndefined();
  });

  it('is waited for no longer than until we stop', async () => {
    const unfurling = createUnfurling();
    const waiting = unfurling.of('1');
    unfurling.stop();
    expect(await waiting).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});
