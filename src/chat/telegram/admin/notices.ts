/** Sends notices that belong to no job's own messages: to the log channel, or a decision to its member. */
import type { Api } from 'grammy';
import type { Chat, NoticePlace } from '../../../core/chat-port.ts';
import type { KeyValueStore, Log } from '../../../core/ports.ts';
import { alarmLines } from '../../../words/doctor/alarm.ts';
import { wordsFor } from '../../../words/index.ts';
import type { Line } from '../../page.ts';
import { noticeLinesFor, requestLines, requestPage } from '../../pages.ts';
import { casePage } from '../../report-pages.ts';
import type { Requests } from '../../requests.ts';
import { isTrouble } from '../api.ts';
import type { Outbound, Place } from '../outbound/index.ts';
import { messageOf, type PageBody } from '../render.ts';
import { placeSchema, readLocation, targetSchema } from '../target.ts';
import type { People } from './people.ts';
import { localeKey } from './settings.ts';

export type NoticeParts = {
  api: Api;
  kv: KeyValueStore;
  outbound: Pick<Outbound, 'say' | 'edit'>;
  people: People;
  requests: Requests;
  log: Log;
};

export function createNotices(parts: NoticeParts): Required<Pick<Chat, 'canPost' | 'post' | 'adminsOf'>> {
  const { api, kv, outbound, people, requests, log } = parts;
  const chatOf = (spaceId: string): number => Number(spaceId.replace('telegram:', ''));

  return {
    async canPost(_spaceId, channel) {
      const location = readLocation(channel);
      if (!location) return false;
      try {
        return await mayWrite(api, location);
      } catch (error) {
        if (isTrouble(error, 'network', 'flood')) throw error;
        log.info({ err: error }, 'a log channel could not be looked at');
        return false;
      }
    },

    async adminsOf(spaceId) {
      const chatId = chatOf(spaceId);
      // In private there is nobody but the member.
      if (!(chatId < 0)) return [];
      const admins = await api.getChatAdministrators(chatId);
      return admins.flatMap(({ user }) => (user.is_bot ? [] : [`telegram:${user.id}`]));
    },

    async post(to, spaceId, notice) {
      const target = 'target' in to ? targetSchema.parse(to.target) : undefined;
      const place = placeOf(to);
      if (!place) return false;
      if (notice.kind === 'alarm') {
        const lines = alarmLines(notice.diagnosis, notice.over);
        return (await outbound.say(place, messageOf(wordsFor(), { lines }))) !== undefined;
      }
      const home = target?.chatId ?? chatOf(spaceId);
      const words = wordsFor(target?.locale ?? (await kv.get<string>(localeKey(spaceId))));
      // A log channel may serve several chats.
      const title = place.chatId === home ? undefined : await people.titleOf(home);
      const said = await people.named(home, words.t('settings.anonymous-admin'), (naming) =>
        notice.kind === 'asked'
          ? requestLines(words, notice.offer, naming)
          : noticeLinesFor(words, notice, naming),
      );
      const lines: Line[] = [...(title === undefined ? [] : [title]), ...said];
      if (notice.kind === 'declined') await strikeOut(notice.offer.code, messageOf(words, { lines }));
      if (notice.kind === 'reported') {
        const asked = targetSchema.safeParse(notice.about.asker.target).data;
        const page = casePage(words, notice.about, lines, asked && String(asked.chatId));
        return (await outbound.say(place, messageOf(words, page))) !== undefined;
      }
      if (notice.kind !== 'asked')
        return (await outbound.say(place, messageOf(words, { lines }))) !== undefined;
      const { code, requester } = notice.offer;
      await requests.told(code, lines);
      // The chat is looked up again by the core: in a button it only says where to ask who is an admin.
      const asked = targetSchema.safeParse(requester.target);
      if (!asked.success) return false;
      const page = requestPage(words, notice.offer, lines, String(asked.data.chatId));
      return (await outbound.say(place, messageOf(words, page))) !== undefined;
    },
  };

  function placeOf(to: NoticePlace): Place | undefined {
    if ('channel' in to) return readLocation(to.channel);
    if ('target' in to) return targetSchema.parse(to.target);
    const chatId = Number(to.member.replace('telegram:', ''));
    return Number.isSafeInteger(chatId) ? { chatId } : undefined;
  }

  /** The message where the member asked waits no longer. */
  async function strikeOut(code: string, body: PageBody): Promise<void> {
    const place = placeSchema.safeParse((await requests.get(code))?.place).data;
    if (place) await outbound.edit(place, body);
  }
}

/** What the bot is there, what members may, and at last a try that nobody sees. */
async function mayWrite(
  api: Api,
  { chatId, threadId }: { chatId: number; threadId?: number },
): Promise<boolean> {
  const chat = await api.getChat(chatId);
  const me = await api.getChatMember(chatId, (await api.getMe()).id);
  if (chat.type === 'channel') return me.status === 'administrator' && me.can_post_messages !== false;
  if (me.status === 'left' || me.status === 'kicked') return false;
  if (me.status === 'restricted' && !(me.is_member && me.can_send_messages)) return false;
  if (me.status === 'member' && chat.permissions?.can_send_messages === false) return false;
  await api.sendChatAction(chatId, 'typing', threadId === undefined ? {} : { message_thread_id: threadId });
  return true;
}
