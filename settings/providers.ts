import { z } from 'zod';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { PROVIDER_IDS } from '../src/providers/catalog.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** Which may render, in this order; all of them where it was never set. */
    providers?: readonly string[];
  }
}

const ALL = 'all';

export const providers = {
  key: 'providers',
  name: 'providers',
  options: [
    {
      name: 'list',
      type: 'text',
      of: 'list',
      maxLength: 100,
      required: true,
      examples: [...PROVIDER_IDS, ALL],
    },
  ],
  schema: z.array(z.string()),
  preset: () => undefined,
  read({ list = '' }) {
    const words = list.toLowerCase().split(/[\s,]+/);
    const names = [...new Set(words.filter(Boolean))];
    return accept(names.length === 0 || names.join() === ALL ? undefined : names);
  },
  async refusal(names, { providers: there }) {
    if (names.every((name) => there.includes(name))) return undefined;
    return { code: 'bad-option', option: 'providers', allowed: [...there, ALL] };
  },
  write: (names) => ({ list: names?.join(', ') ?? ALL }),
  say: (names, { t }) => names?.join(', ') ?? t('settings.all'),
} satisfies Setting<'providers'>;
