/** Two presses of one button in a row, by a hand that shakes or in a chat that is slow to show the first. */
import type { Context } from '../context.ts';
import { type Event, isOperatorsOwn, isOver, type Job, type RenderRequest } from '../job/job.ts';
import { DRAFT, modelOf } from '../models/registry.ts';

const SAME_PRESS_MS = 10_000;

/** The job that a press just before this one made. */
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
    sameWish(one.request, job.request);
  return (await ctx.store.ofMember(requester.memberId, 3)).find(isSame);
}

/** What a draft stood in for is rendered by another model once there is one. */
function sameWish(made: RenderRequest, asked: RenderRequest): boolean {
  const { model: _made, ...one } = made;
  const { model: _asked, ...other } = asked;
  const model = modelOf(asked).id;
  const isSameModel = model === DRAFT || modelOf(made).id === model;
  return isSameModel && JSON.stringify(one) === JSON.stringify(other);
}
