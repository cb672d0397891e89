/** Finds finished videos that could not be delivered, so that the member can be told to fetch them. */
import type { Job } from '../job/job.ts';

/** So long the trouble of a chat is thought to pass. */
const PASSING_MS = 3_600_000;

/**
 * Why the search for a place has come to nothing so far: every place is `closed`, the video is `too-large` in every
 * form, or there has been `trouble` for an hour. It is tried again all the same. Undefined while it may well arrive.
 */
export function strandedBy(job: Job): 'closed' | 'too-large' | 'trouble' | undefined {
  const last = job.state === 'completed' ? job.rungs.at(-1) : undefined;
  if (job.state !== 'completed' || !last) return undefined;
  if (last.outcome === 'nowhere') return 'closed';
  if (last.outcome === 'too-large') return 'too-large';
  return last.at - job.completedAt > PASSING_MS ? 'trouble' : undefined;
}
