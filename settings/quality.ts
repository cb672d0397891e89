import { z } from 'zod';
import type { Setting } from '../src/core/settings/setting.ts';
import { oneOf } from './reading.ts';

const BEST = ['standard', 'pro'] as const;

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** The best that members may choose. */
    quality: (typeof BEST)[number];
  }
}

export const quality = {
  key: 'quality',
  name: 'quality',
  options: [{ name: 'best', type: 'choice', choices: BEST, required: true }],
  schema: z.enum(BEST),
  preset: () => 'pro',
  read: (texts) => oneOf('best', BEST, texts),
  write: (best) => ({ best }),
  say: (best, { t }) => t(`choice.quality.${best}`),
} satisfies Setting<'quality'>;
