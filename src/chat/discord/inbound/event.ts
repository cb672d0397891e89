/** One thing that a member did, with what everything about it needs: made once, when it is taken up. */
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
