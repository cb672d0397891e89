/**
 * Ends a job: first in the ledger, then in its record, so that a crash between the two repeats only the harmless half.
 */
import { type Context, move } from '../context.ts';
import { OPERATOR } from '../limits/quota.ts';
import type { Micros } from '../price/money.ts';
import type { FailureCode } from '../refusals.ts';
import type { Job, JobIn } from './job.ts';

type End =
  | { state: 'failed'; failure: FailureCode; costMicros: Micros; unsettledMicros?: Micros }
  | { state: 'cancelled'; costMicros: Micros; by?: 'provider' };

/**
 * Ends a job whose bill nobody knows. What was held stays held against the operator's budget, as it may still be
 * billed, but no longer against the member's and the server's limits.
 */
export async function finishUnsettled(ctx: Context, job: Job, failure: FailureCode): Promise<Job> {
  const unsettledMicros = job.quote.micros;
  if (unsettledMicros === 0) return finish(ctx, job, 'failed', { failure, costMicros: 0 });
  await ctx.ledger.suspend(job.id, OPERATOR, failure);
  const provider = 'provider' in job && job.provider ? { provider: job.provider } : {};
  return move(ctx, job, 'failed', {
    failure,
    costMicros: 0,
    unsettledMicros,
    endedAt: ctx.clock.now(),
    ...provider,
  });
}

/** Why a job failed; one that was called off did not. */
const whyOf = (end: object): { failure?: FailureCode } =>
  'failure' in end ? { failure: end.failure as FailureCode } : {};

/** Ends a job without a video. What the provider did not bill costs nothing. The caller holds the job's lock. */
export async function finish<S extends End['state']>(
  ctx: Context,
  job: Job,
  state: S,
  end: Omit<Extract<End, { state: S }>, 'state'>,
): Promise<JobIn<S>> {
  const provider = 'provider' in job ? job.provider : undefined;
  const now = ctx.clock.now();
  await ctx.ledger.settle(job.id, {
    micros: end.costMicros,
    counts: end.costMicros > 0,
    provider: provider ?? job.quote.provider,
    at: now,
    ...whyOf(end),
  });
  // TypeScript can't follow the pairing of S with its fields through the generic; End above is what holds it together.
  const fields = { ...end, endedAt: now, ...(provider ? { provider } : {}) } as unknown as Parameters<
    typeof move<S>
  >[3];
  return move(ctx, job, state, fields);
}
