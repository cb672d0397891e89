/**
 * Compares two videos by what their pictures look like, however they were encoded since: how many of 64 bits differ, on
 * average, in the pictures that stand for the same moments. docs/decisions/0009-verify.md says where the limits come from.
 */
import { bitsIn } from './bits.ts';

/** Per picture eight numbers: three hashes by frequencies (whole, middle, inner part) and one by slopes, two halves each. */
export const WORDS_PER_FRAME = 8;
const SLOPES_AT = 6;
const VIEWS_AT = [0, 2, 4] as const;
/** Fewer pictures than that say nothing. */
const MIN_FRAMES = 3;
/** Of the shorter of the two. */
const MIN_OVERLAP = 0.6;

/** What one video looks like, four pictures a second. A picture without anything in it is all noughts. */
export type Frames = Uint32Array;

/** How a video that is asked about may have been changed: cut to its picture, mirrored. */
export type Queries = readonly Frames[];

/** The nearest that they come, 0 to 64; undefined where too little can be compared. */
export function distanceOf(reference: Frames, queries: Queries): number | undefined {
  let best: number | undefined;
  const take = (found: number | undefined): void => {
    if (found !== undefined && (best === undefined || found < best)) best = found;
  };
  for (const query of queries) {
    for (const view of VIEWS_AT) take(aligned(reference, view, query, 0));
    take(aligned(reference, SLOPES_AT, query, SLOPES_AT));
  }
  return best;
}

/** The least mean difference over all shifts in time. */
function aligned(reference: Frames, at: number, query: Frames, queryAt: number): number | undefined {
  const [long, short] = [reference.length / WORDS_PER_FRAME, query.length / WORDS_PER_FRAME];
  const needed = Math.max(MIN_FRAMES, Math.ceil(Math.min(long, short) * MIN_OVERLAP));
  let best: number | undefined;
  for (let shift = needed - short; shift <= long - needed; shift += 1) {
    let [bits, pairs] = [0, 0];
    for (let frame = Math.max(0, -shift); frame < short && frame + shift < long; frame += 1) {
      const one = query.subarray(frame * WORDS_PER_FRAME + queryAt);
      const other = reference.subarray((frame + shift) * WORDS_PER_FRAME + at);
      if (isEmpty(one) || isEmpty(other)) continue;
      bits += bitsIn((one[0] ?? 0) ^ (other[0] ?? 0)) + bitsIn((one[1] ?? 0) ^ (other[1] ?? 0));
      pairs += 1;
    }
    if (pairs >= needed && (best === undefined || bits / pairs < best)) best = bits / pairs;
  }
  return best;
}

const isEmpty = (words: Uint32Array): boolean => words[0] === 0 && words[1] === 0;
