/** Periodic upkeep: deletes what has expired. */
import type { Core } from '../command.ts';
import type { Context } from '../context.ts';
import type { Holds } from '../holds.ts';
import { AUDIT_KEPT_MS } from '../trust/audit.ts';
import { FINGERPRINTS_KEPT_MS } from '../trust/fingerprints.ts';
import { sweepOrphans } from './orphans.ts';
import { sweepKept } from './retention.ts';

/** Nobody is to wait long for a place that a crash left taken. */
const PLACES_MS = 60_000;
/** Offers wait for minutes; their files go soon after. */
const OFTEN_MS = 5 * 60_000;
const DAILY_MS = 24 * 3_600_000;

/** Of several processes on the same records, one does it. */
const UPKEEP = 'upkeep';

/**
 * `isAtHome`: as in `sweepOrphans`. `takeCopy`: makes today's copy of the records where there is none. `alarms`: looks what
 * the operator has to hear of.
 */
type Beside = { isAtHome(): boolean; takeCopy(): Promise<void>; alarms(): Promise<void> };

/** Begins at once, or when it is this process's turn, where it has `holds` with others; the answer ends it. */
export function startUpkeep(
  ctx: Context,
  core: Core,
  beside: Beside,
  holds?: Pick<Holds, 'holds' | 'onHeld'>,
): () => void | Promise<void> {
  if (!holds) return keepUp(ctx, core, beside, () => true);
  let stop = (): void => {};
  return holds.onHeld(UPKEEP, {
    async gained() {
      stop = keepUp(ctx, core, beside, () => holds.holds(UPKEEP));
      await core.jobs.recountPlaces();
    },
    lost: async () => stop(),
  });
}

function keepUp(ctx: Context, core: Core, beside: Beside, isOurs: () => boolean): () => void {
  const often = [
    beside.takeCopy,
    () => core.offers.sweep(),
    () => core.library.savings.sweep(),
    () => core.jobs.freeOrphans(),
    // Nothing, unless a queue was emptied, or another process has died with what only it knew.
    () => core.jobs.takeUp(),
    () => core.takedown.recover(),
    () => sweepKept(ctx, core.privacy),
    () => ctx.traces.overwrite(),
  ];
  const daily = [
    () => ctx.traces.dropEnded(ctx.clock.now()),
    () => ctx.fingerprints.dropBefore(ctx.clock.now() - FINGERPRINTS_KEPT_MS),
    () => ctx.audit.dropBefore(ctx.clock.now() - AUDIT_KEPT_MS),
    () => core.takedown.sweep(),
    () => sweepOrphans(ctx, beside.isAtHome()),
  ];
  // One after the other, and each though the one before it failed.
  async function runAll(works: readonly (() => Promise<unknown>)[]): Promise<void> {
    for (const work of works)
      if (isOurs())
        await work().catch((err: unknown) => ctx.log.warn({ err }, 'what is due to go stays for now'));
  }
  const timers = (
    [
      [[() => core.jobs.freePlaces(), beside.alarms], PLACES_MS],
      [often, OFTEN_MS],
      [daily, DAILY_MS],
    ] as const
  ).map(([works, everyMs]) => {
    void runAll(works);
    return setInterval(() => void runAll(works), everyMs);
  });
  return () => timers.forEach(clearInterval);
}
