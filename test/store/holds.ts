/** Holds that meet all three kinds of limit, for processes that ask for them at once. */
import type { HoldRequest, LedgerKey } from '../../src/core/limits/ledger.ts';

export const PRICE = 420_000;
const DAY = 'day:2026-01-31';

/** Of so many holds in all: how many one member, one space and everybody together may have. */
export const roomOf = (all: number) => ({ member: all * 0.03, space: all * 0.1, operator: all * 0.4 });

export const OPERATOR: LedgerKey = { scope: 'operator', window: DAY };
/** Asks for a quarter of all holds. */
export const GREEDY: LedgerKey = { scope: 'member:greedy', window: DAY };
/** Its members ask for another quarter. */
export const CROWDED: LedgerKey = { scope: 'space:crowded', window: DAY };

export function holdOf(jobId: string, i: number, all: number): HoldRequest {
  const room = roomOf(all);
  const who = [
    { memberId: 'greedy', spaceId: 'quiet' },
    { memberId: `m${i % 97}`, spaceId: 'crowded' },
  ][i % 4] ?? { memberId: `n${i}`, spaceId: `s${i % 13}` };
  const member = { scope: `member:${who.memberId}`, window: DAY };
  const space = { scope: `space:${who.spaceId}`, window: DAY };
  return {
    ...{ ...who, jobId, micros: PRICE, provider: 'fal', at: 1, seconds: 4 },
    counters: [member, space, OPERATOR],
    limits: [
      { ...member, maxJobs: room.member, resetsAt: 0 },
      // Not quite one more.
      { ...space, maxMicros: (room.space + 1) * PRICE - 1, resetsAt: 0 },
      { ...OPERATOR, maxMicros: (room.operator + 1) * PRICE - 1, resetsAt: 0 },
    ],
  };
}
