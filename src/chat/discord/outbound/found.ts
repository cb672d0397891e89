/** Finds our own messages, for links to them. */
import { messageLink } from 'discord.js';
import { z } from 'zod';
import type { Job } from '../../../core/job/job.ts';

const placeSchema = z.object({
  channelId: z.string(),
  messageId: z.string(),
  guildId: z.string().optional(),
});
type Place = z.infer<typeof placeSchema>;

/** Where a job's video was posted. Undefined for one that only its member sees: no link leads there. */
export const placeOfResult = (job: Job): Place | undefined =>
  job.state === 'delivered' ? placeSchema.safeParse(job.receipt.details).data : undefined;

export function linkTo(place: Place | undefined): string | undefined {
  if (!place) return undefined;
  const { channelId, messageId, guildId } = place;
  return guildId ? messageLink(channelId, messageId, guildId) : messageLink(channelId, messageId);
}
