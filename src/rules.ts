/** What the environment says of limits and of who may use the bot, as the core takes it. */
import { createHmac } from 'node:crypto';
import type { Config } from './config.ts';
import type { Context } from './core/context.ts';
import { microsFromUsd } from './core/price/money.ts';

/** Which spaces may use the bot, who the operators are, and whether others may animate in private. */
export const accessRulesFrom = (config: Config) => ({
  allowedSpaces: config.ALLOWED_SPACES,
  operators: config.OPERATORS ?? new Set<string>(),
  allowPrivate: config.ALLOW_DMS,
});

export const jobDeadlineMsFrom = (config: Config): number => config.JOB_DEADLINE_MINUTES * 60_000;

/** The kind of the scope stays, as refusals say which limit it was. The same everywhere, for as long as the key is. */
export function unnamedScope(scope: string, key: string): string {
  const [kind] = scope.split(':');
  return `${kind}:forgotten-${createHmac('sha256', key).update(`counter:${scope}`).digest('base64url')}`;
}

/** `hosted`: whether any provider that costs something is turned on. `key`: the secret one. */
export const rulesFrom = (config: Config, hosted: boolean, key: string): Context['rules'] => ({
  operatorBudget: {
    day: microsFromUsd(config.BUDGET_USD_PER_DAY),
    month: microsFromUsd(config.BUDGET_USD_PER_MONTH),
  },
  timeZone: config.TIMEZONE,
  jobDeadlineMs: jobDeadlineMsFrom(config),
  unnamed: (scope) => unnamedScope(scope, key),
  labelMinimum: config.LABEL_MINIMUM,
  defaultQuality: hosted ? 'standard' : 'draft',
});
