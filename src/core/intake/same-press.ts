/** Tells a hand that shakes, or a chat that is slow to show what a press did, from a second wish. */
import type { Context } from '../context.ts';
import { type Event, isOperatorsOwn, isOver, type Job } from '../job/job.ts';

const SAME_PRESS_MS = 10_000;

/** What a press just before this one made, by whoever's hand shakes or whose chat is slow to show it. */
export async function samePress(ctx: Context, { requester }: Event, job: Job): Promise<Job | undefined> {
  // The page and scripts name each press themselves.
  if (isOperatorsOwn(requester.platform)) return undefined;
  const since = ctx.clock.now() - SAME_PRESS_MS;
  const isSame = (one: Job): boolean =>
    one.createdAt > since &&
    one.id !== job.id &&
    !isOver(one) &&
    one.inputs.image.key === job.inputs.image.key &&
    one.inputs.clip.key === job.inputs.clip.key &&
    JSON.stringify(one.request) === JSON.stringify(job.request);
  return (await ctx.store.ofMember(requester.memberId, 3)).find(isSame);
}
