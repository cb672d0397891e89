/** Who first posted what a message shows. */
import type { WireMessage, WireOrigin } from './wire.ts';

type Posted = Pick<NonNullable<WireMessage['reply_to_message']>, 'from' | 'sender_chat' | 'forward_origin'>;

/** By the core's id: not we, and nobody where they hide it. What was forwarded is whose it was at first. */
export function posterOf({ from, sender_chat, forward_origin }: Posted, botId: number): string | undefined {
  const first = forward_origin && originOf(forward_origin);
  const id = first ?? sender_chat?.id ?? from?.id;
  return id === undefined || id === botId ? undefined : `telegram:${id}`;
}

const originOf = ({ sender_user, sender_chat, chat }: NonNullable<WireOrigin>): number | undefined =>
  (sender_user ?? sender_chat ?? chat)?.id;
