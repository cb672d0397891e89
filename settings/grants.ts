import { z } from 'zod';
import { type Grant, grantSchema, sameWho, UNITS } from '../src/core/limits/limit-rules.ts';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { amountOf, daysFrom, days as daysOf, oneOf, wrong } from './reading.ts';
import { amountText, several, whoText } from './saying.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** What a member or a role may spend on top, until a day. */
    grants: readonly Grant[];
  }
}

export const grants = {
  key: 'grants',
  name: 'grants',
  part: 'grant',
  seldom: true,
  options: [
    { name: 'member', type: 'member' },
    { name: 'role', type: 'role' },
    { name: 'unit', type: 'choice', choices: UNITS, required: true },
    { name: 'amount', type: 'text', of: 'number', maxLength: 20, required: true, examples: ['5.00', '10'] },
    { name: 'days', type: 'text', of: 'number', maxLength: 5, required: true, examples: ['7'] },
  ],
  schema: z.array(grantSchema),
  preset: () => [],
  read(texts, list = [], now) {
    const unit = oneOf('unit', UNITS, texts);
    if (!unit.ok) return unit;
    const max = amountOf(unit.value, texts.amount);
    if (max === undefined) return wrong('amount', [unit.value === 'usd' ? '5.00' : '10']);
    const days = daysOf(texts.days);
    if (!days) return wrong('days', ['7']);
    const kind = texts.role ? 'role' : 'member';
    const id = texts[kind];
    if (!id) return wrong('member', ['a member', 'a role']);
    const grant: Grant = { who: { kind, id }, unit: unit.value, max, until: daysFrom(now, days) };
    // What has run out goes with the next change.
    const others = list.filter(
      (one) => one.until > now && !(one.unit === grant.unit && sameWho(one.who, grant.who)),
    );
    return accept([...others, grant]);
  },
  forget: (list, memberId) => list.filter(({ who }) => who.kind !== 'member' || who.id !== memberId),
  say(list, speaker) {
    const lines = list.map(({ who, unit, max, until }) =>
      speaker.t('settings.grant', {
        who: whoText(speaker, who),
        amount: amountText(speaker, unit, max),
        until: speaker.date(until),
      }),
    );
    return several(speaker, lines);
  },
} satisfies Setting<'grants'>;
