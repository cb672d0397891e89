/** How a library item did: what the ledger has of the jobs that were made with it. */

import type { FailureCode } from '../failure-codes.ts';
import type { Micros } from '../price/money.ts';

export type ItemNumbers = {
  /** Jobs at all, those under way and called off among them. */
  used: number;
  delivered: number;
  failed: number;
  /** Why they failed, the most frequent first. */
  why: readonly { failure: FailureCode; count: number }[];
  /** What those that were delivered came to, all together. */
  costMicros: Micros;
};

export const NOT_USED: ItemNumbers = { used: 0, delivered: 0, failed: 0, why: [], costMicros: 0 };

/** Fewer jobs than that are told one by one: they say nothing of the next one. */
export const FEW = 3;

/** Of those that have ended by themselves; undefined while there are none. */
export const meanCost = ({ delivered, costMicros }: ItemNumbers): Micros | undefined =>
  delivered > 0 ? Math.round(costMicros / delivered) : undefined;

export type Counted = { state: 'held' | 'suspended' | 'settled' | 'freed'; failure?: FailureCode };

/** Puts together lines that were counted by how they ended. */
export function numbersOf(groups: readonly (Counted & { count: number; billMicros: Micros })[]): ItemNumbers {
  const failures = groups.filter(({ failure }) => failure !== undefined);
  const done = groups.filter(({ state, failure }) => state === 'settled' && failure === undefined);
  const sum = (of: readonly { count: number }[]): number => of.reduce((all, { count }) => all + count, 0);
  const why = new Map<FailureCode, number>();
  for (const { failure, count } of failures) if (failure) why.set(failure, (why.get(failure) ?? 0) + count);
  return {
    used: sum(groups),
    delivered: sum(done),
    failed: sum(failures),
    why: [...why].map(([failure, count]) => ({ failure, count })).sort((a, b) => b.count - a.count),
    costMicros: done.reduce((all, { billMicros }) => all + billMicros, 0),
  };
}

/** What lies in the middle of what they took; undefined where there were none. */
export function middleOf(took: readonly number[]): number | undefined {
  const sorted = took.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
