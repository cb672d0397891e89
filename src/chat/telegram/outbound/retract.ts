/**
 * Takes a job's video back. A bot may delete what it has posted within 48 hours, or for longer where it is an admin;
 * what it may only change after that gets a grey picture in the video's place.
 * https://core.telegram.org/bots/api#deletemessage and #editmessagemedia, read 2026-11-29.
 */
import { type Api, InputFile } from 'grammy';
import type { Job } from '../../../core/job/job.ts';
import type { Retracted } from '../../../core/takedown/case.ts';
import type { Words } from '../../../words/index.ts';
import { type GrammySignal, isTrouble, TelegramTrouble } from '../api.ts';
import { targetSchema } from '../target.ts';
import type { MessageRef, Notes, SendNote } from './notes.ts';

/** 320 by 180 pixels of grey, a PNG. */
const GREY = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAUAAAAC0AQMAAADfKmdSAAAAA1BMVEWAgICQdD0xAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAHklEQVRYw+3BMQEAAADCoPVPbQ0PoAAAAAAAAAB+DRzUAAEXM5nNAAAAAElFTkSuQmCC',
  'base64',
);

type Parts = { api: Api; notes: Notes; words: (locale?: string) => Words; signal: GrammySignal };

export function createRetract({ api, notes, words, signal }: Parts) {
  /** True where it worked; false where Telegram says no for good. Throws what may pass. */
  async function tried(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      const passes = isTrouble(error, 'network', 'flood', 'unauthorized');
      if (passes || !(error instanceof TelegramTrouble)) throw error;
      return error.kind === 'not-modified' || error.description.includes('message to delete not found');
    }
  }

  async function takeBack({ chatId, messageId }: MessageRef, job: Job): Promise<keyof Retracted> {
    // The numbers of a group's messages name others once it is a supergroup, or none.
    if ((await notes.movedTo(chatId)) !== undefined) return 'left';
    const message = { chat_id: chatId, message_id: messageId };
    if (await tried(() => api.raw.deleteMessage(message, signal))) return 'deleted';
    const { locale } = targetSchema.parse(job.requester.target);
    const text = words(locale).t('report.emptied');
    const media = () => ({
      type: 'photo' as const,
      media: new InputFile(GREY, 'grey.png'),
      caption: text,
    });
    if (await tried(() => api.raw.editMessageMedia({ ...message, media: media() }, signal))) return 'emptied';
    // A link stands in a text of its own where it has no picture.
    return (await tried(() => api.raw.editMessageText({ ...message, text }, signal))) ? 'emptied' : 'left';
  }

  return async (job: Job): Promise<Retracted> => {
    const gone: Retracted = { deleted: 0, emptied: 0, left: 0 };
    for (const [key, note] of Object.entries((await notes.sends.get(job.id)) ?? {})) {
      for (const ref of refsOf(note)) gone[await takeBack(ref, job)] += 1;
      // It may be there, and nobody knows where.
      if (!note.sent) gone.left += note.unknown;
      const { [key]: _, ...rest } = (await notes.sends.get(job.id)) ?? {};
      await notes.sends.set(job.id, rest);
    }
    return gone;
  };
}

const refsOf = ({ sent, earlier = [] }: SendNote): MessageRef[] => [...earlier, ...(sent ? [sent] : [])];
