/** Parts of a clip that a model takes: whole seconds long, as these are what a price counts. */
import type { Orientation } from '../job/job.ts';
import type { ClipLimits } from '../models/model.ts';
import type { ClipLook, Span } from './look.ts';

export const lengthOf = ({ fromSeconds, toSeconds }: Span): number => toSeconds - fromSeconds;

/** What two stretches have in common; of no length, or less, where that is nothing. */
export const common = (one: Span, other: Span): Span => ({
  fromSeconds: Math.max(one.fromSeconds, other.fromSeconds),
  toSeconds: Math.min(one.toSeconds, other.toSeconds),
});

export const sumOf = (spans: readonly Span[], used: Span): number =>
  spans.reduce((sum, span) => sum + Math.max(0, lengthOf(common(span, used))), 0);

/** An encoder's rounding is no second more. */
const ROUNDING = 0.05;

/** Its last whole seconds, as many as the model takes: how it ends matters more. Undefined where that is too few. */
function wholeSeconds(
  span: Span,
  { minSeconds, maxSeconds }: Pick<ClipLimits, 'minSeconds' | 'maxSeconds'>,
  orientation: Orientation,
): Span | undefined {
  const seconds = Math.min(Math.floor(lengthOf(span) + ROUNDING), maxSeconds[orientation]);
  if (seconds < minSeconds) return undefined;
  // What begins with the clip begins with it still.
  const begins = span.fromSeconds < ROUNDING || lengthOf(span) - seconds < ROUNDING;
  const fromSeconds = begins ? span.fromSeconds : span.toSeconds - seconds;
  return { fromSeconds: rounded(fromSeconds), toSeconds: rounded(fromSeconds + seconds) };
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** What could be used of a clip, the best first; without any that the look calls good, its longest shots. */
export function stretchesOf(
  { best, shots }: Pick<ClipLook, 'best' | 'shots'>,
  limits: Pick<ClipLimits, 'minSeconds' | 'maxSeconds'>,
  orientation: Orientation,
): Span[] {
  const longest = shots.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const all = best.length > 0 ? best : longest;
  return all.flatMap((span) => wholeSeconds(span, limits, orientation) ?? []);
}
