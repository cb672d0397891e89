/** Puts the looks at a clip together: its shots, where nobody is in view, and which part could be sent by itself. */
import { type ClipLook, FRAMINGS, type Framing, type Shot, type Span } from '../../core/coach/look.ts';
import type { Seen } from './follow.ts';

/** Someone who is missed once may have been there. */
const MIN_AWAY_SECONDS = 0.9;
/** So far from a cut, no frame of the other shot is left in. */
const BESIDE_CUT_SECONDS = 0.08;
const MIN_STRETCH_SECONDS = 1;
const MAX_STRETCHES = 3;
/** Of what is worth the same otherwise: with others beside, and without any motion. */
const WITH_OTHERS = 0.6;
const WITHOUT_MOTION = 0.4;
const MOVES = 0.15;

export function shotsOf(seen: readonly Seen[], cuts: ClipLook['cuts'], seconds: number): Shot[] {
  const starts = [0, ...cuts.map(({ atSeconds }) => atSeconds)];
  return starts.map((fromSeconds, at) => {
    const toSeconds = rounded(starts[at + 1] ?? seconds);
    const looks = seen.filter(({ atSeconds }) => atSeconds >= fromSeconds && atSeconds < toSeconds);
    return { fromSeconds, toSeconds, ...describe(looks) };
  });
}

function describe(looks: readonly Seen[]): Omit<Shot, keyof Span> {
  const people = looks.flatMap(({ person }) => person ?? []);
  const counts = looks.flatMap(({ everybody }) => everybody?.length ?? []);
  const framing = usual(people.map((one) => one.framing));
  const motions = looks.flatMap(({ motion }) => motion ?? []);
  return {
    count: counts.length > 0 ? mostly(counts) : people.length > 0 ? 1 : 0,
    seen: looks.length === 0 ? 0 : rounded(people.length / looks.length),
    ...(framing ? { framing } : {}),
    upright: people.filter(({ upright }) => upright).length * 2 >= people.length,
    share: rounded(middle(people.map((one) => one.share))),
    motion: rounded(motions.reduce((sum, one) => sum + one, 0) / Math.max(1, motions.length)),
  };
}

function usual(framings: readonly Framing[]): Framing | undefined {
  const counts = FRAMINGS.map((framing) => framings.filter((one) => one === framing).length);
  const most = Math.max(...counts);
  return most === 0 ? undefined : FRAMINGS[counts.lastIndexOf(most)];
}

/** From where somebody was missed first to where they are seen again. */
export function outOfViewOf(seen: readonly Seen[], seconds: number): Span[] {
  const spans: Span[] = [];
  let from: number | undefined;
  for (const { atSeconds, person } of seen) {
    if (!person) from ??= atSeconds;
    else if (from !== undefined) {
      spans.push({ fromSeconds: from, toSeconds: atSeconds });
      from = undefined;
    }
  }
  if (from !== undefined) spans.push({ fromSeconds: from, toSeconds: rounded(seconds) });
  return spans.filter(({ fromSeconds, toSeconds }) => toSeconds - fromSeconds >= MIN_AWAY_SECONDS);
}

/** Where a picture shows next to nothing, with the look before and after it: in between it comes or goes. */
export function fadesOf(looks: readonly { atSeconds: number; isPlain: boolean }[], seconds: number): Span[] {
  const fades: Span[] = [];
  for (const [at, { isPlain, atSeconds }] of looks.entries()) {
    if (!isPlain) continue;
    const fromSeconds = looks[at - 1]?.atSeconds ?? atSeconds;
    const toSeconds = rounded(looks[at + 1]?.atSeconds ?? seconds);
    const last = fades.at(-1);
    if (last && fromSeconds <= last.toSeconds) last.toSeconds = toSeconds;
    else fades.push({ fromSeconds: rounded(fromSeconds), toSeconds });
  }
  // What is plain for long is no fade, but a dark picture.
  return fades.filter((fade) => length(fade) <= Math.max(2, seconds / 4));
}

/** Of each shot the longest part that somebody is in view, from the best to the worst. */
export function bestOf(
  shots: readonly Shot[],
  seen: readonly Seen[],
  without: { fades: readonly Span[]; outOfView: readonly Span[] },
): Span[] {
  const holes = [...without.fades, ...without.outOfView];
  return shots
    .flatMap((shot) => partsWithout(inside(shot, shots), holes).map((span) => ({ shot, span })))
    .filter(({ span }) => length(span) >= MIN_STRETCH_SECONDS && isSeenIn(span, seen))
    .map(({ shot, span }) => ({ span, worth: length(span) * worthOf(shot) }))
    .sort((a, b) => b.worth - a.worth)
    .slice(0, MAX_STRETCHES)
    .map(({ span }) => ({ fromSeconds: rounded(span.fromSeconds), toSeconds: rounded(span.toSeconds) }));
}

const length = ({ fromSeconds, toSeconds }: Span): number => toSeconds - fromSeconds;

/** Without the frames right beside a cut. */
function inside({ fromSeconds, toSeconds }: Shot, shots: readonly Shot[]): Span {
  const last = shots.at(-1)?.toSeconds;
  return {
    fromSeconds: fromSeconds === 0 ? 0 : fromSeconds + BESIDE_CUT_SECONDS,
    toSeconds: toSeconds === last ? toSeconds : toSeconds - BESIDE_CUT_SECONDS,
  };
}

function partsWithout(span: Span, holes: readonly Span[]): Span[] {
  let parts = [span];
  for (const hole of holes)
    parts = parts.flatMap(({ fromSeconds, toSeconds }) => [
      { fromSeconds, toSeconds: Math.min(toSeconds, hole.fromSeconds) },
      { fromSeconds: Math.max(fromSeconds, hole.toSeconds), toSeconds },
    ]);
  return parts.filter((part) => length(part) > 0);
}

const isSeenIn = ({ fromSeconds, toSeconds }: Span, seen: readonly Seen[]): boolean =>
  seen.some(({ atSeconds, person }) => person && atSeconds >= fromSeconds && atSeconds <= toSeconds);

function worthOf({ count, motion, seen }: Shot): number {
  return seen * (count > 1 ? WITH_OTHERS : 1) * (motion < MOVES ? WITHOUT_MOTION : 1);
}

/** As in the middle of all counts. Of two that differ, somebody hid in one sooner than that nobody was there at all. */
const mostly = (counts: readonly number[]): number => {
  const lower = middle(counts);
  return lower === 0 ? 0 : (counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0);
};
const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
