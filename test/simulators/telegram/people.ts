/** What people do in their apps. */
import { detectEntities } from './entities.ts';
import { type MediaContent, mediaFields } from './media.ts';
import { changeMember } from './membership.ts';
import { type Draft, deleteMessage, editMessage, originOf, putMessage, wireOf } from './messages.ts';
import { announce, type Press, type PressAnswer, type Sim } from './sim.ts';
import type { Message, MessageEntity, User } from './wire.ts';
import { ANONYMOUS_ADMIN, CHANNEL_BOT, chatOf, type SimChat, type Stored, TELEGRAM_USER } from './world.ts';

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
  if (chat.type === 'private') await starts(sim, chat);
  return say(sim, user, chat, content, await mediaFields(sim.files, content));
}

function say(sim: Sim, user: User, chat: SimChat, content: Spoken, fields: Partial<Message>): Message {
  const stored = putMessage(
    sim.world,
    chat,
    { ...authorOf(user, chat, content.as), ...fields, ...wordsOf(content), ...quoteOf(content) },
    placeOf(sim, content),
  );
  announce(sim, stored, chat.type === 'channel' ? 'channel_post' : 'message');
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
): Stored | undefined {
  return sim.world.chats.get(chat.id)?.messages.get(message_id);
}

function mustFind(sim: Sim, message: Message): Stored {
  const stored = find(sim, message);
  if (!stored) throw new Error(`message ${message.message_id} is not in chat ${message.chat.id}`);
  return stored;
}

/** A post of a channel turns up in its discussion group by itself. */
function autoForward(sim: Sim, post: Stored, group: SimChat): void {
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

export async function starts(sim: Sim, chat: SimChat): Promise<void> {
  const { person } = chat;
  if (!person || (chat.started && !chat.blocked)) return;
  const was = chat.blocked ? ('kicked' as const) : ('member' as const);
  chat.started = true;
  chat.blocked = false;
  if (was === 'kicked') privateChange(sim, chat, person, was, 'member');
  sim.world.changed();
}

export function blocks(sim: Sim, chat: SimChat): void {
  const { person } = chat;
  if (!person || chat.blocked) return;
  chat.blocked = true;
  privateChange(sim, chat, person, 'member', 'kicked');
  sim.world.changed();
}

function privateChange(
  sim: Sim,
  chat: SimChat,
  person: User,
  before: 'member' | 'kicked',
  after: 'member' | 'kicked',
): void {
  const member = (status: 'member' | 'kicked') =>
    status === 'kicked' ? { status, user: sim.bot, until_date: 0 } : { status, user: sim.bot };
  sim.updates.push(
    {
      my_chat_member: {
        chat: chatOf(chat),
        from: person,
        date: sim.world.date(),
        old_chat_member: member(before),
        new_chat_member: member(after),
      },
    },
    `chat ${chat.id}`,
  );
}

/** Presses the button with this label. What the bot answers stands in the press when it has come. */
export function presses(
  sim: Sim,
  user: User,
  message: Message,
  label: string,
  { inaccessible = false }: { inaccessible?: boolean } = {},
): Press & { done: Promise<PressAnswer> } {
  const stored = mustFind(sim, message);
  const rows = stored.message.reply_markup?.inline_keyboard ?? [];
  const button = rows.flat().find(({ text }) => text === label);
  const labels = rows.flat().map(({ text }) => text);
  if (!button) throw new Error(`no button "${label}" there, only ${JSON.stringify(labels)}`);
  if (!('callback_data' in button)) throw new Error(`button "${label}" sends nothing to the bot`);
  const { promise, resolve } = Promise.withResolvers<PressAnswer>();
  const press: Press & { done: Promise<PressAnswer> } = {
    id: String(4_300_000_000_000_000_000n + BigInt(sim.presses.size + 1) * 7_919n),
    at: sim.time.now(),
    answered(answer) {
      press.answer = answer;
      resolve(answer);
    },
    done: promise,
  };
  sim.presses.set(press.id, press);
  const there = inaccessible
    ? { chat: chatOf(stored.chat), message_id: stored.message.message_id, date: 0 as const }
    : wireOf(stored);
  sim.updates.push(
    {
      callback_query: {
        id: press.id,
        from: user,
        message: there,
        chat_instance: String(stored.chat.id * 31 + 7),
        data: button.callback_data,
      },
    },
    `user ${user.id}`,
  );
  return press;
}

/** The group becomes a supergroup under another id; the old one stays behind and answers with it. */
export function migrates(sim: Sim, group: SimChat): SimChat {
  const { id: _, messages: __, lastMessageId: ___, topics, ...kept } = group;
  const next = sim.world.addChat({ ...kept, type: 'supergroup', topics, migratedFrom: group.id });
  announce(
    sim,
    putMessage(sim.world, group, { from: ANONYMOUS_ADMIN, migrate_to_chat_id: next.id }),
    'message',
  );
  group.migratedTo = next.id;
  announce(
    sim,
    putMessage(sim.world, next, { from: ANONYMOUS_ADMIN, migrate_from_chat_id: group.id }),
    'message',
  );
  return next;
}

export function opensTopic(sim: Sim, user: User, chat: SimChat, name: string): number {
  if (!chat.forum) throw new Error('only a forum has topics');
  const stored = putMessage(sim.world, chat, {
    from: user,
    forum_topic_created: { name, icon_color: 7_322_096 },
  });
  const id = stored.message.message_id;
  stored.message = { ...stored.message, message_thread_id: id, is_topic_message: true };
  chat.topics.set(id, { id, name, closed: false, deleted: false });
  announce(sim, stored, 'message');
  return id;
}

export const joins = (sim: Sim, chat: SimChat, user: User, by: User = user): void =>
  changeMember(sim, chat, by, { user, status: 'member' });
