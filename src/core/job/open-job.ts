/** Creates a job: holds its price in the ledger, then saves its record. */

import type { Context } from '../context.ts';
import { type HoldOutcome, type HoldRequest, type Limit, UnknownHold } from '../limits/ledger.ts';
import { countersOf, kindOfLimit, limitsOf } from '../limits/quota.ts';
import { accept, type Outcome, type PastLimit, refuse } from '../refusals.ts';
import { codeOf } from './code.ts';
import { deadlineMs } from './due.ts';
import type { Event, Job } from './job.ts';
import { nudge } from './lanes.ts';

export type NewJob = Pick<Job, 'request' | 'inputs' | 'quote' | 'findings' | 'cast'>;

/** Holds the price and puts the job on disk; only then may anything be sent anywhere. The caller holds the job's lock. */
export async function openJob(
  ctx: Context,
  { id, requester }: Event,
  what: NewJob,
  past: readonly PastLimit[] = [],
  tries = 1,
): Promise<Outcome<Job>> {
  const now = ctx.clock.now();
  const hold = await ctx.ledger.reserve(holdOf(ctx, { id, requester }, what, now, past));
  if (!hold.ok) return noRoom(hold);
  const job = await create(ctx, { id, requester }, what, now, tries);
  return job ? accept(job) : openJob(ctx, { id, requester }, what, past, tries + 1);
}

/** Several jobs at once: all of them, or none where a limit has no room for all. The caller holds the locks of all. */
export async function openJobs(
  ctx: Context,
  wanted: readonly { event: Event; what: NewJob }[],
  past: readonly PastLimit[] = [],
): Promise<Outcome<Job[]>> {
  const now = ctx.clock.now();
  const hold = await ctx.ledger.reserveAll(
    wanted.map(({ event, what }) => holdOf(ctx, event, what, now, past)),
  );
  if (!hold.ok) return noRoom(hold);
  const jobs: Job[] = [];
  for (const { event, what } of wanted) {
    const job = (await ctx.store.get(event.id)) ?? (await create(ctx, event, what, now, 1));
    // By then there may be no room for it any more, though others of them are made.
    const made = job ? accept(job) : await openJob(ctx, event, what, past, 2);
    if (!made.ok) return made;
    jobs.push(made.value);
  }
  return accept(jobs);
}

/** Its price is held. Undefined where that was taken back meanwhile, the first time. */
async function create(
  ctx: Context,
  { id, requester }: Event,
  what: NewJob,
  now: number,
  tries: number,
): Promise<Job | undefined> {
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
  if (!job) return undefined;
  ctx.events.publish(job);
  ctx.log.info({ job: job.code, provider: what.quote.provider, seconds: what.quote.seconds }, 'job created');
  await nudge(ctx, job);
  return job;
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
