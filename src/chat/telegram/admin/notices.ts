/** What admins are told in their log channel, and members of an answer: no job's own messages tell it. */
import type { Api } from 'grammy';
import type { Chat } from '../../../core/chat-port.ts';
import type { Log, Shelf } from '../../../core/ports.ts';
import { filesLine, quoteLines } from '../../../words/facts.ts';
import { wordsFor } from '../../../words/index.ts';
import { noticeLines } from '../../../words/settings.ts';
import { isTrouble } from '../api.ts';
import type { Outbound, Place } from '../outbound/index.ts';
import { linesOf } from '../render.ts';
import { targetSchema } from '../target.ts';
import { type ApprovalNotes, requestBody } from './approvals.ts';
import type { People } from './people.ts';
import { localeKey } from './settings.ts';
import { readSpot } from './spot.ts';

export type NoticeParts = {
  api: Api;
  shelf: Shelf;
  outbound: Pick<Outbound, 'say' | 'edit'>;
  people: People;
  notes: ApprovalNotes;
  log: Log;
};

export function createNotices(parts: NoticeParts): Required<Pick<Chat, 'canPost' | 'post'>> {
  const { api, shelf, outbound, people, notes, log } = parts;
  const chatOf = (spaceId: string): number => Number(spaceId.replace('telegram:', ''));

  return {
    async canPost(_spaceId, channel) {
      const spot = readSpot(channel);
      if (!spot) return false;
      try {
        return await mayWrite(api, spot);
      } catch (error) {
        if (isTrouble(error, 'network', 'flood')) throw error;
        log.info({ err: error }, 'a log channel could not be looked at');
        return false;
      }
    },

    async post(to, spaceId, notice) {
      const target = 'target' in to ? targetSchema.parse(to.target) : undefined;
      const place: Place | undefined = 'channel' in to ? readSpot(to.channel) : target;
      if (!place) return false;
      const home = target?.chatId ?? chatOf(spaceId);
      const words = wordsFor(target?.locale ?? (await shelf.get<string>(localeKey(spaceId))));
      // A log channel may serve several chats.
      const title = place.chatId === home ? undefined : await people.titleOf(home);
      const said = await people.named(home, words.t('settings.anonymous-admin'), (naming) =>
        noticeLines(words, notice, naming),
      );
      const lines = [...(title === undefined ? [] : [title]), ...said];
      if (notice.kind === 'declined') await strikeOut(notice.offer.id, lines);
      if (notice.kind !== 'asked') return (await outbound.say(place, linesOf(lines))) !== undefined;
      const { offer } = notice;
      const request = [
        ...lines,
        filesLine(words, offer),
        ...quoteLines(words, offer.quote, offer.request.quality),
      ];
      await notes.request.set(offer.code, { lines: request, memberId: offer.requester.memberId });
      const body = requestBody(words, request, offer);
      return body !== undefined && (await outbound.say(place, body)) !== undefined;
    },
  };

  /** The message where the member asked waits no longer. */
  async function strikeOut(jobId: string, lines: readonly string[]): Promise<void> {
    const asked = await notes.asked.get(jobId);
    if (asked) await outbound.edit(asked, linesOf(lines));
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
