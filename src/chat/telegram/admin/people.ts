/** Who is who in a chat: names for ids where something is shown, ids for names where somebody is named. */
import type { Api } from 'grammy';
import type { Clock, KeyValueStore } from '../../../core/ports.ts';
import type { Naming } from '../../../core/settings/setting.ts';
import { Recent } from '../../recent.ts';
import type { MessageRecord, Place } from '../inbound/records.ts';
import { readLocation } from '../target.ts';

const SEEN_FOR_MS = 30 * 24 * 3_600_000;
/** What is on the key-value store is written again so often, not with every message. */
const NOTED_EVERY_MS = 24 * 3_600_000;
const NAMES_KNOWN_MS = 10 * 60_000;
const KEPT = 2_000;
/** A number that every forum gives its first topic. */
const GENERAL = '1';

export type People = {
  /** Remembers who speaks and where. */
  note(said: Place & Pick<MessageRecord, 'topicName'>): Promise<void>;
  /** Whose name that is, where they were seen in this chat. */
  find(chatId: number, username: string): Promise<number | undefined>;
  /** A person's own name, as the chat shows it; it calls nobody. */
  nameOf(chatId: number, userId: number): Promise<string>;
  /** Undefined where the chat doesn't say, as one that has become another. */
  titleOf(chatId: number): Promise<string | undefined>;
  /** Writes something with the names of everybody in it. `anonymous`: what to call whoever speaks as the chat. */
  named<T>(chatId: number, anonymous: string, write: (naming: Naming) => T): Promise<T>;
};

export function createPeople({ api, kv, clock }: { api: Api; kv: KeyValueStore; clock: Clock }): People {
  const noted = new Recent<string, { value: number | string; at: number }>(KEPT);
  const names = new Recent<string, { name: Promise<string>; at: number }>(KEPT);

  async function keep(key: string, value: number | string): Promise<void> {
    const before = noted.get(key);
    if (before?.value === value && clock.now() - before.at < NOTED_EVERY_MS) return;
    await kv.set(key, value, SEEN_FOR_MS);
    noted.set(key, { value, at: clock.now() });
  }

  function known(key: string, ask: () => Promise<string>, otherwise: string): Promise<string> {
    const before = names.get(key);
    if (before && clock.now() - before.at < NAMES_KNOWN_MS) return before.name;
    const name = ask().catch(() => otherwise);
    names.set(key, { name, at: clock.now() });
    return name;
  }

  function nameOf(chatId: number, userId: number): Promise<string> {
    const ask = async () => {
      const { user } = await api.getChatMember(chatId, userId);
      return [user.first_name, user.last_name].filter(Boolean).join(' ');
    };
    return known(`${chatId} ${userId}`, ask, String(userId));
  }

  async function titleOf(chatId: number): Promise<string | undefined> {
    const ask = async () => (await api.getChat(chatId)).title ?? '';
    return (await known(String(chatId), ask, '')) || undefined;
  }

  async function topicOf(chatId: number, topic: string): Promise<string> {
    if (topic === GENERAL) return 'General';
    return (await kv.get<string>(topicKey(chatId, topic))) ?? `#${topic}`;
  }

  async function nameFor(chatId: number, anonymous: string, [kind, id]: Parameters<Naming>): Promise<string> {
    if (kind === 'member') {
      const userId = Number(id.replace('telegram:', ''));
      // Somebody who wanted to be forgotten.
      if (!Number.isSafeInteger(userId)) return id;
      return userId < 0 ? anonymous : nameOf(chatId, userId);
    }
    if (kind !== 'channel') return id;
    const location = readLocation(id);
    if (!location) return topicOf(chatId, id);
    const title = (await titleOf(location.chatId)) ?? String(location.chatId);
    return location.threadId === undefined
      ? title
      : `${title}, ${await topicOf(location.chatId, String(location.threadId))}`;
  }

  return {
    async note({ chatId, chatType, userId, username, threadId, topicName }) {
      if (chatType === 'private') return;
      if (username !== undefined && userId !== undefined) await keep(seenKey(chatId, username), userId);
      if (topicName !== undefined && threadId !== undefined)
        await keep(topicKey(chatId, String(threadId)), topicName);
    },
    find: (chatId, username) => kv.get<number>(seenKey(chatId, username)),
    nameOf,
    titleOf,
    async named(chatId, anonymous, write) {
      const wanted = new Map<string, Parameters<Naming>>();
      // Once to see who is in it, once more with their names.
      write((kind, id) => {
        wanted.set(`${kind} ${id}`, [kind, id]);
        return id;
      });
      const found = new Map<string, string>();
      for (const [key, whom] of wanted) found.set(key, await nameFor(chatId, anonymous, whom));
      return write((kind, id) => found.get(`${kind} ${id}`) ?? id);
    },
  };
}

const seenKey = (chatId: number, username: string): string => `seen:${chatId}:${username.toLowerCase()}`;
const topicKey = (chatId: number, topic: string): string => `topic:${chatId}:${topic}`;
