import { z } from 'zod';
import { idSchema } from '../src/core/limits/limit-rules.ts';
import { accept } from '../src/core/refusals.ts';
import type { Choice, Setting } from '../src/core/settings/setting.ts';
import { oneOf, whole, wrong } from './reading.ts';

const WHO = ['everyone', 'roles', 'admins', 'off'] as const;
/** Of each kind: more than that, nobody looks through. */
const MOST = 200;
const EACH = 20;

type LibraryRules = {
  /** Who may add to what everybody there can use; `off`: there is no library. */
  who: (typeof WHO)[number];
  roles: readonly string[];
  /** How many motions, and how many characters, there may be, and how many of these may be one member's. */
  most: number;
  each: number;
};

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    library: LibraryRules;
  }
}

const PRESET: LibraryRules = { who: 'everyone', roles: [], most: MOST, each: EACH };

const choice = (
  option: 'who' | 'most' | 'each',
  value: string,
  label: Choice<LibraryRules>['label'],
): Choice<LibraryRules> => ({
  id: `${option}-${value}`,
  label,
  isChosen: (rules) => String(rules[option]) === value,
  texts: () => [{ [option]: value }],
});

const numbers = (option: 'most' | 'each', values: readonly number[]) =>
  values.map((count) =>
    choice(option, String(count), ({ t }) => t(`settings.library-${option}`, { n: count })),
  );

export const library = {
  key: 'library',
  name: 'library',
  options: [
    { name: 'who', type: 'choice', choices: WHO },
    { name: 'role', type: 'role' },
    { name: 'most', type: 'text', of: 'number', maxLength: 5, examples: ['50', '200'] },
    { name: 'each', type: 'text', of: 'number', maxLength: 5, examples: ['5', '20'] },
  ],
  schema: z.object({
    who: z.enum(WHO),
    roles: z.array(idSchema).readonly(),
    most: z.int().min(1).max(MOST),
    each: z.int().min(1).max(EACH),
  }),
  preset: () => PRESET,
  read({ who, role, most, each }, own = PRESET) {
    let rules = own;
    if (who) {
      const read = oneOf('who', WHO, { who });
      if (!read.ok) return read;
      rules = { ...rules, who: read.value };
    }
    if (role) {
      const { roles } = rules;
      const changed = roles.includes(role) ? roles.filter((one) => one !== role) : [...roles, role];
      // Whoever names a role means that it is by roles.
      rules = { ...rules, roles: changed, ...(who ? {} : { who: 'roles' as const }) };
    }
    for (const [option, text, max] of [
      ['most', most, MOST],
      ['each', each, EACH],
    ] as const) {
      if (!text) continue;
      const count = whole(text);
      if (count === undefined || count < 1 || count > max) return wrong(option, [`1 – ${max}`]);
      rules = { ...rules, [option]: count };
    }
    return accept(rules);
  },
  say({ who, roles, most, each }, { t, naming }) {
    if (who === 'off') return t('settings.off');
    const adds =
      who === 'roles'
        ? roles.map((role) => naming('role', role)).join(', ') || t('choice.who.admins')
        : t(`choice.who.${who}`);
    return t('settings.library-rules', { who: adds, most, each });
  },
  questions: [
    {
      id: 'library',
      title: (_, { t }) => t('settings.name.library'),
      choices: [
        WHO.map((who) => choice('who', who, ({ t }) => t(`choice.who.${who}`))),
        numbers('most', [50, 100, 200]),
        numbers('each', [5, 10, 20]),
      ],
      example: { who: 'admins' },
    },
  ],
} satisfies Setting<'library'>;
