/** Where a job's video was posted, for links that lead there. */
import { z } from 'zod';
import type { Job } from '../../core/job.ts';
import type { Place } from './views.ts';

const details = z.object({ channelId: z.string(), messageId: z.string(), guildId: z.string().optional() });

/** Undefined for a video that only its member sees: no link leads there. */
export function placeOfResult(job: Job): Place | undefined {
  return job.state === 'delivered' ? details.safeParse(job.receipt.details).data : undefined;
}
