/** What the simulator remembers: people, chats, members, messages; and a bell that rings on every change. */
import type { Chat, ChatAdministratorRights, Message, User } from 'grammy/types';
import type { SimTime } from '../sim-time.ts';

type MemberStatus = 'creator' | 'administrator' | 'member' | 'restricted' | 'left' | 'kicked';
export type Member = {
  user: User;
  status: MemberStatus;
  anonymous?: boolean;
  rights?: Partial<ChatAdministratorRights>;
  title?: string;
};

/** A message as it lies in the chat. `message` has no reply in it: that is put in whenever somebody looks. */
export type FileEntry = {
  message: Message;
  chat: SimChat;
  replyTo?: FileEntry;
  /** The bot was meant by it, as privacy mode reads that word: replies to it reach the bot too. */
  meant: boolean;
  deleted: boolean;
  /** Where the bot reacted: the emoji. */
  reactions: string[];
  /** Sent with `disable_notification`. */
  silent: boolean;
};

type Topic = { id: number; name: string; closed: boolean; deleted: boolean };

export type SimChat = {
  id: number;
  type: Chat['type'];
  title: string;
  username?: string;
  /** The other side of a private chat. */
  person?: User;
  /** Private: pressed Start; blocked the bot. */
  started: boolean;
  blocked: boolean;
  members: Map<number, Member>;
  forum: boolean;
  topics: Map<number, Topic>;
  /** Everything reaches the bot here: privacy mode was off when it came in. */
  openToBot: boolean;
  /** Which bot posted last: plain commands go to that one. */
  lastBotId?: number;
  /** The bot may not send here these kinds, as the admins of a group can set. */
  forbids: Set<'text' | 'media'>;
  /** Says who its members are only to admins. */
  hidesMembers: boolean;
  /** Videos are encoded first and sent later: the answer's `message_id` is 0. */
  schedulesVideos: boolean;
  /** A channel's discussion group. */
  discussion?: SimChat;
  messages: Map<number, FileEntry>;
  lastMessageId: number;
  migratedTo?: number;
  migratedFrom?: number;
};

export type World = ReturnType<typeof createWorld>;

export const ANONYMOUS_ADMIN: User = {
  id: 1087968824,
  is_bot: true,
  first_name: 'Group',
  username: 'GroupAnonymousBot',
};
/** Who channel posts seem to come from where they are forwarded by themselves. */
export const TELEGRAM_USER: User = { id: 777000, is_bot: false, first_name: 'Telegram' };
/** Who others than people speak as, when they speak for a channel. */
export const CHANNEL_BOT: User = {
  id: 136817688,
  is_bot: true,
  first_name: 'Channel',
  username: 'Channel_Bot',
};

export function createWorld({ time, bot }: { time: SimTime; bot: User }) {
  const chats = new Map<number, SimChat>();
  const users = new Map<number, User>([[bot.id, bot]]);
  const listeners = new Set<() => void>();
  let lastUserId = 500_000_000;
  let lastGroupId = 4_000_000_000;
  let lastSupergroupId = 1_700_000_000;
  // Private chats and small groups share one row of numbers, as they do in a real account.
  let lastSharedMessageId = 100;

  function newChatId(type: SimChat['type']): number {
    if (type === 'group') {
      lastGroupId += 17;
      return -lastGroupId;
    }
    lastSupergroupId += 31;
    return -1_000_000_000_000 - lastSupergroupId;
  }

  return {
    time,
    bot,
    chats,
    users,
    /** Now, in whole seconds as the Bot API counts. */
    date: () => Math.floor(time.now() / 1000),
    addUser(facts: Partial<User> = {}): User {
      lastUserId += 7;
      const user: User = { id: lastUserId, is_bot: false, first_name: 'Ada', language_code: 'en', ...facts };
      users.set(user.id, user);
      return user;
    },
    addChat(facts: Partial<SimChat> & Pick<SimChat, 'type' | 'title'>): SimChat {
      const chat: SimChat = {
        id: facts.id ?? newChatId(facts.type),
        started: true,
        blocked: false,
        members: new Map(),
        forum: false,
        topics: new Map(),
        openToBot: false,
        forbids: new Set(),
        hidesMembers: false,
        schedulesVideos: false,
        messages: new Map(),
        lastMessageId: 0,
        ...facts,
      };
      chats.set(chat.id, chat);
      return chat;
    },
    nextMessageId(chat: SimChat): number {
      if (chat.type === 'private' || chat.type === 'group') {
        lastSharedMessageId += 1;
        return lastSharedMessageId;
      }
      chat.lastMessageId += 1;
      return chat.lastMessageId;
    },
    changed(): void {
      for (const listener of [...listeners]) listener();
    },
    /** Calls back on every change until the returned function is called. */
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The chat as it stands in a message. */
export function chatOf(chat: SimChat): Chat {
  const name = chat.username === undefined ? {} : { username: chat.username };
  if (chat.type === 'private') {
    const { first_name = chat.title, last_name, username } = chat.person ?? {};
    return {
      id: chat.id,
      type: 'private',
      first_name,
      ...(last_name === undefined ? {} : { last_name }),
      ...(username === undefined ? {} : { username }),
    };
  }
  if (chat.type === 'supergroup')
    return {
      id: chat.id,
      type: 'supergroup',
      title: chat.title,
      ...name,
      ...(chat.forum ? { is_forum: true } : {}),
    };
  if (chat.type === 'channel') return { id: chat.id, type: 'channel', title: chat.title, ...name };
  return { id: chat.id, type: 'group', title: chat.title };
}

export const isAdmin = (chat: SimChat, userId: number): boolean =>
  ['creator', 'administrator'].includes(chat.members.get(userId)?.status ?? '');
export const isIn = (chat: SimChat, userId: number): boolean =>
  !['left', 'kicked', undefined].includes(chat.members.get(userId)?.status);
