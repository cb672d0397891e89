/** The result of reading an interaction: its first answer, and what is done afterwards. */
import type { Call } from '../../../core/command.ts';
import type { ItemKind } from '../../../core/library/item.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { notice } from '../render.ts';
import type { FirstAnswer } from './ack.ts';
import { type Asker, callOf } from './asker.ts';
import type { InboundParts } from './parts.ts';
import type { Ask, InboundRecord } from './record.ts';

/** `asked`: what is to be done after the first answer. */
export type Reading =
  | { kind: 'answer'; asker: Asker; answer: FirstAnswer; asked?: InboundRecord }
  | { kind: 'choices'; typed: string; of: 'timezone' | 'cancel' | 'jobs' | 'models' | ItemKind };

export type ReadingParts = Pick<InboundParts, 'core' | 'origins'>;

/** An event that is being read, with what all readings of it need: built once. */
export type Reader = ReadingParts & { asker: Asker; words: Words; call: Call };

export const readerOf = (parts: ReadingParts, asker: Asker): Reader => ({
  core: parts.core,
  origins: parts.origins,
  asker,
  words: wordsFor(asker.target.locale),
  call: callOf(asker),
});

export const doing = (asker: Asker, answer: FirstAnswer, ask: Ask): Reading => ({
  kind: 'answer',
  asker,
  answer,
  asked: { ...asker, ask },
});
export const telling = (asker: Asker, text: string): Reading => ({
  kind: 'answer',
  asker,
  answer: { kind: 'message', body: notice(text) },
});
