/** What is done now and then, and by nobody's wish: whatever is due to go goes. */
import type { Core } from './command.ts';
import type { Context } from './context.ts';
import { sweepOrphans } from './orphans.ts';
import { sweepKept } from './retention.ts';

/** Offers wait for minutes; their files go soon after. */
const OFTEN_MS = 5 * 60_000;
const DAILY_MS = 24 * 3_600_000;

/** Begins at once; the answer ends it. `isAtHome`: as in `sweepOrphans`. */
export function startUpkeep(ctx: Context, core: Core, isAtHome: boolean): () => void {
  const often = async (): Promise<void> => {
    await core.offers.sweep();
    await sweepKept(ctx, core.privacy);
    await ctx.traces.overwrite();
  };
  const daily = async (): Promise<void> => {
    await ctx.traces.dropEnded(ctx.clock.now());
    await sweepOrphans(ctx, isAtHome);
  };
  const timers = (
    [
      [often, OFTEN_MS],
      [daily, DAILY_MS],
    ] as const
  ).map(([work, everyMs]) => {
    const run = () => {
      work().catch((err: unknown) => ctx.log.warn({ err }, 'what is due to go stays for now'));
    };
    run();
    return setInterval(run, everyMs);
  });
  return () => timers.forEach(clearInterval);
}
