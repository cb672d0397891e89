/** Parts of a clip that a model takes, in whole billing steps, which end while as little moves as can be. */
import type { Orientation } from '../job/job.ts';
import type { ClipLimits } from '../models/model.ts';
import { type ClipLook, type Framing, type Shot, type Span, showsAsMuch } from './look.ts';

export const lengthOf = ({ fromSeconds, toSeconds }: Span): number => toSeconds - fromSeconds;

/** What two stretches have in common; of no length, or less, where that is nothing. */
export const common = (one: Span, other: Span): Span => ({
  fromSeconds: Math.max(one.fromSeconds, other.fromSeconds),
  toSeconds: Math.min(one.toSeconds, other.toSeconds),
});

export const sumOf = (spans: readonly Span[], used: Span): number =>
  spans.reduce((sum, span) => sum + Math.max(0, lengthOf(common(span, used))), 0);

/** The shot that most of a stretch lies in. */
export const shotIn = ({ shots }: Pick<ClipLook, 'shots'>, used: Span): Shot | undefined =>
  shots.toSorted((a, b) => lengthOf(common(b, used)) - lengthOf(common(a, used)))[0];

/** What a stretch has to fit. */
export type Wanted = {
  clip: Pick<ClipLimits, 'minSeconds' | 'maxSeconds'>;
  orientation: Orientation;
  /** Seconds that are billed together: each started step is paid in full. */
  stepSeconds?: number | undefined;
  /** How much of the person the picture shows. */
  framing?: Framing | undefined;
};

/** A hair less than a whole step is as good as one: more of the clip for the same price. */
const NEARLY = 0.2;
/** An encoder's rounding makes no clip too short. */
const ROUNDING = 0.05;
/** What could be used of a clip, the best first; without any that the look calls good, its longest shots. */
export function stretchesOf(look: Pick<ClipLook, 'best' | 'shots' | 'moments'>, wanted: Wanted): Span[] {
  return candidates(look, wanted).flatMap((span) => windowIn(span, look.moments, wanted) ?? []);
}

/** What is too short for the model by itself, but long enough when it is shown twice. */
export const repeatable = (look: Pick<ClipLook, 'best' | 'shots'>, wanted: Wanted): Span[] => {
  const { minSeconds } = wanted.clip;
  return candidates(look, wanted).filter(
    (span) => lengthOf(span) >= minSeconds / 2 && lengthOf(span) < minSeconds - ROUNDING,
  );
};

/** Those that fit the picture before those that don't, each sort from the best to the worst. */
function candidates(look: Pick<ClipLook, 'best' | 'shots'>, { framing }: Pick<Wanted, 'framing'>): Span[] {
  const longest = look.shots.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const all: readonly Span[] = look.best.length > 0 ? look.best : longest;
  const misfits = (span: Span): number => (fits(shotIn(look, span), framing) ? 0 : 1);
  return all.toSorted((a, b) => misfits(a) - misfits(b));
}

/** Somebody upright, with more than a face of them, and no legs to be moved that the picture lacks. */
export function fits(shot: Shot | undefined, inPicture: Framing | undefined): boolean {
  const { framing, upright } = shot ?? {};
  if (!framing) return false;
  const hasLegs = showsAsMuch(framing, 'knees');
  const wantsLegs = inPicture === undefined || showsAsMuch(inPicture, 'knees');
  return upright === true && showsAsMuch(framing, 'upper') && (wantsLegs || !hasLegs);
}

/** Its part of as many whole steps as the model takes; where there is none, all of it. Undefined where that is too short. */
function windowIn(
  span: Span,
  moments: ClipLook['moments'],
  { clip: { minSeconds, maxSeconds }, orientation, stepSeconds = 1 }: Wanted,
): Span | undefined {
  const most = Math.min(lengthOf(span), maxSeconds[orientation]);
  const whole = Math.floor((most + NEARLY) / stepSeconds) * stepSeconds;
  const seconds = whole >= minSeconds ? Math.min(whole, most) : most;
  if (seconds < minSeconds - ROUNDING) return undefined;
  const toSeconds = endOf(span, seconds, moments);
  return { fromSeconds: rounded(toSeconds - seconds), toSeconds: rounded(toSeconds) };
}

/** Where least moves; where nobody knows, what begins with the clip begins with it still, and any other ends as its shot does. */
function endOf(span: Span, seconds: number, moments: ClipLook['moments']): number {
  const first = span.fromSeconds + seconds;
  if (span.toSeconds - first < NEARLY) return first;
  const [quietest] = moments
    .filter(({ atSeconds, boxes }) => boxes.length > 0 && atSeconds >= first && atSeconds <= span.toSeconds)
    .toSorted((a, b) => a.motion - b.motion);
  return quietest?.atSeconds ?? (span.fromSeconds < ROUNDING ? first : span.toSeconds);
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
