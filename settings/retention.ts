import { z } from 'zod';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { whole, wrong } from './reading.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** For how many days videos and their files are kept. */
    retentionDays: number;
  }
}

const [MIN, MAX] = [1, 365];

export const retention = {
  key: 'retentionDays',
  name: 'retention',
  options: [
    { name: 'days', type: 'text', of: 'number', maxLength: 5, required: true, examples: ['7', '30', '90'] },
  ],
  schema: z.int().min(MIN).max(MAX),
  preset: () => 30,
  harmless: true,
  read({ days }) {
    const count = whole(days);
    return count === undefined || count < MIN || count > MAX
      ? wrong('days', [`${MIN} – ${MAX}`])
      : accept(count);
  },
  write: (count) => ({ days: String(count) }),
  say: (count, { t }) => t('settings.days', { count }),
  usual: [{ days: '7' }, { days: '30' }, { days: '90' }],
} satisfies Setting<'retentionDays'>;
