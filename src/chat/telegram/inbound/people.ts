/** Finds the people that a message mentions or replies to. */

import type { MessageRecord } from './records.ts';
import type { WireEntity, WireMessage, WireOrigin } from './wire.ts';

/** People whom the app has put into the words by their accounts. `start`: where `text` begins in what was written. */
export function namedIn(
  entities: readonly WireEntity[],
  start: number,
): Pick<MessageRecord, 'named'> | Record<string, never> {
  const named = entities.flatMap(({ type, offset, length, user }) =>
    type === 'text_mention' && user && offset >= start
      ? [{ from: offset - start, to: offset - start + length, userId: user.id }]
      : [],
  );
  return named.length > 0 ? { named } : {};
}

type Posted = Pick<RepliedMessage, 'from' | 'sender_chat' | 'forward_origin'>;

/** Who first posted what a message shows, by the core's id: not we, and nobody where they hide it. */
export function posterOf({ from, sender_chat, forward_origin }: Posted, botId: number): string | undefined {
  const first = forward_origin && originOf(forward_origin);
  const id = first ?? sender_chat?.id ?? from?.id;
  return id === undefined || id === botId ? undefined : `telegram:${id}`;
}

export const originOf = (origin: NonNullable<WireOrigin>): number | undefined =>
  (origin.sender_user ?? origin.sender_chat ?? origin.chat)?.id;

type RepliedMessage = NonNullable<WireMessage['reply_to_message']>;

/** Whose message is answered, where that is a person's. */
export function authorOf({ from, sender_chat }: RepliedMessage): { userId?: number } {
  return from && !from.is_bot && !sender_chat ? { userId: from.id } : {};
}
