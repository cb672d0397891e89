/** The bot's own messages: checked, put into the chat, answered. */
import type { z } from 'zod';
import { checkTopic, writableChat } from './access.ts';
import { badRequest } from './errors.ts';
import { readFormatted } from './formatted.ts';
import { keyboardOf } from './keyboards.ts';
import { type Draft, type Placement, putMessage, wireOf } from './messages.ts';
import type { replyParameters, sendFields } from './params.ts';
import type { Sim } from './sim.ts';
import type { Message } from './wire.ts';
import { chatOf, type FileEntry, type SimChat } from './world.ts';

type SendFields = { [K in keyof typeof sendFields]?: z.output<(typeof sendFields)[K]> | undefined };
type ReplyParameters = z.output<typeof replyParameters>;

/** Puts it into the chat. `fields` are read only once the chat is known to take it. */
export async function sendAs(
  sim: Sim,
  params: SendFields & { chat_id: number | string },
  kind: 'text' | 'media',
  fields: () => Draft | Promise<Draft>,
): Promise<Message> {
  const chat = writableChat(sim, params.chat_id, kind);
  const keyboard = keyboardOf(params.reply_markup);
  checkTopic(sim, chat, params.message_thread_id);
  const { replyTo, quote } = answered(sim, chat, params.reply_parameters);
  const said = await fields();
  sim.floods.count(chat);
  const place: Placement = {
    ...(replyTo ? { replyTo } : {}),
    ...(params.message_thread_id === undefined ? {} : { topic: params.message_thread_id }),
    silent: params.disable_notification ?? false,
    meant: true,
  };
  const author = chat.type === 'channel' ? { sender_chat: chatOf(chat) } : { from: sim.bot };
  const stored = putMessage(
    sim.world,
    chat,
    {
      ...author,
      ...said,
      ...quote,
      ...(params.protect_content ? { has_protected_content: true as const } : {}),
      ...(keyboard ? { reply_markup: keyboard } : {}),
    },
    place,
  );
  chat.lastBotId = sim.bot.id;
  const message = wireOf(stored);
  return chat.schedulesVideos && message.video ? { ...message, message_id: 0 } : message;
}

function answered(
  sim: Sim,
  chat: SimChat,
  reply: ReplyParameters | undefined,
): { replyTo?: FileEntry; quote?: Partial<Message> } {
  if (!reply) return {};
  const place =
    reply.chat_id === undefined || reply.chat_id === chat.id
      ? chat
      : sim.world.chats.get(Number(reply.chat_id));
  const replyTo = place?.messages.get(reply.message_id);
  if (!replyTo) {
    if (reply.allow_sending_without_reply) return {};
    throw badRequest('message to be replied not found');
  }
  if (reply.quote === undefined) return { replyTo };
  const { text } = readFormatted(reply.quote, reply.quote_parse_mode, reply.quote_entities);
  const position = (replyTo.message.text ?? replyTo.message.caption ?? '').indexOf(text);
  if (position < 0) throw badRequest('QUOTE_TEXT_INVALID');
  return { replyTo, quote: { quote: { text, position, is_manual: true } } };
}
