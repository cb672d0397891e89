/** What a process that died leaves, or a queue that somebody emptied: holds without a job, and jobs without a next step. */
import { type Context, providerOf } from '../context.ts';
import type { NextStep } from '../ports.ts';
import { placeOf } from './lanes.ts';
import { isAtRender } from './may-render.ts';

/** No process that lives is still between a hold and its job's first save by then. */
const SAVED_WITHIN_MS = 10 * 60_000;

/** As many steps a second as engines keep up with; what waits for longest is looked at within minutes all the same. */
const SPREAD_MS = 2;
const SPREAD_AT_MOST_MS = 300_000;
const FILLED_AT_ONCE = 200;

/** Takes back holds of jobs that were never made: what a crash leaves between a hold and its job's first save. */
export async function freeOrphans(ctx: Context): Promise<void> {
  const before = ctx.alone ? undefined : ctx.clock.now() - SAVED_WITHIN_MS;
  for (const id of await ctx.ledger.held(before)) {
    try {
      if (await ctx.store.get(id)) continue;
      // Waits for the page, which may be making this very job.
      await ctx.locks.run(id, async () => {
        if (await ctx.store.get(id)) return;
        await ctx.ledger.release(id);
        ctx.log.info({ id }, 'took back a hold whose job was never made');
      });
    } catch (error) {
      // One record that can't be read must not keep all the others from going on.
      ctx.log.error({ id, err: error }, 'a hold stays, as its job cannot be read');
    }
  }
}

/** Gives every job that is not over, and has none, its next step. Answers how many these are. */
export async function takeUp(ctx: Context): Promise<number> {
  let count = 0;
  let steps: NextStep[] = [];
  const missing = new Map<string, number>();
  const inside = new Set(await ctx.admissionQueue.ids('inside'));
  // Spread out, so that thousands of jobs don't fall on the providers in the second we start.
  for await (const job of ctx.store.open(ctx.scheduler.missing)) {
    if (isAtRender(job) && !inside.has(job.id)) await ctx.admissionQueue.enter(job);
    const waits = job.state === 'queued' || job.state === 'running';
    if (waits && !providerOf(ctx, job.provider))
      missing.set(job.provider, (missing.get(job.provider) ?? 0) + 1);
    const inMs = waits ? Math.floor(ctx.random() * Math.min(count * SPREAD_MS, SPREAD_AT_MOST_MS)) : 0;
    steps.push({ key: job.id, dueAt: ctx.clock.now() + inMs, place: placeOf(job) });
    count += 1;
    if (steps.length < FILLED_AT_ONCE) continue;
    await ctx.scheduler.fill(steps);
    steps = [];
  }
  await ctx.scheduler.fill(steps);
  for (const [provider, jobs] of missing) {
    ctx.log.warn({ provider, jobs }, 'jobs wait for a provider that is not configured any more');
  }
  return count;
}
