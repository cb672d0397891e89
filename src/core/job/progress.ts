/** Estimates a render's progress and remaining time, and says nothing without data to go by. */
import type { Job } from './job.ts';

/** The seconds left, from the provider's own progress and from how long such renders took before. */
export function etaSeconds(job: Job, usualMs: number | undefined, now: number): number | undefined {
  if (job.state !== 'queued' && job.state !== 'running') return undefined;
  if (job.state === 'running' && job.phase.kind === 'fetching') return undefined;
  const guesses: number[] = [];
  if (usualMs !== undefined) guesses.push(job.submittedAt + usualMs - now);
  const progress = job.state === 'running' && job.phase.kind === 'rendering' ? job.phase.progress : undefined;
  if (job.state === 'running' && progress !== undefined && progress >= 0.05) {
    const elapsed = job.updatedAt - job.startedAt;
    const left = (elapsed * (1 - progress)) / progress - (now - job.updatedAt);
    // The further a render is, the better its own progress tells.
    guesses.push(...Array.from({ length: progress > 0.5 ? 3 : 1 }, () => left));
  }
  if (guesses.length === 0) return undefined;
  const mean = guesses.reduce((sum, guess) => sum + guess, 0) / guesses.length;
  return Math.max(1, Math.ceil(mean / 1000));
}
