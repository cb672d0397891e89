/** What a member asked is put on disk, or they are told: within seconds, however a database is away. */
import { describe, expect, it } from 'vitest';
import { createKeep } from '../../../src/chat/discord/inbound/keep.ts';
import type { InboundRecord } from '../../../src/chat/discord/inbound/record.ts';

const ASKED = { target: { eventId: '900' } } as InboundRecord;
const TOKEN = { applicationId: '1', token: 't', receivedAt: 0 };

/** A database that fails each time, after so long. */
function away(answersAfterMs: number) {
  let now = 0;
  let tries = 0;
  const keep = createKeep({
    tokens: {
      async remember() {
        tries += 1;
        now += answersAfterMs;
        throw Object.assign(new Error('away'), { retryHelps: true });
      },
    },
    inbox: { claim: async () => true },
    pace: { firstMs: 0, ceilingMs: 0 },
    elapsed: () => now,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  return { keep: () => keep(ASKED, TOKEN, () => false), tries: () => tries };
}

describe('what a member asked', () => {
  it('is tried for a while where the database says that it is away', async () => {
    const { keep, tries } = away(1);
    await expect(keep()).rejects.toThrow('away');
    expect(tries()).toBe(11);
  });

  it('is not tried as often where the database says nothing, as each try takes long', async () => {
    const { keep, tries } = away(10_000);
    await expect(keep()).rejects.toThrow('away');
    expect(tries()).toBe(2);
  });
});
