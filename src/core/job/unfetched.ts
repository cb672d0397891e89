/**
 * A provider that could not get at the files, and certainly bills nothing for that, gets the job once more with its clip put
 * up anew: what lay there was a copy, which may have gone before its time.
 */
import { type Context, move } from '../context.ts';
import { handleOf } from './handle.ts';
import type { Job, JobIn, Operation } from './job.ts';

/** Whether there is a copy that may be the reason, and it was not tried anew before. */
const mayTryAnew = async ({ providerCopies }: Context, { unfetched, inputs }: Job): Promise<boolean> =>
  unfetched === undefined && (await providerCopies.has(inputs.clip.key));

/** Answers with nothing where the job has to end as its status says. Then, too, nobody gets that copy any more. */
export async function putBackUnfetched(
  ctx: Context,
  job: JobIn<'queued' | 'running'>,
  bill: 'free' | 'unsure',
): Promise<JobIn<'created'> | undefined> {
  const isCalledOff = job.cancelAskedAt !== undefined || job.cancelTriedAt !== undefined;
  const isInTime = ctx.clock.now() < job.deadlineAt;
  if (bill === 'free' && !isCalledOff && isInTime && (await mayTryAnew(ctx, job))) {
    // The handle first: with it on record, late news of the first try are not taken for the second's.
    const { operation, provider, attempts } = job;
    const isOfThisTry = attempts.at(-1)?.provider === provider;
    return move(ctx, { ...job, unfetched: { operation } }, 'created', {
      attempts: isOfThisTry ? attempts.slice(0, -1) : attempts,
    });
  }
  await ctx.providerCopies.giveUp(job.inputs.clip.key);
  return undefined;
}

/** The same of a no to the submit itself, which trouble with our notes must not lose. Answers with the job to go on with. */
export async function refusedUnfetched(
  ctx: Context,
  sending: JobIn<'submitting'>,
): Promise<JobIn<'submitting'> | undefined> {
  try {
    if (await mayTryAnew(ctx, sending)) return { ...sending, unfetched: {} };
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
