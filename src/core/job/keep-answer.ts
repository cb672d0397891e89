/** What a provider has answered to a submit is brought to disk, however long that takes. */
import { type Context, move } from '../context.ts';
import type { StateFields } from './advance.ts';
import { handleOf } from './handle.ts';
import type { Attempt, Job, JobIn, JobState, Operation } from './job.ts';
import { retry } from './retry.ts';
import { StaleJob } from './stale-job.ts';

/**
 * Saves a clear answer: lost, it would make a job of unknown fate of one that nobody has. Where the first try was saved and
 * only its own answer was lost, what is on disk by then counts.
 */
export const keepAnswer = <S extends JobState>(
  ctx: Context,
  sending: JobIn<'submitting'>,
  state: S,
  fields: StateFields<S>,
): Promise<Job> =>
  retry(ctx, { job: sending.code, state }, async (): Promise<Job> => {
    try {
      return await move(ctx, sending, state, fields);
    } catch (error) {
      if (!(error instanceof StaleJob)) throw error;
      return (await ctx.store.get(sending.id)) ?? sending;
    }
  });

/**
 * Of a paid job, its operation must not be lost: where somebody else has taken the job for lost meanwhile, it is found
 * again by it.
 */
export const bind = (
  ctx: Context,
  sending: JobIn<'submitting'>,
  attempts: Attempt[],
  operation: Operation,
): Promise<Job> =>
  retry(ctx, { job: sending.code, operation }, async (): Promise<Job> => {
    const save = (job: JobIn<'submitting' | 'unknown'>) =>
      move(ctx, job, 'queued', { provider: job.provider, submittedAt: job.submittedAt, attempts, operation });
    try {
      return await save(sending);
    } catch (error) {
      if (!(error instanceof StaleJob)) throw error;
      const now = await ctx.store.get(sending.id);
      if (now?.state === 'submitting' || now?.state === 'unknown') return save(now);
      if (!now || !hasOperation(now, operation))
        ctx.log.error({ job: sending.code, operation }, 'the answer to a submit came when its job was over');
      return now ?? sending;
    }
  });

const hasOperation = (job: Job, operation: Operation): boolean =>
  'operation' in job &&
  Object.entries(handleOf(operation)).every(([name, value]) => job.operation?.[name] === value);
