/**
 * Remembers a member's last picture and last clip in a chat for a while, so that the other can follow in a later
 * message.
 */
import { z } from 'zod';
import type { Clock, KeyValueStore } from '../../../core/ports.ts';
import { type FileRef, type Media, mediaSchema } from '../media-of.ts';
import type { Place } from './records.ts';

const KEPT_MS = 10 * 60_000;

const halfSchema = z.object({
  file: mediaSchema.shape.image.unwrap(),
  /** What was said with it, to be the prompt where the other half brings none. */
  text: z.string(),
  at: z.number(),
  /** The request that has used it up. */
  usedBy: z.string().optional(),
});
type HalfRequest = z.infer<typeof halfSchema>;
const rowSchema = z.object({ image: halfSchema.optional(), clip: halfSchema.optional() });

export type Halves = {
  /** What is there for this request. One that used a half up finds it again: it may be read a second time after a crash. */
  find(place: Place, requestId: string): Promise<{ image?: FoundHalf; clip?: FoundHalf }>;
  keep(place: Place, media: Media, text: string): Promise<void>;
  /** No other request may use them. */
  use(place: Place, requestId: string): Promise<void>;
};
type FoundHalf = { file: FileRef; text: string };

/** Changes of one member's halves must not overlap: the caller holds their lock. */
export function createHalves(kv: KeyValueStore, clock: Clock): Halves {
  const keyOf = ({ chatId, threadId = 0, userId }: Place): string =>
    `half:${chatId}:${threadId}:${userId ?? 'chat'}`;

  async function read(place: Place): Promise<z.infer<typeof rowSchema>> {
    // What can't be read is as good as not there: the member sends it again.
    return rowSchema.catch({}).parse(await kv.get(keyOf(place)));
  }

  return {
    async find(place, requestId) {
      const { image, clip } = await read(place);
      const fits = (half: HalfRequest | undefined): half is HalfRequest =>
        half !== undefined &&
        half.at > clock.now() - KEPT_MS &&
        (half.usedBy === undefined || half.usedBy === requestId);
      return { ...(fits(image) ? { image } : {}), ...(fits(clip) ? { clip } : {}) };
    },
    async keep(place, { image, clip }, text) {
      const at = clock.now();
      const row = await read(place);
      if (image) row.image = { file: image, text, at };
      if (clip) row.clip = { file: clip, text, at };
      await kv.set(keyOf(place), row, KEPT_MS);
    },
    async use(place, requestId) {
      const row = await read(place);
      for (const half of [row.image, row.clip]) if (half) half.usedBy ??= requestId;
      await kv.set(keyOf(place), row, KEPT_MS);
    },
  };
}
