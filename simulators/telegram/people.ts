/** What people do in their apps. */
import { detectEntities } from './entities.ts';
import { type MediaContent, mediaFields } from './media.ts';
import { type Draft, deleteMessage, editMessage, originOf, putMessage, wireOf } from './messages.ts';
import { starts } from './places.ts';
import { announce, type Sim } from './sim.ts';
import type { Message, MessageEntity, User } from './wire.ts';
import {
  ANONYMOUS_ADMIN,
  CHANNEL_BOT,
  chatOf,
  type FileEntry,
  isAdmin,
  isIn,
  type SimChat,
  TELEGRAM_USER,
} from './world.ts';

export type Content = MediaContent & {
  text?: string;
  caption?: string;
  /** By default what the app marks by itself: commands, mentions, links. */
  entities?: MessageEntity[];
  /** In another chat or topic, the bot gets an `external_reply`. */
  replyTo?: Message;
  quote?: string;
  topic?: number;
  /** Speaks as the group itself (an anonymous admin), or for a channel. */
  as?: 'anonymous' | SimChat;
  silent?: boolean;
};

type Spoken = Omit<Content, keyof MediaContent>;

export async function sends(sim: Sim, user: User, chat: SimChat, content: Content): Promise<Message> {
  enters(sim, user, chat, content.as);
  return say(sim, user, chat, content, await mediaFields(sim.files, content));
}

/** What an inline result puts into the chat: the person's own message, which says by way of which bot it came. */
export function sendsVia(
  sim: Sim,
  user: User,
  chat: SimChat,
  content: Pick<Content, 'text' | 'entities' | 'replyTo' | 'topic'>,
): Message {
  enters(sim, user, chat, undefined);
  return say(sim, user, chat, content, { via_bot: sim.bot });
}

function say(sim: Sim, user: User, chat: SimChat, content: Spoken, fields: Partial<Message>): Message {
  const stored = putMessage(
    sim.world,
    chat,
    { ...authorOf(user, chat, content.as), ...fields, ...wordsOf(content), ...quoteOf(content) },
    placeOf(sim, content),
  );
  // A bot never hears another one, but plain commands go to whichever spoke last.
  if (user.is_bot) chat.lastBotId = user.id;
  else announce(sim, stored, chat.type === 'channel' ? 'channel_post' : 'message');
  if (chat.type === 'channel' && chat.discussion) autoForward(sim, stored, chat.discussion);
  return wireOf(stored);
}

/**
 * Several files at once: as many messages with one `media_group_id`, `gapMs` apart, told in the order they were sent
 * or, with `order`, in another. The caption is the first one's unless an item has its own.
 */
export async function sendsAlbum(
  sim: Sim,
  user: User,
  chat: SimChat,
  items: readonly (MediaContent & { caption?: string })[],
  options: Spoken & { gapMs?: number; order?: readonly number[] } = {},
): Promise<Message[]> {
  if (items.length < 2 || items.length > 10) throw new Error('an album has 2 to 10 items');
  if (items.some(({ animation }) => animation)) throw new Error('an animation cannot be in an album');
  enters(sim, user, chat, options.as);
  const { gapMs = 0, order = items.map((_, at) => at), caption, ...rest } = options;
  const fields = await Promise.all(items.map((item) => mediaFields(sim.files, item)));
  const group = String(13_000_000_000_000_000n + BigInt(sim.world.date()) * 1000n + BigInt(albums++ % 1000));
  const stored = items.map((item, at) => {
    const own = item.caption ?? (at === 0 ? caption : undefined);
    return putMessage(
      sim.world,
      chat,
      {
        ...authorOf(user, chat, rest.as),
        ...fields[at],
        ...wordsOf({ ...rest, ...(own === undefined ? {} : { caption: own }) }),
        media_group_id: group,
      },
      placeOf(sim, rest),
    );
  });
  const type = chat.type === 'channel' ? 'channel_post' : 'message';
  for (const [nth, at] of order.entries()) {
    const item = stored[at];
    if (!item) continue;
    if (gapMs === 0 || nth === 0) announce(sim, item, type);
    else sim.time.after(nth * gapMs, async () => announce(sim, item, type));
  }
  return stored.map(wireOf);
}
let albums = 0;

/** Whoever writes to the bot has started it; whoever writes to a group must be in it. */
function enters(sim: Sim, user: User, chat: SimChat, as: Content['as']): void {
  if (chat.type === 'private') starts(sim, chat);
  else if (chat.migratedTo !== undefined) throw new Error('the group has become a supergroup');
  else if (!isIn(chat, user.id)) throw new Error(`${user.first_name} is not in ${chat.title}`);
  else if (as === 'anonymous' && !isAdmin(chat, user.id))
    throw new Error(`${user.first_name} is no admin of ${chat.title}`);
}

function wordsOf({ text, caption, entities }: Spoken): Partial<Message> {
  if (text !== undefined) {
    const found = entities ?? detectEntities(text);
    return { text, ...(found.length > 0 ? { entities: found } : {}) };
  }
  if (caption === undefined || caption === '') return {};
  const found = entities ?? detectEntities(caption);
  return { caption, ...(found.length > 0 ? { caption_entities: found } : {}) };
}

function quoteOf({ quote, replyTo }: Spoken): Partial<Message> {
  if (quote === undefined || !replyTo) return {};
  const position = (replyTo.text ?? replyTo.caption ?? '').indexOf(quote);
  return { quote: { text: quote, position: Math.max(0, position), is_manual: true } };
}

function authorOf(user: User, chat: SimChat, as: Content['as']): Draft {
  if (chat.type === 'channel') return { sender_chat: chatOf(chat) };
  if (as === 'anonymous') return { from: ANONYMOUS_ADMIN, sender_chat: chatOf(chat) };
  if (as) return { from: CHANNEL_BOT, sender_chat: chatOf(as) };
  return { from: user };
}

function placeOf(sim: Sim, { replyTo, topic, silent }: Spoken) {
  const answered = replyTo && find(sim, replyTo);
  return {
    ...(answered ? { replyTo: answered } : {}),
    ...(topic === undefined ? {} : { topic }),
    ...(silent ? { silent } : {}),
  };
}

/** The message as it stands in its chat now. */
export function find(
  sim: Sim,
  { chat, message_id }: Pick<Message, 'chat' | 'message_id'>,
): FileEntry | undefined {
  return sim.world.chats.get(chat.id)?.messages.get(message_id);
}

export function mustFind(sim: Sim, message: Message): FileEntry {
  const stored = find(sim, message);
  if (!stored) throw new Error(`message ${message.message_id} is not in chat ${message.chat.id}`);
  return stored;
}

/** A post of a channel turns up in its discussion group by itself. */
function autoForward(sim: Sim, post: FileEntry, group: SimChat): void {
  const copy = putMessage(sim.world, group, {
    ...saidIn(post.message),
    from: TELEGRAM_USER,
    sender_chat: chatOf(post.chat),
    forward_origin: originOf(post.message),
    is_automatic_forward: true,
  });
  announce(sim, copy, 'message');
}

export function forwards(sim: Sim, user: User, message: Message, chat: SimChat): Message {
  const stored = putMessage(sim.world, chat, {
    ...authorOf(user, chat, undefined),
    ...saidIn(mustFind(sim, message).message),
    forward_origin: originOf(message),
  });
  announce(sim, stored, chat.type === 'channel' ? 'channel_post' : 'message');
  return wireOf(stored);
}

/** Words and files, without anything of the place where they stood. */
function saidIn(message: Message): Draft {
  const {
    message_id: _,
    date: __,
    chat: ___,
    message_thread_id,
    is_topic_message,
    from,
    sender_chat,
    reply_markup,
    edit_date,
    media_group_id,
    external_reply,
    quote,
    ...said
  } = message;
  return said;
}

export function edits(sim: Sim, message: Message, words: { text?: string; caption?: string }): Message {
  const stored = mustFind(sim, message);
  editMessage(sim.world, stored, { ...stored.message, ...wordsOf(words) });
  announce(sim, stored, stored.chat.type === 'channel' ? 'edited_channel_post' : 'edited_message');
  return wireOf(stored);
}

/** The Bot API tells nobody. */
export function deletes(sim: Sim, message: Message): void {
  deleteMessage(sim.world, mustFind(sim, message));
}
