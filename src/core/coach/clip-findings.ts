/** What may go wrong with a clip, as far as it is used. */
import type { Mend } from './finding.ts';
import { type ClipLook, type Span, showsAsMuch } from './look.ts';
import { stretchOf } from './parts.ts';
import type { CoachRequest, Sighting } from './sighting.ts';
import { common, fits, lengthOf, repeatable, shotIn, stretchesOf, sumOf } from './stretches.ts';

/**
 * Real cuts that were measured stood out from the frames around them by three times and more, however low they scored; what
 * races, flickers or is noisy has more frames like it.
 */
const STANDS_OUT = 2;
/** A stretch that begins or ends at a cut has none. */
const AT_THE_EDGE = 0.15;
const RIVAL = 0.5;
/** Nobody in view for a larger share of the time than that is what makes a video break off. */
const MISSED_SHARE = 0.1;
const SMALL_SHARE = 0.05;
const SMALLISH_SHARE = 0.08;
const SURE_FACE = 0.4;
/** Trunks a second: the wildest dance that was measured had 6.7. */
const FAST = 12;
/** A stretch is worth being offered by itself where it spares so much of what is used. */
const WORTH_SHARE = 0.75;
/** A stretch that begins so much later is another one. */
const ELSEWHERE_SECONDS = 1;
/** Padding that encoders leave at a clip's end. */
const ROUNDING = 0.05;
/** More than these have no room. */
const OFFERED = 2;

export function clipFindings(look: ClipLook, request: CoachRequest): Sighting[] {
  const { choices } = request;
  const used = usedOf(look, request);
  if (!used) return [];
  const found: Sighting[] = [];
  const say = (sighting: Omit<Sighting, 'about'>): void => void found.push({ about: 'clip', ...sighting });
  const trims = trimsFor(look, used, request);
  const shot = shotIn(look, used);
  const [person] = look.people;

  const cuts = look.cuts.filter(({ atSeconds }) => isInside(atSeconds, used));
  if (cuts.length > 0)
    say({
      code: 'clip-cuts',
      measured: { cuts: cuts.length, firstSeconds: cuts[0]?.atSeconds ?? 0 },
      spans: cuts.map(({ atSeconds }) => ({ fromSeconds: atSeconds, toSeconds: atSeconds })),
      unsure: !cuts.some(({ score, beside }) => score >= STANDS_OUT * beside),
      mends: trims.length > 0 ? trims : repeatsFor(look, request),
    });
  const fades = look.fades.filter((fade) => lengthOf(common(fade, used)) > AT_THE_EDGE);
  if (fades.length > 0)
    say({
      code: 'clip-fades',
      measured: { fades: fades.length, firstSeconds: fades[0]?.fromSeconds ?? 0 },
      spans: fades,
      mends: trims,
    });
  if (look.turned !== 0 || shot?.upright === false)
    say({ code: 'clip-not-upright', measured: { turned: look.turned }, unsure: look.turned === 0 });
  if (!person) {
    say({ code: 'no-person-in-clip', measured: { people: 0 }, unsure: look.face >= SURE_FACE });
  } else {
    const missed = sumOf(look.outOfView, used) / lengthOf(used);
    if (missed >= 0.999) say({ code: 'no-person-in-clip', measured: { people: 0 }, mends: trims });
    else if (missed > MISSED_SHARE)
      say({
        code: 'clip-out-of-view',
        measured: { missed: Math.round(missed * 100) / 100 },
        spans: look.outOfView.filter((span) => lengthOf(common(span, used)) > 0),
        mends: trims,
      });
    const count = shot?.count ?? look.count;
    if (count > 1 && look.second >= RIVAL)
      say({
        code: 'several-people-in-clip',
        measured: { people: count },
        boxes: look.people.map(({ box }) => box),
        mends: trims.filter(({ choices: { trimFrom = 0, trimTo = 0 } }) =>
          look.shots.some(
            (one) => one.count === 1 && trimFrom >= one.fromSeconds - 0.1 && trimTo <= one.toSeconds + 0.1,
          ),
        ),
      });
    const framing = shot?.framing ?? person.framing;
    if (!showsAsMuch(framing, 'upper')) say({ code: 'clip-only-face', measured: { share: person.share } });
    const share = shot?.share ?? person.share;
    if (missed <= MISSED_SHARE && share < SMALLISH_SHARE)
      say({ code: 'clip-person-small', measured: { share }, unsure: share >= SMALL_SHARE });
    if (look.still) say({ code: 'clip-still', measured: {} });
  }
  if (look.speed > FAST) say({ code: 'clip-too-fast', measured: { speed: look.speed } });
  if (look.cameraRaces) say({ code: 'clip-camera-races', measured: {} });
  else if (look.cameraMoves && request.orientation === 'video' && request.model.understands.orientation)
    say({ code: 'clip-camera-moves', measured: {}, mends: followingCamera(used, request) });
  const least = request.model.clip.minSeconds;
  if (lengthOf(used) < least - ROUNDING)
    say({ code: 'clip-repeated', measured: { seconds: rounded(lengthOf(used)), least } });
  if (choices.sound && look.sound === 'silent' && request.model.understands.sound)
    say({ code: 'clip-silent', measured: {}, mends: [{ kind: 'sound', choices: { sound: false } }] });
  const isTold = found.some(({ mends = [] }) => mends.some(({ kind }) => kind === 'trim'));
  const hasChosen = choices.trimFrom !== undefined || choices.trimTo !== undefined;
  const [best] = look.best.length > 0 && !hasChosen ? trims : [];
  if (!isTold && best && isBetter(best, used, look))
    say({
      code: 'clip-best',
      measured: { seconds: (best.choices.trimTo ?? 0) - (best.choices.trimFrom ?? 0) },
      spans: [{ fromSeconds: best.choices.trimFrom ?? 0, toSeconds: best.choices.trimTo ?? 0 }],
      mends: [best],
    });
  return found;
}

/** What is sent of a clip: what the member chose, and no more than the model takes. */
export function usedOf(
  { seconds }: Pick<ClipLook, 'seconds'>,
  { model, choices, orientation }: CoachRequest,
): Span | undefined {
  const stretch = stretchOf(choices, seconds);
  if (!stretch) return undefined;
  const most = stretch.fromSeconds + model.clip.maxSeconds[orientation];
  return { ...stretch, toSeconds: Math.min(stretch.toSeconds, most) };
}

const isInside = (at: number, { fromSeconds, toSeconds }: Span): boolean =>
  at > fromSeconds + AT_THE_EDGE && at < toSeconds - AT_THE_EDGE;

/** Stretches without a cut in them, other than what is used already. `mustFit`: those alone that go with the picture. */
export function trimsFor(
  look: ClipLook,
  used: Span,
  { model: { clip }, ...wanted }: CoachRequest,
  { mustFit = false } = {},
): Mend[] {
  return stretchesOf(look, { clip, ...wanted })
    .filter((span) => !look.cuts.some(({ atSeconds }) => isInside(atSeconds, span)))
    .filter((span) => !mustFit || fits(shotIn(look, span), wanted.framing))
    .filter(({ fromSeconds, toSeconds }) =>
      [fromSeconds - used.fromSeconds, toSeconds - used.toSeconds].some((off) => Math.abs(off) > AT_THE_EDGE),
    )
    .slice(0, OFFERED)
    .map(({ fromSeconds, toSeconds }) => ({
      kind: 'trim',
      choices: { trimFrom: fromSeconds, trimTo: toSeconds },
    }));
}

/** Where every shot is too short: the best one over and over. */
const repeatsFor = (look: ClipLook, { model: { clip }, ...wanted }: CoachRequest): Mend[] =>
  repeatable(look, { clip, ...wanted })
    .slice(0, 1)
    .map(({ fromSeconds, toSeconds }) => ({
      kind: 'loop',
      choices: { trimFrom: fromSeconds, trimTo: toSeconds, loop: true },
    }));

/** It spares a good part of what is used; or the model takes no more than that of a longer clip, and this is another part. */
function isBetter(
  { choices: { trimFrom = 0, trimTo = 0 } }: Mend,
  used: Span,
  { seconds }: ClipLook,
): boolean {
  const isShorter = trimTo - trimFrom <= WORTH_SHARE * lengthOf(used);
  return (
    isShorter || (used.toSeconds < seconds - ROUNDING && trimFrom - used.fromSeconds > ELSEWHERE_SECONDS)
  );
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** The picture's own framing follows a moving camera better, but takes less of a clip. */
const followingCamera = (used: Span, { model }: CoachRequest): Mend[] =>
  lengthOf(used) <= model.clip.maxSeconds.image
    ? [{ kind: 'orientation', choices: { orientation: 'image' } }]
    : [];
