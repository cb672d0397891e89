import { z } from 'zod';
import {
  type LimitRule,
  type LimitTarget,
  limitRuleSchema,
  sameSubject,
  UNITS,
} from '../src/core/limits/limit-rules.ts';
import { PERIODS } from '../src/core/limits/windows.ts';
import { accept } from '../src/core/refusals.ts';
import type { Setting, Texts } from '../src/core/settings/setting.ts';
import { dailyLimit } from './daily-limit.ts';
import { limitForm } from './limit-form.ts';
import { amountOf, oneOf, wrong } from './reading.ts';
import { ruleText, several } from './saying.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** What may be spent, by whom, in what time. */
    limits: readonly LimitRule[];
  }
}

const SCOPES = ['server', 'everyone', 'member', 'role', 'channel'] as const;

function whoOf(scope: (typeof SCOPES)[number], texts: Texts): LimitTarget | undefined {
  if (scope === 'server') return { kind: 'space' };
  if (scope === 'everyone') return { kind: 'everyone' };
  const id = texts[scope];
  return id ? { kind: scope, id } : undefined;
}

export const limits = {
  key: 'limits',
  name: 'limits',
  part: 'limit',
  options: [
    { name: 'scope', type: 'choice', choices: SCOPES, required: true },
    { name: 'period', type: 'choice', choices: PERIODS, required: true },
    { name: 'unit', type: 'choice', choices: UNITS, required: true },
    {
      name: 'amount',
      type: 'text',
      of: 'number',
      maxLength: 20,
      required: true,
      examples: ['5.00', '10', 'off'],
    },
    { name: 'member', type: 'member' },
    { name: 'role', type: 'role' },
    { name: 'channel', type: 'channel' },
  ],
  schema: z.array(limitRuleSchema),
  preset: (defaults) => defaults.limits,
  // A rule of the space takes the place of the operator's for the same people, period and unit.
  combine: (own, preset) => [
    ...preset.filter((given) => !own.some((rule) => sameSubject(rule, given))),
    ...own,
  ],
  read(texts, list = []) {
    const scope = oneOf('scope', SCOPES, texts);
    if (!scope.ok) return scope;
    const who = whoOf(scope.value, texts);
    if (!who) return wrong(scope.value, [`a ${scope.value}`]);
    const period = oneOf('period', PERIODS, texts);
    if (!period.ok) return period;
    const unit = oneOf('unit', UNITS, texts);
    if (!unit.ok) return unit;
    const off = texts.amount?.trim().toLowerCase() === 'off';
    const max = off ? 'off' : amountOf(unit.value, texts.amount);
    if (max === undefined) return wrong('amount', [unit.value === 'usd' ? '5.00' : '10', 'off']);
    const rule: LimitRule = { who, period: period.value, unit: unit.value, max };
    return accept([...list.filter((one) => !sameSubject(one, rule)), rule]);
  },
  say: (list, speaker) =>
    several(
      speaker,
      list.map((rule) => ruleText(speaker, rule)),
    ),
  questions: [
    dailyLimit('limit-all', 'server', 'space', {
      scope: 'server',
      period: 'month',
      unit: 'usd',
      amount: '100',
    }),
    dailyLimit('limit-each', 'everyone', 'everyone', {
      scope: 'member',
      member: '',
      period: 'day',
      unit: 'jobs',
      amount: '10',
    }),
  ],
  form: limitForm,
} satisfies Setting<'limits'>;
