/** Which counters a job moves and which limits stand on them. */
import type { Requester } from './job.ts';
import type { Micros } from './money.ts';
import type { LedgerKey, Limit } from './ports.ts';
import { PERIODS, type Period, resetsAt, windowOf } from './windows.ts';

/** `space:day:usd=5`: one line of DEFAULT_LIMITS. */
export type DefaultLimit = { scope: 'space' | 'member'; period: Period } & (
  | { maxMicros: Micros }
  | { maxJobs: number }
);

export type QuotaRules = {
  operatorBudget: Record<Period, Micros>;
  defaultLimits: readonly DefaultLimit[];
  timeZone: string;
};

/** The scope of the operator's own budget. */
export const OPERATOR = 'operator';

/** Every counter that this job moves: the operator's, the space's, the member's in that space, by day and by month. */
export function countersOf(requester: Requester, at: number, rules: QuotaRules): LedgerKey[] {
  return [OPERATOR, scopeOf('space', requester), scopeOf('member', requester)].flatMap((scope) =>
    PERIODS.map((period) => windowOf(scope, period, at, rules.timeZone)),
  );
}

/** The limits in force. The page is the operator's own: it knows only the operator's budget, which nobody escapes. */
export function limitsOf(requester: Requester, at: number, rules: QuotaRules): Limit[] {
  const budget = PERIODS.map((period) => ({
    ...windowOf(OPERATOR, period, at, rules.timeZone),
    maxMicros: rules.operatorBudget[period],
    resetsAt: resetsAt(period, at, rules.timeZone),
  }));
  if (requester.platform === 'web') return budget;
  const defaults = rules.defaultLimits.map(({ scope, period, ...max }) => ({
    ...windowOf(scopeOf(scope, requester), period, at, rules.timeZone),
    ...max,
    resetsAt: resetsAt(period, at, rules.timeZone),
  }));
  return [...budget, ...defaults];
}

export type LimitScope = 'operator' | 'space' | 'member';

/** Whose limit it is, and for how long. */
export function kindOfLimit({ scope, window }: LedgerKey): { scope: LimitScope; period: Period } {
  return {
    scope: scope === OPERATOR ? 'operator' : scope.startsWith('member:') ? 'member' : 'space',
    period: window.startsWith('day:') ? 'day' : 'month',
  };
}

const scopeOf = (scope: 'space' | 'member', { spaceId, memberId }: Requester): string =>
  scope === 'space' ? `space:${spaceId}` : `member:${spaceId}/${memberId}`;
