/** Messages in a chat: put in, looked at, changed. */
import type { ExternalReplyInfo, Message, MessageOrigin, ReplyMessage } from './wire.ts';
import { chatOf, type FileEntry, type SimChat, type World } from './world.ts';

/** What a message says, without its number, date and place. */
export type Draft = Omit<Message, 'message_id' | 'date' | 'chat' | 'reply_to_message'>;

export type Placement = { replyTo?: FileEntry; topic?: number; silent?: boolean; meant?: boolean };

export function putMessage(world: World, chat: SimChat, draft: Draft, place: Placement = {}): FileEntry {
  const id = world.nextMessageId(chat);
  const { replyTo, topic } = place;
  const message: Message = {
    message_id: id,
    ...threadOf(chat, replyTo, topic),
    date: world.date(),
    chat: chatOf(chat),
    ...draft,
  };
  if (replyTo && !repliesInside(chat, message, replyTo)) {
    message.external_reply = externalReply(replyTo);
  }
  const stored: FileEntry = {
    message,
    chat,
    ...(replyTo ? { replyTo } : {}),
    meant: place.meant ?? false,
    deleted: false,
    reactions: [],
    silent: place.silent ?? false,
  };
  chat.messages.set(id, stored);
  world.changed();
  return stored;
}

/**
 * In a forum the thread is the topic. In other supergroups a reply opens a thread too, named after the message that
 * everything there answers, but it is no topic, and nothing can be sent into it by that number.
 */
function threadOf(
  chat: SimChat,
  replyTo: FileEntry | undefined,
  topic: number | undefined,
): Partial<Message> {
  if (chat.forum) {
    const inherited = replyTo?.chat === chat ? replyTo.message.message_thread_id : undefined;
    const thread = topic ?? inherited;
    return thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true };
  }
  if (chat.type !== 'supergroup' || replyTo?.chat !== chat) return {};
  return { message_thread_id: replyTo.message.message_thread_id ?? replyTo.message.message_id };
}

function repliesInside(chat: SimChat, message: Message, replyTo: FileEntry): boolean {
  return (
    replyTo.chat === chat && (!chat.forum || replyTo.message.message_thread_id === message.message_thread_id)
  );
}

/** The message as the bot gets it: with what it answers, one level deep, unless that was deleted meanwhile. */
export function wireOf({ message, chat, replyTo }: FileEntry): Message {
  const answered = replyTo ?? topicStart(chat, message);
  if (!answered || answered.deleted || message.external_reply) return message;
  return { ...message, reply_to_message: answered.message as ReplyMessage };
}

/** In a topic, a message that answers nothing answers the topic's opening, as far as the Bot API is concerned. */
function topicStart(chat: SimChat, message: Message): FileEntry | undefined {
  if (!message.is_topic_message || message.forum_topic_created) return undefined;
  return chat.messages.get(message.message_thread_id ?? 0);
}

/** Puts another version in the message's place, marked as edited. */
export function editMessage(world: World, stored: FileEntry, message: Message): void {
  stored.message = { ...message, edit_date: world.date() };
  world.changed();
}

export function deleteMessage(world: World, stored: FileEntry): void {
  stored.deleted = true;
  stored.chat.messages.delete(stored.message.message_id);
  world.changed();
}

const MEDIA = ['photo', 'video', 'animation', 'document', 'sticker', 'video_note', 'live_photo'] as const;

/** The fields that hold a message's files. */
function mediaOf(message: Message): Partial<Pick<Message, (typeof MEDIA)[number]>> {
  return Object.fromEntries(MEDIA.flatMap((kind) => (message[kind] ? [[kind, message[kind]]] : [])));
}

function externalReply({ message, chat }: FileEntry): ExternalReplyInfo {
  const findable = chat.type === 'supergroup' || chat.type === 'channel';
  return {
    origin: originOf(message),
    ...(findable ? { chat: chatOf(chat), message_id: message.message_id } : {}),
    ...mediaOf(message),
  };
}

/** Where a forwarded message, or one answered from elsewhere, comes from. */
export function originOf(message: Message): MessageOrigin {
  const { date, chat, sender_chat, from } = message;
  if (message.forward_origin) return message.forward_origin;
  if (chat.type === 'channel') return { type: 'channel', date, chat, message_id: message.message_id };
  if (sender_chat) return { type: 'chat', date, sender_chat };
  if (from) return { type: 'user', date, sender_user: from };
  return { type: 'hidden_user', date, sender_user_name: 'Deleted Account' };
}
