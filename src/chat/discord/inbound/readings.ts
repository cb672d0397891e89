/** The result of reading an interaction: its first answer, and what is done afterwards. */
import { notice } from '../render.ts';
import type { FirstAnswer } from './ack.ts';
import type { Asker } from './asker.ts';
import type { InboundParts } from './parts.ts';
import type { Ask, InboundRecord } from './record.ts';

/** `asked`: what is to be done after the first answer. */
export type Reading =
  | { kind: 'answer'; asker: Asker; answer: FirstAnswer; asked?: InboundRecord }
  | { kind: 'choices'; asker: Asker; typed: string; of: 'timezone' | 'cancel' | 'jobs' | 'models' };

export type ReadingParts = Pick<InboundParts, 'core' | 'origins'>;

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
