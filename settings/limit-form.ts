/** One limit in a form. */
import { UNITS } from '../src/core/limits/limit-rules.ts';
import { PERIODS } from '../src/core/limits/windows.ts';
import type { SettingForm } from '../src/core/settings/setting.ts';

/** Two options in one field, as a form has room for five. */
const COUNTED = UNITS.flatMap((unit) => PERIODS.map((period) => ({ unit, period })));

export const limitForm: SettingForm = {
  id: 'limit',
  fields: [
    {
      name: 'scope',
      type: 'one-of',
      choices: [
        { value: 'server', label: ({ t }) => t('settings.who-space') },
        { value: 'everyone', label: ({ t }) => t('settings.who-everyone') },
      ],
    },
    { name: 'only', type: 'member-or-role' },
    { name: 'channel', type: 'channel' },
    {
      name: 'counted',
      type: 'one-of',
      choices: COUNTED.map(({ unit, period }) => ({
        value: `${unit}-${period}`,
        label: ({ t }) => `${t(`choice.unit.${unit}`)} · ${t(`choice.period.${period}`)}`,
      })),
    },
    { name: 'amount', type: 'text', maxLength: 20 },
  ],
  texts({ scope, member, role, channel, counted = '', amount }) {
    const [unit, period] = counted.split('-');
    const rest = { unit, period, amount };
    // Which of the two is meant is not for us to guess: no scope is answered with those there are.
    if (channel && (role || member)) return rest;
    if (channel) return { ...rest, scope: 'channel', channel };
    if (role) return { ...rest, scope: 'role', role };
    if (member) return { ...rest, scope: 'member', member };
    return { ...rest, scope };
  },
};
