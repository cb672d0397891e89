/** Words that really are the same as in English, and units; anything else that is the same was forgotten. */
import type { Language } from '../../src/words/index.ts';

export const SAME_AS_ENGLISH = {
  de: [
    '{{label}}: {{value}}',
    '{{n}} h',
    '{{n}} min',
    '{{n}} s',
    'Clip',
    'Details',
    'Optional',
    'Pro',
    'Prompt',
    'Standard',
    'Start',
    'Video',
    'clip',
    'prompt',
  ],
} satisfies Record<Exclude<Language, 'en'>, readonly string[]>;
