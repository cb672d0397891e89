/** One event of a member, with what every handler needs of it: built once, when the event is taken up. */
import type { Call } from '../../../core/command.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { callOf } from './asker.ts';
import type { Ask, InboundRecord } from './record.ts';

export type MemberEvent<A extends Ask = Ask> = {
  asked: InboundRecord<A>;
  words: Words;
  /** Who calls, without what they ask for. */
  call: Call;
};

export const eventOf = <A extends Ask>(asked: InboundRecord<A>): MemberEvent<A> => ({
  asked,
  words: wordsFor(asked.target.locale),
  call: callOf(asked),
});
