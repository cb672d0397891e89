/** Reads an update: who said, pressed or changed what, and the id that stays the same when it is delivered twice. */

import { cleanAll } from '../../../core/text.ts';
import { NOBODY } from '../../page.ts';
import { mediaOf, postedBy } from '../media-of.ts';
import { readCallbackData } from '../render.ts';
import { posterOf } from './posters.ts';
import type { Incoming, MessageRecord, Place } from './records.ts';
import type { WireEntity, WireMembership, WireMessage, WirePress, WireUpdate } from './wire.ts';

/** Telegram's own accounts, through which anonymous admins and other chats speak. */
const GROUP_ANONYMOUS_BOT = 1087968824;
const CHANNEL_BOT = 136817688;

export type Bot = { id: number; username: string };
type UpdateReading = { id: string; record: Incoming };

/**
 * Undefined for what starts nothing: channels, other bots, automatic forwards. A message's id is its place, as one
 * that is told again, even under another update id, is still the same message.
 */
export function read(update: WireUpdate, bot: Bot): UpdateReading | undefined {
  const found = readAny(update, bot);
  // Only now: where a word begins and ends was counted in the text as it came.
  return found && { ...found, record: cleanAll(found.record) };
}

function readAny(update: WireUpdate, bot: Bot): UpdateReading | undefined {
  const { message, callback_query, my_chat_member } = update;
  if (message) return readMessage(message, bot);
  if (callback_query) return readPress(callback_query);
  if (my_chat_member) return readMembership(my_chat_member, update.update_id);
  return undefined;
}

function readMessage(message: WireMessage, bot: Bot): UpdateReading | undefined {
  const { chat, message_id: messageId, migrate_to_chat_id, migrate_from_chat_id } = message;
  const id = `message:${chat.id}:${messageId}`;
  if (migrate_to_chat_id !== undefined)
    return { id, record: { kind: 'moved', from: chat.id, to: migrate_to_chat_id } };
  if (migrate_from_chat_id !== undefined)
    return { id, record: { kind: 'moved', from: migrate_from_chat_id, to: chat.id } };
  const place = placeOf(message);
  if (!place) return undefined;
  const { text, entities } = wordsOf(message);
  const command = commandOf(text, marked(entities, message, bot), bot);
  // Somebody else's command is none of our business, whatever hangs on it.
  if (command === 'another bot’s') return undefined;
  const mention = entities.find((entity) => isMention(text, entity, bot));
  const { reply_to_message } = message;
  // In a topic, what answers nothing else answers the topic's opening.
  const opening = reply_to_message?.forum_topic_created;
  const reply = opening ? undefined : reply_to_message;
  const files = reply ?? message.external_reply;
  const record: MessageRecord = {
    kind: 'said',
    ...place,
    text: command?.rest ?? withoutMention(text, mention),
    ...(command ? { command: command.name, ...namedIn(entities, command.start) } : {}),
    mentioned: mention !== undefined,
    media: forwarded(message, bot),
    ...(files
      ? {
          repliesTo: {
            ...(reply ? { messageId: reply.message_id } : {}),
            toBot: reply?.from?.id === bot.id,
            ...(reply ? authorOf(reply) : {}),
            media: postedBy(
              posterOf(reply ?? { forward_origin: message.external_reply?.origin }, bot.id),
              mediaOf(files),
            ),
          },
        }
      : {}),
    ...(opening ? { topicName: opening.name } : {}),
    ...(message.media_group_id ? { album: message.media_group_id } : {}),
  };
  return { id, record };
}

/** Whether Telegram marks a command in what is sent by way of the bot, nobody says. */
const COMMAND = /^\/\w{1,64}(?:@\w{3,32})?(?=\s|$)/;

function marked(
  entities: readonly WireEntity[],
  { via_bot, text = '' }: WireMessage,
  bot: Bot,
): readonly WireEntity[] {
  const command = via_bot?.id === bot.id ? COMMAND.exec(text)?.[0] : undefined;
  if (command === undefined || entities.some(({ type, offset }) => type === 'bot_command' && offset === 0))
    return entities;
  return [{ type: 'bot_command', offset: 0, length: command.length }, ...entities];
}

/** What somebody else wrote first is theirs, whoever brings it. */
const forwarded = (message: WireMessage, bot: Bot) =>
  message.forward_origin
    ? postedBy(posterOf({ forward_origin: message.forward_origin }, bot.id), mediaOf(message))
    : mediaOf(message);

function placeOf(message: WireMessage): Place | undefined {
  const { chat, from, sender_chat, is_automatic_forward } = message;
  const chatType = chatTypeOf(chat.type);
  if (!chatType || !from || is_automatic_forward) return undefined;
  const proxy = from.id === GROUP_ANONYMOUS_BOT || from.id === CHANNEL_BOT;
  if (from.is_bot && !(proxy && sender_chat)) return undefined;
  return {
    chatId: chat.id,
    chatType,
    ...threadOf(message),
    messageId: message.message_id,
    ...(sender_chat ? {} : { userId: from.id }),
    ...(sender_chat?.id === chat.id ? { anonymousAdmin: true } : {}),
    locale: from.language_code ?? 'en',
    ...(sender_chat || from.username === undefined ? {} : { username: from.username }),
    ...(chat.is_forum ? { forum: true } : {}),
  };
}

/** A reply in a chat without topics has a thread id too, which must not be passed back. */
const threadOf = (message: {
  message_thread_id?: number | undefined;
  is_topic_message?: boolean | undefined;
}): { threadId?: number } =>
  message.is_topic_message && message.message_thread_id !== undefined
    ? { threadId: message.message_thread_id }
    : {};

function chatTypeOf(type: string): Place['chatType'] | undefined {
  return (['private', 'group', 'supergroup'] as const).find((known) => known === type);
}

const wordsOf = ({ text, entities, caption, caption_entities }: WireMessage) =>
  text === undefined
    ? { text: caption ?? '', entities: caption_entities ?? [] }
    : { text, entities: entities ?? [] };

function commandOf(
  text: string,
  entities: readonly WireEntity[],
  bot: Bot,
): { name: string; rest: string; start: number } | 'another bot’s' | undefined {
  const found = entities.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  if (!found) return undefined;
  const [name = '', addressee] = text.slice(1, found.length).toLowerCase().split('@');
  if (addressee !== undefined && addressee !== bot.username.toLowerCase()) return 'another bot’s';
  const rest = text.slice(found.length).trimStart();
  return { name, rest: rest.trimEnd(), start: text.length - rest.length };
}

function isMention(text: string, { type, offset, length, user }: WireEntity, bot: Bot): boolean {
  if (type === 'text_mention') return user?.id === bot.id;
  const name = text.slice(offset, offset + length).toLowerCase();
  return type === 'mention' && name === `@${bot.username.toLowerCase()}`;
}

function withoutMention(text: string, mention: WireEntity | undefined): string {
  if (!mention) return text.trim();
  const { offset, length } = mention;
  return `${text.slice(0, offset).trimEnd()} ${text.slice(offset + length).trimStart()}`.trim();
}

function readPress({ id, from, message, data }: WirePress): UpdateReading | undefined {
  // A log channel may be a channel; what is pressed there is looked up as in a group.
  const inChannel = message?.chat.type === 'channel';
  const chatType = inChannel ? 'supergroup' : chatTypeOf(message?.chat.type ?? '');
  if (!message || !chatType || data === undefined) return undefined;
  const record: Incoming = {
    kind: 'press',
    chatId: message.chat.id,
    chatType,
    ...threadOf(message),
    messageId: message.message_id,
    userId: from.id,
    locale: from.language_code ?? 'en',
    ...(message.chat.is_forum ? { forum: true } : {}),
    pressId: id,
    data,
    ...(buttonsOf(message).some((button) => isAboutSame(button, data)) ? { ofMessage: true } : {}),
    ...(message.photo || message.animation ? { ofPicture: true } : {}),
  };
  return { id: `press:${id}`, record };
}

const buttonsOf = ({ reply_markup }: NonNullable<WirePress['message']>): string[] =>
  reply_markup?.inline_keyboard.flat().flatMap(({ callback_data }) => callback_data ?? []) ?? [];

/** The keyboard may have changed since the press, but never what its message is about. */
function isAboutSame(button: string, data: string): boolean {
  const [one, other] = [readCallbackData(button), readCallbackData(data)];
  return button === data || (one !== undefined && one.code !== NOBODY && one.code === other?.code);
}

const IN = new Set(['member', 'administrator', 'restricted']);

/** Only that we came into a group is of interest: whoever shuts us out finds nothing broken later. */
function readMembership(change: WireMembership, updateId: number): UpdateReading | undefined {
  const { chat, from, old_chat_member, new_chat_member } = change;
  const chatType = chatTypeOf(chat.type);
  if (!chatType || chatType === 'private') return undefined;
  if (IN.has(old_chat_member.status) || !IN.has(new_chat_member.status)) return undefined;
  const record: Incoming = {
    kind: 'joined',
    chatId: chat.id,
    chatType,
    messageId: 0,
    userId: from.id,
    locale: from.language_code ?? 'en',
  };
  return { id: `update:${updateId}`, record };
}

/** People whom the app has put into the words by their accounts. `start`: where `text` begins in what was written. */
function namedIn(
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

type RepliedMessage = NonNullable<WireMessage['reply_to_message']>;

/** Whose message is answered, where that is a person's. */
function authorOf({ from, sender_chat }: RepliedMessage): { userId?: number } {
  return from && !from.is_bot && !sender_chat ? { userId: from.id } : {};
}
