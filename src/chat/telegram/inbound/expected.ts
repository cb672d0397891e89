/** What a member's next file is for, after New image or New motion was pressed, or `/verify` came without one. */
import { z } from 'zod';
import type { KeyValueStore } from '../../../core/ports.ts';
import type { Media } from '../media-of.ts';
import type { MessageRecord, Place } from './records.ts';

const WAITS_MS = 60 * 60_000;

const awaitedSchema = z.object({
  what: z.enum(['image', 'clip']),
  /** The job whose other half it goes with; without one, it is to be verified. */
  code: z.string().optional(),
  /** The library item that it goes with, in the place of a job's half. */
  item: z.object({ motion: z.string().optional(), character: z.string().optional() }).optional(),
  /** What they asked for with an item of the library by its name: it is read again with the file. */
  text: z.string().optional(),
  userId: z.number().optional(),
  askId: z.number(),
  /** The message that has brought it: read a second time after a crash, it still does. */
  broughtBy: z.number().optional(),
});
type ExpectedReply = z.infer<typeof awaitedSchema>;

type Awaited = Pick<ExpectedReply, 'code' | 'item' | 'text'> & { media: Media };

export type Expected = {
  /** Waits for a reply to that message and, in private, for any next file. */
  wait(place: Place, awaited: ExpectedReply): Promise<void>;
  /** The file of this message, if it was waited for. It is waited for no longer then. */
  take(said: MessageRecord): Promise<Awaited | undefined>;
};

export function createExpected(kv: KeyValueStore): Expected {
  const replyKey = (chatId: number, askId: number): string => `expect:${chatId}:${askId}`;
  const nextKey = ({ chatId, threadId = 0 }: Place): string => `expect-next:${chatId}:${threadId}`;

  async function read(key: string): Promise<ExpectedReply | undefined> {
    return awaitedSchema.safeParse(await kv.get(key)).data;
  }

  async function takeAt(
    key: string,
    said: MessageRecord,
  ): Promise<(ExpectedReply & { media: Media }) | undefined> {
    const awaited = await read(key);
    if (!awaited || awaited.userId !== said.userId) return undefined;
    const { what, code, item, text, broughtBy } = awaited;
    const file = said.media[what];
    // What is no video is told so, and the video is still waited for.
    if (!file && code === undefined && !item && text === undefined) return { ...awaited, media: said.media };
    if (!file || (broughtBy !== undefined && broughtBy !== said.messageId)) return undefined;
    const keys = [replyKey(said.chatId, awaited.askId)];
    if ((await read(nextKey(said)))?.askId === awaited.askId) keys.push(nextKey(said));
    for (const each of keys) await kv.set(each, { ...awaited, broughtBy: said.messageId }, WAITS_MS);
    return { ...awaited, media: { [what]: file } };
  }

  return {
    async wait(place, awaited) {
      await kv.set(replyKey(place.chatId, awaited.askId), awaited, WAITS_MS);
      if (place.chatType === 'private') await kv.set(nextKey(place), awaited, WAITS_MS);
    },
    async take(said) {
      const askId = said.repliesTo?.toBot ? said.repliesTo.messageId : undefined;
      const answer = askId === undefined ? undefined : await takeAt(replyKey(said.chatId, askId), said);
      if (answer || said.chatType !== 'private') return answer;
      const next = isPair(said) ? undefined : await takeAt(nextKey(said), said);
      // Who sends something else has begun something else: what follows belongs to that.
      if (!next) await kv.delete(nextKey(said));
      return next;
    },
  };
}

/** Both halves at once, or a file that goes with what it replies to: not what was waited for. */
const isPair = ({ media, repliesTo }: MessageRecord): boolean =>
  (media.image !== undefined && media.clip !== undefined) ||
  repliesTo?.media.image !== undefined ||
  repliesTo?.media.clip !== undefined;
