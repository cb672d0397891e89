/** Decides when to poll a job again: rarely at first, often around the usual finishing time, ever rarer on errors. */

/** Never more of a render's length than this between its end and our noticing, whatever is known of its length. */
const SHARE_OF_ELAPSED = 0.05;
const CEILING_MS = 30_000;
/** From this share of the usual time on, a finish is near. */
const NEAR = 0.85;
const NEAR_SHARE_OF_USUAL = 0.02;

/** Where the provider tells us of the end: one early look at how it stands, then only in case that its word is lost. */
const TOLD = { firstMs: 15_000, leastMs: 60_000, share: 0.25, ceilingMs: 300_000 };

/**
 * `told`: the provider was given an address of ours, to say there that the job has ended. `heardMs`: so long ago it said
 * something there.
 */
export type PaceFacts = {
  elapsedMs: number;
  usualMs: number | undefined;
  floorMs: number;
  told?: boolean;
  heardMs?: number;
};

/** The wait before the next status call of a job that goes well. */
export function nextLookMs({
  elapsedMs,
  usualMs,
  floorMs,
  told = false,
  heardMs = Infinity,
}: PaceFacts): number {
  if (told) {
    // Its status may lag behind its word: one more look.
    if (heardMs < floorMs) return floorMs;
    const untilFirst = TOLD.firstMs - elapsedMs;
    const wait = Math.min(TOLD.ceilingMs, Math.max(TOLD.leastMs, elapsedMs * TOLD.share));
    return Math.max(floorMs, untilFirst > 0 ? untilFirst : wait);
  }
  let wait = elapsedMs * SHARE_OF_ELAPSED;
  if (usualMs !== undefined && elapsedMs < usualMs * 1.3) {
    const untilNear = usualMs * NEAR - elapsedMs;
    wait = untilNear > 0 ? Math.min(untilNear, Math.max(wait, untilNear / 3)) : usualMs * NEAR_SHARE_OF_USUAL;
  }
  return clamp(wait, floorMs, Math.max(floorMs, CEILING_MS));
}

/** The wait after the n-th failure in a row: doubling, with jitter so that many jobs don't return as one. */
export function backOffMs(
  failures: number,
  random: () => number,
  { firstMs = 2_000, ceilingMs = 60_000 } = {},
): number {
  const wait = Math.min(ceilingMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return wait * (0.75 + random() * 0.5);
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
