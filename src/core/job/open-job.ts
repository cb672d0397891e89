/** Creates a job: holds its price in the ledger, then saves its record. */

import type { Context } from '../context.ts';
import { type HoldOutcome, type HoldRequest, type Limit, UnknownHold } from '../limits/ledger.ts';
import { countersOf, kindOfLimit, limitsOf } from '../limits/quota.ts';
import { accept, type Outcome, type PastLimit, refuse } from '../refusals.ts';
import { codeOf } from './code.ts';
import { deadlineMs } from './due.ts';
import type { Event, Job } from './job.ts';
import { nudge } from './lanes.ts';

/** Holds the price and puts the job on disk; only then may anything be sent anywhere. The caller holds the job's lock. */
export async function openJob(
  ctx: Context,
  { id, requester }: Event,
  what: Pick<Job, 'request' | 'inputs' | 'quote' | 'findings'>,
  past: readonly PastLimit[] = [],
  tries = 1,
): Promise<Outcome<Job>> {
  const now = ctx.clock.now();
  const hold = await ctx.ledger.reserve(holdOf(ctx, { id, requester }, what, now, past));
  if (!hold.ok) return noRoom(hold);
  const created: Job = {
    id,
    code: codeOf(id),
    requester,
    ...what,
    attempts: [],
    createdAt: now,
    updatedAt: now,
    deadlineAt: now + deadlineMs(ctx, what.request),
    state: 'created',
  };
  const job = await ctx.store.save(created, { held: true }).catch(async (error: unknown) => {
    // This process stood still for so long that others took the hold for a dead one's: all of it is asked for anew.
    if (error instanceof UnknownHold && tries === 1) return undefined;
    const kept = await ctx.store.get(id).catch(() => 'unclear' as const);
    // Only the answer to the save was lost. Where even that can't be told, its step is due: there is none if it is not there.
    if (kept && kept !== 'unclear') return kept;
    if (kept === 'unclear') await nudge(ctx, created);
    // A job that is not on disk does not exist, and must not hold anything.
    else await ctx.ledger.release(id);
    throw error;
  });
  if (!job) return openJob(ctx, { id, requester }, what, past, tries + 1);
  ctx.events.publish(job);
  ctx.log.info({ job: job.code, provider: what.quote.provider, seconds: what.quote.seconds }, 'job created');
  await nudge(ctx, job);
  return accept(job);
}

/** What a job of that price holds, on the counters and under the limits of this moment. */
export function holdOf(
  ctx: Context,
  { id, requester }: Event,
  { quote, inputs }: Pick<Job, 'quote' | 'inputs'>,
  at: number,
  past: readonly PastLimit[] = [],
): HoldRequest {
  const space = ctx.settings.of(requester.spaceId);
  return {
    jobId: id,
    micros: quote.micros,
    counters: countersOf(requester, at, ctx.rules, space),
    limits: limitsOf(requester, at, ctx.rules, space).filter(
      (limit) => !past.some((one) => isPast(limit, one)),
    ),
    at,
    memberId: requester.memberId,
    spaceId: requester.spaceId,
    provider: quote.provider,
    seconds: quote.seconds,
    ...itemsOf(inputs),
  };
}

/** The library items that a job is made with. */
function itemsOf({ image, clip }: Job['inputs']): Pick<HoldRequest, 'items'> {
  const items = {
    ...(clip.item === undefined ? {} : { motion: clip.item }),
    ...(image.item === undefined ? {} : { character: image.item }),
  };
  return Object.keys(items).length > 0 ? { items } : {};
}

export function noRoom({ limit, leftMicros, leftJobs }: Extract<HoldOutcome, { ok: false }>) {
  return refuse({
    code: 'over-quota',
    ...kindOfLimit(limit),
    resetsAt: limit.resetsAt,
    ...(leftMicros === undefined ? {} : { leftMicros }),
    ...(leftJobs === undefined ? {} : { leftJobs }),
  });
}

/** Whether it is the limit that an admin lifted for this job. Nobody lifts the operator's. */
function isPast(limit: Limit, past: PastLimit): boolean {
  const { scope, period } = kindOfLimit(limit);
  const unit = limit.maxMicros === undefined ? 'jobs' : 'usd';
  return scope !== 'operator' && scope === past.scope && period === past.period && unit === past.unit;
}
