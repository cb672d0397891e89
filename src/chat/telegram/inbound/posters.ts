/** Who first posted what a message shows. */
import { passedOn } from '../../../core/trust/consent.ts';
import type { WireMessage, WireOrigin } from './wire.ts';

type Posted = Pick<NonNullable<WireMessage['reply_to_message']>, 'from' | 'sender_chat' | 'forward_origin'>;

/** By the core's id: not we. What was forwarded is whose it was at first, and passed on where they hide who they are. */
export function posterOf({ from, sender_chat, forward_origin }: Posted, botId: number): string | undefined {
  const first = forward_origin && originOf(forward_origin);
  const id = first ?? sender_chat?.id ?? from?.id;
  const member = id === undefined || id === botId ? undefined : `telegram:${id}`;
  return forward_origin && first === undefined ? passedOn(member) : member;
}

const originOf = ({ sender_user, sender_chat, chat }: NonNullable<WireOrigin>): number | undefined =>
  (sender_user ?? sender_chat ?? chat)?.id;
