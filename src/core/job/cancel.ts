/** Calls a job off: what that can still save, and how the provider is asked for it. */
import { type Context, move, providerOf } from '../context.ts';
import { finish } from './finish.ts';
import { type Job, type JobIn, rendererOf } from './job.ts';
import { mayRender } from './may-render.ts';
import { apply } from './step.ts';

const CANCEL_TIMEOUT_MS = 15_000;

/** Whether a cancel can still save money. */
export const cancellable = (job: Job): boolean =>
  job.state === 'asking' ||
  (mayRender(job) &&
    (job.state === 'created' || !(job.quote.notes.includes('no-cancel') && isAsQuoted(job))));

const isAsQuoted = (job: Job): boolean => rendererOf(job) === job.quote.provider;

/** Asks the provider where it has the job, and ends it where that costs nothing. The caller holds the job's lock. */
export async function cancelNow(
  ctx: Context,
  job: Job,
): Promise<{ how: 'cancelled' | 'asked' | 'too-late'; job: Job }> {
  if (job.state === 'created' || job.state === 'asking')
    return { how: 'cancelled', job: await finish(ctx, job, 'cancelled', { costMicros: 0 }) };
  if (job.state !== 'queued' && job.state !== 'running') return { how: 'too-late', job };
  const provider = providerOf(ctx, job.provider);
  if (!provider) return { how: 'too-late', job };
  const how = await provider
    .cancel(job.operation, AbortSignal.timeout(CANCEL_TIMEOUT_MS))
    .catch(async (error: unknown) => {
      await note(ctx, job, { cancelTriedAt: ctx.clock.now() });
      throw error;
    });
  if (how === 'cancelled') return { how, job: await finish(ctx, job, 'cancelled', { costMicros: 0 }) };
  if (how === 'too-late') {
    const status = await provider.status(job.operation, AbortSignal.timeout(CANCEL_TIMEOUT_MS));
    // Whoever calls it off does not want it tried anew.
    const isUnfetched = status.state === 'failed' && status.unfetched;
    const end = isUnfetched ? ({ ...status, unfetched: 'unsure' } as const) : status;
    return { how, job: await apply(ctx, job, end) };
  }
  return { how, job: await note(ctx, job, { cancelAskedAt: ctx.clock.now() }) };
}

/** Writes down what came of asking for a cancel, on a job that goes on. */
function note(
  ctx: Context,
  job: JobIn<'queued' | 'running'>,
  fields: { cancelAskedAt: number } | { cancelTriedAt: number },
): Promise<Job> {
  const { provider, submittedAt, operation, cancelAskedAt } = job;
  // What the provider has once taken note of stays noted, whatever comes of asking again.
  const before = cancelAskedAt === undefined ? {} : { cancelAskedAt };
  const noted = { provider, submittedAt, operation, ...before, ...fields };
  if (job.state === 'queued') return move(ctx, job, 'queued', noted);
  return move(ctx, job, 'running', { ...noted, startedAt: job.startedAt, phase: job.phase });
}
