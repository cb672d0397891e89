/** What was kept long enough goes: a space's own days after the job ended, and nothing that may still cost something. */
import type { Context } from './context.ts';
import { isOver, type Job } from './job.ts';
import type { Privacy } from './privacy.ts';

const DAY_MS = 24 * 3_600_000;
/** A few at a time, so that a first sweep of years doesn't hold up anybody. */
const AT_ONCE = 100;

/** Removes what is due, in every space. Answers how many jobs went. The page's own jobs stay until they are deleted. */
export async function sweepKept(ctx: Context, privacy: Pick<Privacy, 'forgetJob'>): Promise<number> {
  let gone = 0;
  for (const spaceId of await ctx.store.spaces()) {
    const before = ctx.clock.now() - ctx.settings.of(spaceId).retentionDays * DAY_MS;
    for (const job of await ctx.store.oldest(spaceId, before, AT_ONCE)) {
      if (job.requester.platform === 'web' || !isOver(job) || job.updatedAt > before) continue;
      if (await privacy.forgetJob(job.id)) gone += 1;
    }
  }
  if (gone > 0) ctx.log.info({ jobs: gone }, 'jobs went whose time to be kept is over');
  return gone;
}

/** Until when the files of a job are kept that is over by `endsAt`: nothing changes it afterwards. */
export const keptUntil = (ctx: Pick<Context, 'settings'>, { requester }: Job, endsAt: number): number =>
  endsAt + ctx.settings.of(requester.spaceId).retentionDays * DAY_MS;
