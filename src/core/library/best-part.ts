/** Which part of a long clip is proposed as a motion, and what else of it may be taken. */
import type { ClipLook, Span } from '../coach/look.ts';
import { lengthOf, stretchesOf } from '../coach/stretches.ts';
import type { ClipLimits } from '../models/model.ts';

/** Whoever has no more than that is not asked to choose of it. */
const LONG_SECONDS = 7;
/** Enough for a movement to be whole, and cheap enough to be used often. */
const BEST_SECONDS = 5;
const OTHERS = 2;

const isLong = (seconds: number): boolean => seconds > LONG_SECONDS;

/** The five seconds of its best part in which most is moving, and its next best parts. Empty for one that is short. */
export function partsOf(look: ClipLook, limits: Pick<ClipLimits, 'minSeconds' | 'maxSeconds'>): Span[] {
  if (!isLong(look.seconds)) return [];
  const seconds = Math.max(BEST_SECONDS, limits.minSeconds);
  const stretches = stretchesOf(look, { clip: limits, orientation: 'video' });
  const [first, ...others] = stretches;
  if (!first) return [];
  const rest = others.slice(0, OTHERS).map((span) => liveliest(look, span, seconds));
  const all = [liveliest(look, first, seconds), ...rest];
  return all.filter((span, at) => all.findIndex((one) => one.fromSeconds === span.fromSeconds) === at);
}

/** So many seconds of it, from whichever of its moments on the most moves. */
function liveliest({ moments }: Pick<ClipLook, 'moments'>, span: Span, seconds: number): Span {
  if (lengthOf(span) <= seconds) return span;
  const last = span.toSeconds - seconds;
  const starts = [span.fromSeconds, ...moments.map(({ atSeconds }) => atSeconds), last].filter(
    (at) => at >= span.fromSeconds && at <= last,
  );
  const motionFrom = (from: number): number => {
    const inside = moments.filter(({ atSeconds }) => atSeconds >= from && atSeconds <= from + seconds);
    return inside.reduce((sum, { motion }) => sum + motion, 0) / Math.max(1, inside.length);
  };
  const [best = span.fromSeconds] = starts.toSorted((a, b) => motionFrom(b) - motionFrom(a) || a - b);
  const fromSeconds = Math.round(best * 1000) / 1000;
  return { fromSeconds, toSeconds: Math.round((fromSeconds + seconds) * 1000) / 1000 };
}
