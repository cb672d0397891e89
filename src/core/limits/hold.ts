/** The rules of the ledger that every Ledger shares: what is well formed, and what "room" means. */

import type { Micros } from '../price/money.ts';
import type { HoldOutcome, HoldRequest, LedgerKey, LedgerTotals, Limit } from './ledger.ts';

/**
 * Throws RangeError, a bug of the caller, on anything but whole amounts, and on a limit whose counter the job would
 * not move: such a limit would be checked for ever and never filled.
 */
export function checkHold({ micros, counters, limits }: HoldRequest): void {
  checkWhole(micros);
  for (const { scope, window, maxMicros = 0, maxJobs = 0 } of limits) {
    checkWhole(maxMicros);
    checkWhole(maxJobs);
    if (!counters.some((key) => key.scope === scope && key.window === window)) {
      throw new RangeError(`the limit on ${scope} in ${window} has no counter in this hold`);
    }
  }
}

/** Throws RangeError on anything but a whole amount, and on money spent that would not count. */
export function checkBill({ micros, counts }: { micros: Micros; counts: boolean }): void {
  checkWhole(micros);
  if (!counts && micros !== 0) throw new RangeError(`a bill of ${micros} micros must count`);
}

/** Undefined while one more job of this price fits under the limit; else the refusal, with what is left. */
export function roomUnder(
  limit: Limit,
  used: LedgerTotals,
  micros: Micros,
): Exclude<HoldOutcome, { ok: true }> | undefined {
  const { maxMicros, maxJobs } = limit;
  // A limit can have been lowered, or a bill can have been higher than its hold: then nothing is left, not less.
  const left = (max: number | undefined, taken: number) =>
    max === undefined ? undefined : Math.max(0, max - taken);
  const leftMicros = left(maxMicros, used.heldMicros + used.settledMicros);
  const leftJobs = left(maxJobs, used.heldJobs + used.settledJobs);
  if ((leftMicros ?? micros) >= micros && (leftJobs ?? 1) >= 1) return undefined;
  return {
    ok: false,
    limit,
    ...(leftMicros === undefined ? {} : { leftMicros }),
    ...(leftJobs === undefined ? {} : { leftJobs }),
  };
}

/** The counters that a limit is about. */
export const keysUnder = ({ scope, window, unnamed }: Limit): LedgerKey[] => [
  { scope, window },
  ...(unnamed === undefined ? [] : [{ scope: unnamed, window }]),
];

/** All that stands against a limit. `totals`: of one counter. */
export const usedUnder = (limit: Limit, totals: (key: LedgerKey) => LedgerTotals): LedgerTotals =>
  sumOf(keysUnder(limit).map(totals));

export function sumOf(all: readonly LedgerTotals[]): LedgerTotals {
  const sum = (field: keyof LedgerTotals): number => all.reduce((so, one) => so + one[field], 0);
  return {
    heldMicros: sum('heldMicros'),
    settledMicros: sum('settledMicros'),
    heldJobs: sum('heldJobs'),
    settledJobs: sum('settledJobs'),
  };
}

/** What stands against a limit without that hold. */
export const without = (used: LedgerTotals, heldMicros: Micros): LedgerTotals => ({
  ...used,
  heldMicros: used.heldMicros - heldMicros,
  heldJobs: used.heldJobs - 1,
});

function checkWhole(amount: number): void {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`not a whole amount: ${amount}`);
}
