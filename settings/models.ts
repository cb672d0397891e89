import { z } from 'zod';
import { MODELS } from '../src/core/models/registry.ts';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** Which members may choose, the one that is taken by itself first; all of them where it was never set. */
    models?: readonly string[];
  }
}

const ALL = 'all';

export const models = {
  key: 'models',
  name: 'models',
  options: [
    {
      name: 'list',
      type: 'text',
      of: 'list',
      maxLength: 200,
      required: true,
      examples: [MODELS[0].id, ALL],
    },
  ],
  schema: z.array(z.string()),
  preset: () => undefined,
  read({ list = '' }) {
    const names = [
      ...new Set(
        list
          .toLowerCase()
          .split(/[\s,]+/)
          .filter(Boolean),
      ),
    ];
    return accept(names.length === 0 || names.join() === ALL ? undefined : names);
  },
  async refusal(names, { models: there }) {
    if (names.every((name) => there.includes(name))) return undefined;
    return { code: 'bad-option', option: 'models', allowed: [...there, ALL] };
  },
  write: (names) => ({ list: names?.join(', ') ?? ALL }),
  say: (names, { t }) => names?.join(', ') ?? t('settings.all'),
} satisfies Setting<'models'>;
