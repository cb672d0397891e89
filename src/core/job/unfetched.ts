/**
 * A provider that could not get at the files, and certainly bills nothing for that, gets the job once more with its clip put
 * up anew: what lay there was a copy, which may have gone before its time.
 */
import { type Context, move } from '../context.ts';
import { handleOf } from './handle.ts';
import type { Job, JobIn, Operation } from './job.ts';

/** Answers with nothing where the job has to end as its status says. Then, too, nobody gets that copy any more. */
export async function putBackUnfetched(
  ctx: Context,
  job: JobIn<'queued' | 'running'>,
  bill: 'free' | 'unsure',
): Promise<JobIn<'created'> | undefined> {
  const isCalledOff = job.cancelAskedAt !== undefined || job.cancelTriedAt !== undefined;
  const isInTime = ctx.clock.now() < job.deadlineAt;
  const last = job.attempts.at(-1);
  // Where it was sent no copy, none is the reason: the same try would end in the same way.
  const isCopy = last?.provider === job.provider && last.isCopy === true;
  if (bill === 'free' && !isCalledOff && isInTime && isCopy && job.unfetched === undefined) {
    // The handle first: with it on record, late news of the first try are not taken for the second's.
    const { operation, attempts } = job;
    return move(ctx, { ...job, unfetched: { operation } }, 'created', {
      attempts: attempts.slice(0, -1),
    });
  }
  if (isCopy) await ctx.providerCopies.giveUp(job.inputs.clip.key);
  return undefined;
}

/** The same of a no to the submit itself, which trouble with our notes must not lose. Answers with the job to go on with. */
export async function refusedUnfetched(
  ctx: Context,
  sending: JobIn<'submitting'>,
  isCopy: boolean,
): Promise<JobIn<'submitting'> | undefined> {
  try {
    if (!isCopy) return undefined;
    if (sending.unfetched === undefined) return { ...sending, unfetched: {} };
    await ctx.providerCopies.giveUp(sending.inputs.clip.key);
  } catch (err) {
    ctx.log.warn({ job: sending.code, err }, 'a copy that a provider could not fetch is not given up yet');
  }
  return undefined;
}

/** Whether that is how the first try was called, which is over. */
export function isFirstTry(job: Job, operation: Operation): boolean {
  const first = job.unfetched?.operation;
  return first !== undefined && JSON.stringify(handleOf(first)) === JSON.stringify(handleOf(operation));
}
