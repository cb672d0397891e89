/**
 * Deletes jobs after the retention time of their space, counted from their end, but none that may still cost something.
 * docs/decisions/0003-a-video-that-nobody-can-have.md says why one that never arrived goes too.
 */
import type { Context } from '../context.ts';
import { isOperatorsOwn, isOver, type Job } from '../job/job.ts';
import type { Privacy } from './privacy.ts';

const DAY_MS = 24 * 3_600_000;
/** A few at a time, so that a first sweep of years doesn't hold up anybody. */
const AT_ONCE = 100;
/** However short a space keeps things: its member may be away, and the place closed for a while. */
export const UNDELIVERED_DAYS = 7;

/** Removes what is due, in every space. Answers how many jobs went. The page's own jobs stay until they are deleted. */
export async function sweepKept(
  ctx: Context,
  privacy: Pick<Privacy, 'forgetJob' | 'forgetUnreadable'>,
): Promise<number> {
  let gone = 0;
  for (const spaceId of await ctx.store.spaces())
    if (!isPage(spaceId)) gone += await sweepSpace(ctx, privacy, spaceId);
  if (gone > 0) ctx.log.info({ jobs: gone }, 'jobs went whose time to be kept is over');
  return gone;
}

async function sweepSpace(
  ctx: Context,
  privacy: Pick<Privacy, 'forgetJob' | 'forgetUnreadable'>,
  spaceId: string,
): Promise<number> {
  let gone = 0;
  const now = ctx.clock.now();
  const before = now - ctx.settings.of(spaceId).retentionDays * DAY_MS;
  for await (const found of ctx.store.oldest(spaceId, before)) {
    if (found.state === 'unreadable') await privacy.forgetUnreadable(found);
    else if (!isDue(ctx, found, now) || !(await privacy.forgetJob(found.id))) continue;
    gone += 1;
    if (gone === AT_ONCE) break;
  }
  return gone;
}

/** Until when the files of a job are kept that is over by `endsAt`: nothing changes it afterwards. */
export const keptUntil = (ctx: Pick<Context, 'settings'>, { requester }: Job, endsAt: number): number =>
  endsAt + ctx.settings.of(requester.spaceId).retentionDays * DAY_MS;

function isDue(ctx: Context, job: Job, now: number): boolean {
  if (isOver(job)) return keptUntil(ctx, job, job.updatedAt) <= now;
  if (job.state !== 'completed') return false;
  const { completedAt } = job;
  return Math.max(keptUntil(ctx, job, completedAt), completedAt + UNDELIVERED_DAYS * DAY_MS) <= now;
}

const isPage = (spaceId: string): boolean => isOperatorsOwn(spaceId.split(':')[0] ?? '');
