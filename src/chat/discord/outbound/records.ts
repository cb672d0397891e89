/** What must be known of a job's messages after a restart. One record for each writer, so that none undoes another's. */
import { messageLink } from 'discord.js';
import { z } from 'zod';
import type { Job } from '../../../core/job/job.ts';
import type { KeyValueStore } from '../../../core/ports.ts';
import { jobNotes } from '../../notes.ts';
import type { Shown as ShownAnywhere } from '../../status.ts';
import type { PostingPlace } from './limits.ts';
import type { PostedMessage } from './sender.ts';

/** The message that tells how the job stands, and the event whose token may still edit it. */
export type StatusBinding = { channelId: string; statusMessageId: string; eventId: string };
/** What that message says now. `comeForIt`: "Get your video" stands on it. */
export type StatusRecord = ShownAnywhere & { comeForIt?: boolean };
/** A new message: begun before it is sent, done once its id is known. By what it is for. */
export type Posts = Record<
  string,
  {
    begun?: { rung: PostingPlace; channelId: string; at: number };
    /** `alone`: one member sees it, and nobody else. */
    done?: PostedMessage & { rung: PostingPlace; at: number; alone?: true };
  }
>;

export type Records = ReturnType<typeof createRecords>;

export function createRecords(kv: KeyValueStore) {
  const bound = jobNotes<StatusBinding>(kv, 'bound');
  const shown = jobNotes<StatusRecord>(kv, 'shown');
  const posts = jobNotes<Posts>(kv, 'posts');
  return {
    bound,
    shown,
    posts,
    async forget(jobId: string): Promise<void> {
      for (const kind of [bound, shown, posts]) await kind.delete(jobId);
    },
  };
}

const placeSchema = z.object({
  channelId: z.string(),
  messageId: z.string(),
  guildId: z.string().optional(),
});
type Place = z.infer<typeof placeSchema>;

/** Where a job's video was posted. Undefined for one that only its member sees: no link leads there. */
export const placeOfResult = (job: Job): Place | undefined =>
  job.state === 'delivered' ? placeSchema.safeParse(job.receipt.details).data : undefined;

/** Where a job's video is to be seen. Undefined where a report has taken the message away, too. */
export const linkToResult = (job: Job): string | undefined =>
  job.hidden ? undefined : linkTo(placeOfResult(job));

export function linkTo(place: Place | undefined): string | undefined {
  if (!place) return undefined;
  const { channelId, messageId, guildId } = place;
  return guildId ? messageLink(channelId, messageId, guildId) : messageLink(channelId, messageId);
}
