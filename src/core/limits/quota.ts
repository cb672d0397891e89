/**
 * Which counters a job moves and which limits stand on them. All limits that apply must have room. Of the rules that
 * speak of one member alone, the most specific wins: the member's own, then the highest role's, then everyone's.
 */

import { isOperatorsOwn, type Requester } from '../job/job.ts';
import type { Micros } from '../price/money.ts';
import type { LimitScope } from '../refusals.ts';
import type { Settings } from '../settings/setting.ts';
import type { LedgerKey, Limit } from './ledger.ts';
import { type Grant, type LimitRule, type LimitTarget, sameWho } from './limit-rules.ts';
import { PERIODS, type Period, resetsAt, windowOf } from './windows.ts';

export type QuotaRules = {
  operatorBudget: Record<Period, Micros>;
  /** Of the operator's budget; each space has its own. */
  timeZone: string;
  /** The scope under which counts what a member has had who was forgotten since: nobody reads in it whose that was. */
  unnamed(scope: string): string;
};

/** What of a space's settings bears on limits. */
type SpaceRules = Pick<Settings, 'limits' | 'grants' | 'timeZone'>;

/** The scope of the operator's own budget. */
export const OPERATOR = 'operator';

const UNITS = ['usd', 'jobs'] as const;

/** Every counter that this job moves, whether or not a limit stands on it: by day and by month. */
export function countersOf(
  requester: Requester,
  at: number,
  rules: QuotaRules,
  space: SpaceRules,
): LedgerKey[] {
  const scopes = (['space', 'member', 'channel'] as const).flatMap(
    (scope) => scopeOf(scope, requester) ?? [],
  );
  return PERIODS.flatMap((period) => [
    windowOf(OPERATOR, period, at, rules.timeZone),
    ...scopes.map((scope) => windowOf(scope, period, at, space.timeZone)),
  ]);
}

/** The limits in force. The page is the operator's own: it knows only the operator's budget, which nobody escapes. */
export function limitsOf(requester: Requester, at: number, rules: QuotaRules, space: SpaceRules): Limit[] {
  const budget = PERIODS.map((period) => ({
    ...windowOf(OPERATOR, period, at, rules.timeZone),
    maxMicros: rules.operatorBudget[period],
    resetsAt: resetsAt(period, at, rules.timeZone),
  }));
  if (isOperatorsOwn(requester.platform)) return budget;
  const limits = PERIODS.flatMap((period) =>
    UNITS.flatMap((unit) =>
      (['space', 'channel', 'member'] as const).flatMap((scope): Limit[] => {
        const name = scopeOf(scope, requester);
        const max = name && maxOf(scope, requester, { period, unit, at }, space);
        if (max === undefined || name === undefined || typeof max === 'string') return [];
        return [
          {
            ...windowOf(name, period, at, space.timeZone),
            unnamed: rules.unnamed(name),
            ...(unit === 'usd' ? { maxMicros: max } : { maxJobs: max }),
            resetsAt: resetsAt(period, at, space.timeZone),
          },
        ];
      }),
    ),
  );
  return [...budget, ...limits];
}

type Subject = { period: Period; unit: (typeof UNITS)[number]; at: number };

/** The number that holds; undefined where no rule speaks, or where one says that there is no limit. */
function maxOf(
  scope: 'space' | 'channel' | 'member',
  requester: Requester,
  { period, unit, at }: Subject,
  { limits, grants }: SpaceRules,
): number | undefined {
  const about = limits.filter((rule) => rule.period === period && rule.unit === unit);
  const rule = first(about, whoFor(scope, requester));
  if (!rule || rule.max === 'off') return undefined;
  return scope === 'member' ? rule.max + extra(grants, requester, unit, at) : rule.max;
}

/** Whom a rule may name so that it counts for this member, the most specific first. */
function whoFor(
  scope: 'space' | 'channel' | 'member',
  { channelId, memberId, roles = [] }: Requester,
): LimitTarget[] {
  if (scope === 'space') return [{ kind: 'space' }];
  if (scope === 'channel') return channelId === undefined ? [] : [{ kind: 'channel', id: channelId }];
  return [
    { kind: 'member', id: memberId },
    ...roles.map((id) => ({ kind: 'role' as const, id })),
    { kind: 'everyone' },
  ];
}

function first(rules: readonly LimitRule[], names: readonly LimitTarget[]): LimitRule | undefined {
  for (const name of names) {
    const found = rules.find(({ who }) => sameWho(who, name));
    if (found) return found;
  }
  return undefined;
}

/** What was granted on top, until its day: to the member, and to each of the member's roles. */
function extra(grants: readonly Grant[], requester: Requester, unit: Subject['unit'], at: number): number {
  const names = [requester.memberId, ...(requester.roles ?? [])];
  return grants
    .filter((grant) => grant.unit === unit && grant.until > at && names.includes(grant.who.id))
    .reduce((sum, grant) => sum + grant.max, 0);
}

/** Whose limit it is, and for how long. */
export function kindOfLimit({ scope, window }: LedgerKey): { scope: LimitScope; period: Period } {
  const [kind] = scope.split(':');
  return {
    scope: kind === 'member' || kind === 'channel' || kind === 'space' ? kind : 'operator',
    period: window.startsWith('day:') ? 'day' : 'month',
  };
}

function scopeOf(scope: 'space' | 'member' | 'channel', requester: Requester): string | undefined {
  const { spaceId, memberId, channelId } = requester;
  if (scope === 'space') return `space:${spaceId}`;
  if (scope === 'member') return `member:${spaceId}/${memberId}`;
  return channelId === undefined ? undefined : `channel:${spaceId}/${channelId}`;
}

/** One limit in force, and what stands against it. */
export type QuotaLine = {
  scope: LimitScope;
  period: Period;
  maxMicros?: Micros;
  maxJobs?: number;
  usedMicros: Micros;
  heldMicros: Micros;
  usedJobs: number;
  heldJobs: number;
  resetsAt: number;
  timeZone: string;
};
