/** When a job is next looked at. */
import { type Context, providerOf } from '../context.ts';
import type { Job, JobIn, WaitingForRoom } from './job.ts';
import { backOffMs, nextLookMs, type PaceFacts } from './pace.ts';

/** How often an `unknown` job is looked for: so often at first, and the more rarely the longer it takes. */
const UNKNOWN_EVERY_MS = 60_000;
const UNKNOWN_SHARE = 0.1;

/**
 * A job in the queue is woken when its turn comes. Until then it looks for its place, the more often the nearer that is;
 * so it finds its turn, too, should nobody have woken it.
 */
const inQueueMs = (place: number): number => Math.min(Math.max(place * 1_000, 10_000), 60_000);

/** A hidden video is woken when it is restored; this is only for the case that it was not. */
const HIDDEN_EVERY_MS = 3_600_000;

/** A video that could not be handed over anywhere is offered again: often on the first day, then now and then. */
const NOWHERE_PACE = { firstMs: 60_000, ceilingMs: 3_600_000 };
const NOWHERE_LATER_EVERY_MS = 12 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** A provider may let everybody else go first. */
const RELAXED_DEADLINES = 3;

/** So long after it began, nobody who lives still waits for the answer to a submit. */
const SUBMIT_ENDS_WITHIN_MS = 100_000;

/** When a job that is found as it is submitted is nobody's any more. */
export const submitEndsAt = ({ alone }: Context, { submittedAt }: JobIn<'submitting'>): number =>
  alone ? 0 : submittedAt + SUBMIT_ENDS_WITHIN_MS;

/** How long a job may take, from its turn on. */
export const deadlineMs = ({ rules }: Context, { speed }: Pick<Job['request'], 'speed'>): number =>
  rules.jobDeadlineMs * (speed === 'relaxed' ? RELAXED_DEADLINES : 1);

/** How long after its files were put up a provider may still fetch them: it may wait for room, and then for its render. */
export const filesNeededMs = ({ jobDeadlineMs }: Pick<Context['rules'], 'jobDeadlineMs'>): number =>
  2 * RELAXED_DEADLINES * jobDeadlineMs;

/** Each try may be a large upload. */
export const deliveryPace = (ctx: Context, { completedAt }: JobIn<'completed'>) =>
  ctx.clock.now() - completedAt > DAY_MS ? NOWHERE_PACE : { ceilingMs: 300_000 };

/** When to look at a job that has just been stepped; a job that has moved on has its next step at once. */
export function dueAt(ctx: Context, job: Job, stayed: boolean): number {
  const now = ctx.clock.now();
  if (isInQueue(job)) return now + inQueueMs(job.place);
  if (job.state === 'asking') return job.until;
  if (job.state === 'created' && job.full) return now + nextLookMs(roomFacts(ctx, job.full, now));
  // It was reported, and waits for whoever decides.
  if (job.state === 'completed' && stayed && job.deliveryTries === 0) return now + HIDDEN_EVERY_MS;
  if (job.state === 'completed' && job.deliveryTries > 0) {
    const later = now - job.completedAt > DAY_MS;
    return now + (later ? NOWHERE_LATER_EVERY_MS : backOffMs(job.deliveryTries, ctx.random, NOWHERE_PACE));
  }
  if (job.state === 'submitting') return Math.max(now, submitEndsAt(ctx, job));
  if (job.state === 'unknown') {
    const wait = Math.max(UNKNOWN_EVERY_MS, (now - job.submittedAt) * UNKNOWN_SHARE);
    return stayed ? Math.min(now + wait, Math.max(now, job.deadlineAt)) : now;
  }
  if (job.state !== 'queued' && job.state !== 'running') return now;
  if (job.state === 'running' && job.phase.kind === 'fetching') return now;
  const wait = nextLookMs({
    elapsedMs: now - job.submittedAt,
    usualMs: ctx.history.usualMs(job.provider, job.request),
    floorMs: floorOf(ctx, job.provider),
    told: isTold(ctx, job.provider),
    heardMs: now - (ctx.news.get(job.id) ?? Number.NEGATIVE_INFINITY),
  });
  return Math.min(now + wait, Math.max(now, job.deadlineAt));
}

/** As its record says, which names its place for as long as it waits for its turn. */
export const isInQueue = (job: Job): job is JobIn<'created'> & { place: number } =>
  job.state === 'created' && job.place !== undefined;

const floorOf = (ctx: Context, provider: string): number =>
  providerOf(ctx, provider)?.capabilities.pollFloorMs ?? 2_000;

/** Whether the provider says by itself, at an address of ours, that a job has ended. */
const isTold = (ctx: Context, provider: string): boolean =>
  ctx.links !== undefined && providerOf(ctx, provider)?.parseWebhook !== undefined;

/** Asking for room is paced like a look at a job: when there will be some, nobody says. */
const roomFacts = (ctx: Context, { provider, since }: WaitingForRoom, now: number): PaceFacts => ({
  elapsedMs: now - since,
  usualMs: undefined,
  floorMs: floorOf(ctx, provider),
});
