import { z } from 'zod';
import { idSchema } from '../src/core/limits/limit-rules.ts';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { daysFrom, days as daysOf, wrong } from './reading.ts';
import { several } from './saying.ts';

const block = z.object({ member: idSchema, until: z.number().exactOptional() });

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** Who is kept out, for good where there is no day. */
    blocked: readonly z.infer<typeof block>[];
  }
}

export const blocked = {
  key: 'blocked',
  name: 'blocked',
  part: 'block',
  options: [
    { name: 'member', type: 'member', required: true },
    { name: 'days', type: 'text', of: 'number', maxLength: 5, examples: ['7', '0'] },
  ],
  schema: z.array(block),
  preset: () => [],
  read({ member, days }, list = [], now) {
    if (!member) return wrong('member', ['a member']);
    const others = list.filter((one) => one.member !== member);
    if (!days) return accept([...others, { member }]);
    const count = daysOf(days);
    if (count === undefined) return wrong('days', ['7', '0']);
    return accept(count === 0 ? others : [...others, { member, until: daysFrom(now, count) }]);
  },
  say(list, speaker) {
    const { t, date, naming } = speaker;
    const lines = list.map(({ member, until }) => {
      const what = naming('member', member);
      return until === undefined
        ? t('settings.for-good', { what })
        : t('settings.until', { what, until: date(until) });
    });
    return several(speaker, lines);
  },
} satisfies Setting<'blocked'>;
