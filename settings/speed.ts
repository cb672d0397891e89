import { z } from 'zod';
import { SPEEDS, type Speed } from '../src/core/job/wishes.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { oneOf } from './reading.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** What members without a role get where they don't say, of models that can be relaxed. */
    speed: Speed;
  }
}

export const speed = {
  key: 'speed',
  name: 'speed',
  options: [{ name: 'default', type: 'choice', choices: SPEEDS, required: true }],
  schema: z.enum(SPEEDS),
  preset: () => 'normal',
  read: (texts) => oneOf('default', SPEEDS, texts),
  write: (speed) => ({ default: speed }),
  say: (speed, { t }) => t(`choice.speed.${speed}`),
} satisfies Setting<'speed'>;
