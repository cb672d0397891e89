/** Who calls, and what they are where they call from. Telegram names a chat's admins only to those who ask. */
import type { Api } from 'grammy';
import type { Requester } from '../../../core/job/job.ts';
import type { Caller } from '../../../core/limits/access.ts';
import type { Clock, KeyValueStore, Log } from '../../../core/ports.ts';
import { Recent } from '../../recent.ts';
import { isTrouble } from '../api.ts';
import type { TelegramTarget } from '../target.ts';
import type { Place } from './records.ts';

/** Rights change, and each call asks anew; within this time an answer is still one. */
const ADMINS_KNOWN_MS = 60_000;
const KNOWN_CHATS = 1_000;

export type Membership = {
  /** Without the rights of a moderator, which are asked for only where they change anything. */
  member(place: Place): Promise<Caller>;
  /** With them. */
  ranked(place: Place): Promise<Caller>;
  /** With them, and Telegram is asked this very moment: for what decides about money. */
  fresh(place: Place): Promise<Caller>;
  /** As the chat itself, for an admin who may have asked as it: what an anonymous admin began answers to both. */
  asChat(place: Place): Promise<Caller | undefined>;
  /** Tells that a chat goes on under another id. */
  moved(from: number, to: number): Promise<void>;
};

export function createWho({
  api,
  kv,
  clock,
  log,
}: {
  api: Api;
  kv: KeyValueStore;
  clock: Clock;
  log: Log;
}): Membership {
  const admins = new Recent<number, { at: number; ids: Promise<ReadonlySet<number>> }>(KNOWN_CHATS);

  /** A bot that is no admin itself may see the list too, which `getChatMember` doesn't promise. */
  async function fetchAdmins(chatId: number): Promise<ReadonlySet<number>> {
    try {
      const members = await api.getChatAdministrators(chatId);
      return new Set(members.map(({ user }) => user.id));
    } catch (error) {
      if (!isTrouble(error, 'migrated') || error.migratedTo === undefined) throw error;
      return fetchAdmins(error.migratedTo);
    }
  }

  async function isAdmin({ chatId, userId }: Place): Promise<boolean> {
    if (userId === undefined) return false;
    const known = admins.get(chatId);
    if (known && clock.now() - known.at < ADMINS_KNOWN_MS) return (await known.ids).has(userId);
    const ids = fetchAdmins(chatId).catch((error: unknown) => {
      admins.delete(chatId);
      log.warn({ err: error }, 'the admins of a chat could not be read, so nobody there counts as one');
      return new Set<number>();
    });
    admins.set(chatId, { at: clock.now(), ids });
    return (await ids).has(userId);
  }

  async function requesterOf(place: Place): Promise<Requester> {
    const spaceId = `telegram:${(await kv.get<number>(aliasKey(place.chatId))) ?? place.chatId}`;
    return {
      platform: 'telegram',
      spaceId,
      memberId: place.userId === undefined ? spaceId : `telegram:${place.userId}`,
      ...channelOf(place),
      target: targetOf(place),
    };
  }

  const isPrivate = ({ chatType }: Place): boolean => chatType === 'private';

  async function callerOf(place: Place, moderator: boolean): Promise<Caller> {
    return { requester: await requesterOf(place), standing: { moderator, private: isPrivate(place) } };
  }

  const ranked = async (place: Place): Promise<Caller> =>
    callerOf(place, place.anonymousAdmin ?? (!isPrivate(place) && (await isAdmin(place))));

  return {
    member: (place) => callerOf(place, place.anonymousAdmin ?? false),
    ranked,
    fresh(place) {
      admins.delete(place.chatId);
      return ranked(place);
    },
    async asChat(place) {
      if (isPrivate(place) || !(await isAdmin(place))) return undefined;
      const caller = await callerOf(place, true);
      return { ...caller, requester: { ...caller.requester, memberId: caller.requester.spaceId } };
    },
    async moved(from, to) {
      // What was once begun under the first id stays there, however often the chat moves on.
      const first = (await kv.get<number>(aliasKey(from))) ?? from;
      if (first !== to) await kv.set(aliasKey(to), first);
    },
  };
}

/** The number of the topic that every forum has: its messages name none. Seen in the clients' own API. */
const GENERAL_TOPIC = 1;

/** The topic, as limits and lists of the chat name it. */
export function topicOf({ threadId, forum }: Pick<Place, 'threadId' | 'forum'>): string | undefined {
  const topic = threadId ?? (forum ? GENERAL_TOPIC : undefined);
  return topic === undefined ? undefined : String(topic);
}

function channelOf(place: Place): { channelId?: string } {
  const channelId = topicOf(place);
  return channelId === undefined ? {} : { channelId };
}

const aliasKey = (chatId: number): string => `alias:${chatId}`;

/** The same in private, where nobody else reads it. Undefined for whoever speaks as the chat itself. */
export function besideThemselves(target: TelegramTarget): TelegramTarget | undefined {
  if (target.chatType === 'private') return target;
  const { userId, locale } = target;
  if (userId === undefined) return undefined;
  // No reply: the message that asked is in the other chat.
  return { chatId: userId, messageId: NO_REPLY, userId, chatType: 'private', locale };
}

/** Telegram sends a reply to no message as a message. */
const NO_REPLY = 0;

/** Where an answer to this goes. */
export function targetOf(place: Place): TelegramTarget {
  const { chatId, threadId, messageId, userId, chatType, locale } = place;
  return {
    chatId,
    ...(threadId === undefined ? {} : { threadId }),
    messageId,
    ...(userId === undefined ? {} : { userId }),
    chatType,
    locale,
  };
}
