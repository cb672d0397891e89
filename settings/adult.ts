import { z } from 'zod';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { oneOf } from './reading.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** Whether jobs may be started in channels that are marked for adults. */
    adult: boolean;
  }
}

const WORDS = ['on', 'off'] as const;
const wordFor = (on: boolean) => (on ? 'on' : 'off');

export const adult = {
  key: 'adult',
  name: 'adult',
  options: [{ name: 'channels', type: 'choice', choices: WORDS, required: true }],
  schema: z.boolean(),
  preset: () => false,
  harmless: true,
  read(texts) {
    const word = oneOf('channels', WORDS, texts);
    return word.ok ? accept(word.value === 'on') : word;
  },
  write: (on) => ({ channels: wordFor(on) }),
  say: (on, { t }) => t(`settings.${wordFor(on)}`),
} satisfies Setting<'adult'>;
