/** Which jobs have a place in the admission queue. */
import type { Job } from './job.ts';

/** Whether it is on its way to its render, or in it. */
export function mayRender(job: Job): boolean {
  if (job.state === 'running') return job.phase.kind === 'rendering';
  return job.state === 'created' || job.state === 'submitting' || job.state === 'queued';
}

/** Whether a provider has it, or is just getting it, and may render it. */
export const isAtRender = (job: Job): boolean => job.state !== 'created' && mayRender(job);
