import { z } from 'zod';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { oneOf } from './reading.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** Whether members are notified when their video is there. */
    notify: boolean;
  }
}

const WORDS = ['on', 'off'] as const;
const wordFor = (on: boolean) => (on ? 'on' : 'off');

export const notify = {
  key: 'notify',
  name: 'notify',
  options: [{ name: 'members', type: 'choice', choices: WORDS, required: true }],
  schema: z.boolean(),
  preset: () => true,
  harmless: true,
  read(texts) {
    const word = oneOf('members', WORDS, texts);
    return word.ok ? accept(word.value === 'on') : word;
  },
  write: (on) => ({ members: wordFor(on) }),
  say: (on, { t }) => t(`settings.${wordFor(on)}`),
} satisfies Setting<'notify'>;
