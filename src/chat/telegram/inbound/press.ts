/** Presses of buttons: what Telegram's face can do with them. Anybody in a group can press any, at any time. */
import type { Api } from 'grammy';
import { z } from 'zod';
import type { Caller } from '../../../core/limits/access.ts';
import type { KeyValueStore } from '../../../core/ports.ts';
import type { Outcome } from '../../../core/refusals.ts';
import type { Words } from '../../../words/index.ts';
import type { Face, Press } from '../../face.ts';
import { type Action, said } from '../../page.ts';
import type { Requests } from '../../requests.ts';
import { whereIn } from '../../yes.ts';
import { panelOf } from '../admin/panel.ts';
import type { People } from '../admin/people.ts';
import { isTrouble } from '../api.ts';
import { messageOf } from '../render.ts';
import { placeSchema, targetSchema } from '../target.ts';
import type { Place, Press as PressRecord } from './records.ts';
import { type DrawParts, drawFor, type SpeakParts, sayPage } from './speak.ts';
import { besideThemselves, type Membership, targetOf } from './who.ts';

export type PressParts = SpeakParts &
  DrawParts & {
    api: Api;
    kv: KeyValueStore;
    who: Membership;
    people: People;
    requests: Requests;
    /** Says it in the small window above the chat. False where the press has its answer already. */
    answer(text: string): Promise<boolean>;
    maxBytes: number;
  };

/** https://core.telegram.org/bots/api#answercallbackquery, read 2026-11-21. */
export const ALERT_LENGTH = 200;
const QUESTION_KEPT_MS = 24 * 3_600_000;

/** They stand in the log channel, and say which chat it is whose admins decide. */
const OF_ANOTHER_CHAT: ReadonlySet<string> = new Set([
  'approve',
  'refuse',
  'case',
  'restore',
  'remove',
  'remove-yes',
  'ban',
]);

/** What a question of ours is about. Not in its buttons: what a button sends, anybody can make up. */
const questionSchema = z.object({
  resultId: z.number(),
  jobId: z.string().optional(),
  userId: z.number().optional(),
});
const questionKey = (chatId: number, askId: number): string => `delete:${chatId}:${askId}`;

export function pressOf(
  record: PressRecord,
  { again, ...action }: Action & { again: boolean },
  words: Words,
  { who, people }: PressParts,
): Press {
  return {
    ...action,
    id: record.pressId,
    words,
    again,
    as: (attempt) => asWhoever(record, who, attempt),
    async asAdmin(attempt) {
      const where = action.verb === 'approve' ? whereIn(action.arg) : action.arg;
      if (!OF_ANOTHER_CHAT.has(action.verb) || where === undefined) return attempt(await who.fresh(record));
      const { threadId: _, ...person } = record;
      return attempt(await who.fresh({ ...person, chatId: Number(where), chatType: 'supergroup' }));
    },
    where(job, { requester }) {
      const asked = targetSchema.safeParse(job.requester.target).data;
      const isTheirs = requester.memberId === job.requester.memberId;
      return { to: targetOf(record), reached: isTheirs || asked?.chatId === record.chatId };
    },
    alone: record.chatType === 'private',
    name: () => people.nameOf(record.chatId, record.userId ?? 0),
  };
}

/**
 * As the member; where that isn't enough, with a moderator's rights; and for what an anonymous admin began, as the
 * chat itself. Telegram shows who presses, never as whom.
 */
async function asWhoever<T>(
  place: Place,
  who: Membership,
  attempt: (caller: Caller) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const first = await attempt(await who.member(place));
  if (first.ok || first.refusal.code !== 'not-allowed') return first;
  for (const how of ['ranked', 'asChat'] as const) {
    const caller = await who[how](place);
    const outcome = caller && (await attempt(caller));
    if (outcome?.ok) return outcome;
  }
  return first;
}

export function faceOf(record: PressRecord, words: Words, parts: PressParts): Face {
  const { api, kv, talk, requests, answer } = parts;
  const { chatId, messageId, userId } = record;
  const target = targetOf(record);
  const questionHere = async () =>
    questionSchema.safeParse(await kv.get(questionKey(chatId, messageId))).data;

  /** In the small window, where it has room; else in the chat. */
  const aside: Face['aside'] = async (page) => {
    const text = page.lines.map((line) => (typeof line === 'string' ? line : line.text)).join('\n');
    const small =
      page.title === undefined && !page.media && !page.rows?.length && text.length <= ALERT_LENGTH;
    if (small && (await answer(text))) return 'done';
    return sayPage(parts, target, words, page);
  };

  return {
    // Another message than that of the matter stays as it is, whoever sends what about it.
    async instead(page) {
      if (!record.ofMessage) return void (await aside(page));
      // A still picture stands in a message of its own, above the words.
      const isMoving = page.media?.mime === 'image/gif';
      if (!isMoving && !record.ofPicture) return talk.edit(target, messageId, messageOf(words, page));
      // A text can't become a message with a picture, nor the other way round: it is said anew.
      if ((await sayPage(parts, target, words, page)) === 'done') await remove(api, chatId, messageId);
    },
    // Anybody can send what no button of theirs says, about any message.
    over: async (page) => void (await aside(page)),
    aside,
    async confide(page, otherwise) {
      const alone = besideThemselves(target);
      const there = alone && (await sayPage(parts, alone, words, page)) === 'done';
      if (!there) await aside(otherwise);
      else if (alone.chatId !== chatId) await aside(said(words.t('report.in-private')));
    },
    alone: record.chatType === 'private',
    inPassing: async (page) => void (await aside(page)),
    async ask(page, about) {
      const askId = await talk.say(target, messageOf(words, page));
      if (askId === undefined) return;
      const question: z.infer<typeof questionSchema> = {
        resultId: messageId,
        ...(about ? { jobId: about.id } : {}),
        ...(userId === undefined ? {} : { userId }),
      };
      await kv.set(questionKey(chatId, askId), question, QUESTION_KEPT_MS);
    },
    async become(job) {
      if (record.ofMessage) await talk.bind(job.id, { chatId, messageId });
      talk.show(job);
    },
    async becomeAt(place, job) {
      // An earlier version noted it under the job.
      const waiting = placeSchema.safeParse(place).data ?? (await kv.get(`asked:${job.id}`));
      const known = placeSchema.safeParse(waiting).data;
      if (known) await talk.bind(job.id, known);
      talk.show(job);
    },
    here: () => (record.ofMessage ? { chatId, messageId } : {}),
    async reopen() {},
    async removeMessages(job) {
      const question = await questionHere();
      return question?.jobId === job.id ? remove(api, chatId, question.resultId) : undefined;
    },
    async removeQuestion() {
      const question = await questionHere();
      const mayGo = question && (question.jobId !== undefined || question.userId === userId);
      if (mayGo) await remove(api, chatId, messageId);
    },
    async tellDeclined(code) {
      const place = placeSchema.safeParse((await requests.get(code))?.place).data;
      const declined = messageOf(words, said(words.t('notice.declined')));
      if (place) await talk.edit({ ...target, chatId: place.chatId }, place.messageId, declined);
    },
    draw: drawFor(parts, record, words),
    panel: panelOf(record),
    maxBytes: parts.maxBytes,
  };
}

/** Whether the message is there no more. */
export async function remove(api: Api, chatId: number, messageId: number): Promise<boolean> {
  try {
    return await api.deleteMessage(chatId, messageId);
  } catch (error) {
    if (isTrouble(error, 'network', 'flood')) throw error;
    // As when it was taken away just before a crash.
    return isTrouble(error) && error.description.includes('message to delete not found');
  }
}
