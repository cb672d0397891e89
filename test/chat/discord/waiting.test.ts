import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWaiting, namedByWaiting } from '../../../src/chat/discord/inbound/waiting.ts';
import { createFileUse } from '../../../src/core/intake/file-use.ts';
import { memoryKeyValueStore } from '../../fakes/shelf.ts';

const HOUR_MS = 3_600_000;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function setup(kv = memoryKeyValueStore()) {
  // Not setTimeout: what another file of this worker left running would step through these days in half seconds.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const clock = { now: () => Date.now() };
  const removed: string[] = [];
  const fileUse = createFileUse({
    files: {
      remove: async (key) => void removed.push(key),
      has: async () => true,
      keep: () => Promise.reject(),
    },
    records: [namedByWaiting(kv)],
    log: quiet,
  });
  return { waiting: createWaiting({ kv, fileUse, clock, log: quiet }), removed, shelf: kv };
}

afterEach(() => void vi.useRealTimers());

describe('files that wait for a form to be sent', () => {
  it('are deleted within a day when the form is never sent, though nobody asks for anything', async () => {
    const { waiting, removed } = setup();
    await waiting.start();
    await waiting.hold('form:1', ['a', 'b']);
    await vi.advanceTimersByTimeAsync(23 * HOUR_MS);
    await waiting.hold('form:2', ['b', 'c']);
    expect(removed).toEqual([]);
    await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
    expect(removed).toEqual(['a']);
    waiting.stop();
    await vi.advanceTimersByTimeAsync(48 * HOUR_MS);
    expect(removed).toEqual(['a']);
  });

  it('are deleted at the next start, too', async () => {
    const { waiting, removed } = setup();
    await waiting.hold('form:1', ['a']);
    vi.setSystemTime(Date.now() + 25 * HOUR_MS);
    await waiting.start();
    expect(removed).toEqual(['a']);
    waiting.stop();
  });

  it('are deleted when their member is forgotten, and nobody else’s with them', async () => {
    const { waiting, removed, shelf: kv } = setup();
    await waiting.hold('form:1', ['mine', 'ours'], '12');
    await waiting.hold('form:2', ['theirs', 'ours'], '123');
    await waiting.hold('3', ['under-way']);
    expect(await waiting.forget('12')).toEqual(['form:1']);
    expect(removed).toEqual(['mine']);
    expect(await namedByWaiting(kv)('ours')).toBe(true);
    expect(await namedByWaiting(kv)('under-way')).toBe(true);
  });

  it('are kept for both of two requests that are noted at once, by whichever process', async () => {
    const { waiting, shelf: kv } = setup();
    const { waiting: twin } = setup(kv);
    await Promise.all([waiting.hold('1', ['mine']), twin.hold('2', ['theirs'])]);
    const named = namedByWaiting(kv);
    expect([await named('mine'), await named('theirs')]).toEqual([true, true]);
  });
});
