/**
 * The clip's motion put on the character's body. Limbs take the clip's directions and keep the character's lengths,
 * shortened where the clip's are foreshortened; trunk and head take the clip's changes, added to how the character
 * holds itself; the feet stand on the character's own ground.
 */
import { type Figure, type Joints, USUAL } from './figure.ts';
import {
  blendIn,
  moveFreely,
  type PlacedFigure,
  type RetargetOptions,
  standOnGround,
  stayInPicture,
} from './footing.ts';
import {
  hipsOf,
  LIMB_ENDS,
  type LimbBone,
  type Measures,
  measure,
  medianOf,
  shouldersOf,
} from './measure.ts';
import {
  clamp,
  distance,
  type KeyPoint,
  middle,
  minus,
  type Point,
  type Pose,
  plus,
  SIDES,
  type Side,
  smoothStep,
  times,
  turned,
} from './skeleton.ts';

/** How far a bone may shrink by foreshortening, and grow by the model's error. */
const SHORTEST = 0.42;
const LONGEST = 1.06;
const DEGREES = Math.PI / 180;

/** One placement a frame of the clip's motion. Throws nothing: what the clip does not show keeps the picture's pose. */
export function retarget(figure: Figure, clip: readonly Pose[], options: RetargetOptions): PlacedFigure[] {
  const motion = facingAlike(figure, clip);
  const measures = measure(motion);
  const perTorso = figure.torso / measures.torso;
  const rest = figure.joints;
  const trunkLean = motion.map((pose) => lean(minus(shouldersOf(pose), hipsOf(pose))));
  const shoulderTilt = motion.map((pose) => tilt(minus(pose.leftShoulder, pose.rightShoulder)));
  const hipTilt = motion.map((pose) => tilt(minus(pose.leftHip, pose.rightHip)));
  const headTilt = motion.map(headTiltOf);
  const usual = {
    shoulderTilt: medianOf(shoulderTilt),
    hipTilt: medianOf(hipTilt),
    headTilt: medianOf(headTilt),
    nod: medianOf(motion.map((pose) => nodOf(pose, measures))),
    turn: medianOf(motion.map((pose) => turnOf(pose, measures))),
  };
  const restLean = lean(minus(rest.chest, rest.pelvis));
  const legs = (['left', 'right'] as const).filter((side) => figure.legs[side] === 2);
  const standing = legs.length > 0 && measures.ground !== undefined;
  // A bust takes only the sway around the clip's usual lean: it has no feet to balance on, and a cut edge to hide.
  const keepsFacing = options.orientation === 'image';
  const usualLean = standing && !keepsFacing ? 0 : medianOf(trunkLean) - lean(minus(rest.chest, rest.pelvis));
  const maxLean = (standing ? 70 : 16) * DEGREES;

  const placed = motion.map((pose, index): PlacedFigure => {
    const into = blendIn(index, options.frameMs);
    const seenTrunk = measures.hipsSeen ? trust(pose.leftHip, pose.rightHip) : 0;
    const clipLean = (trunkLean[index] ?? 0) - usualLean;
    const trunkTurn = into * seenTrunk * clamp(clipLean - restLean, -maxLean, maxLean);
    const trunkShare = measures.hipsSeen
      ? clamp(distance(shouldersOf(pose), hipsOf(pose)) / measures.torso, 0.72, 1.04)
      : 1;
    const trunk = turned(
      times(minus(rest.chest, rest.pelvis), mix(1, trunkShare, into * seenTrunk)),
      trunkTurn,
    );
    const pelvis = rest.pelvis;
    const chest = plus(pelvis, trunk);

    const lift = (value: number | undefined, from: number, limit: number): number =>
      into * clamp(angleBetween(value ?? 0, from), -limit * DEGREES, limit * DEGREES);
    const shoulderTurn = trunkTurn * 0.6 + lift(shoulderTilt[index], usual.shoulderTilt, 22) * 0.8;
    const hipTurn = lift(hipTilt[index], usual.hipTilt, 14) * 0.7 + trunkTurn * 0.15;
    const narrow = clamp(distance(pose.leftShoulder, pose.rightShoulder) / measures.shoulders, 0.72, 1.03);
    const width = keepsFacing ? 1 : mix(1, narrow, into);
    const joints: Joints = { ...rest, pelvis, chest };
    for (const side of SIDES) {
      const shoulder = times(minus(rest[`${side}Shoulder`], rest.chest), width);
      joints[`${side}Shoulder`] = plus(chest, turned(shoulder, shoulderTurn));
      joints[`${side}Hip`] = plus(pelvis, turned(minus(rest[`${side}Hip`], rest.pelvis), hipTurn));
    }
    for (const side of SIDES) {
      placeLimb(joints, side, ['upperArm', 'forearm'], shoulderTurn);
      placeLimb(joints, side, ['thigh', 'shin'], hipTurn);
    }
    placeHead(joints);
    return { joints, zoom: 1, about: pelvis };

    function placeLimb(
      into_: Joints,
      side: Side,
      bones: readonly [LimbBone, LimbBone],
      carried: number,
    ): void {
      let hold = carried;
      for (const bone of bones) {
        const [fromEnd, toEnd] = LIMB_ENDS[bone];
        const [from, to] = [`${side}${fromEnd}`, `${side}${toEnd}`] as const;
        const own = minus(rest[to], rest[from]);
        const clipBone = minus(pose[to], pose[from]);
        const clipLength = Math.hypot(clipBone.x, clipBone.y);
        // A bone that points at the camera has no direction worth the name: it keeps more of what it had.
        const sure =
          into * trust(pose[from], pose[to]) * clamp(clipLength / measures.bones[bone] / 0.25, 0, 1);
        const turn =
          sure * angleBetween(Math.atan2(clipBone.y, clipBone.x), Math.atan2(own.y, own.x) + hold) + hold;
        const length = clamp(clipLength / measures.bones[bone], SHORTEST, LONGEST);
        const full = Math.max(Math.hypot(own.x, own.y), 0.72 * figure.torso * USUAL[bone]);
        const ownLength = Math.hypot(own.x, own.y) || 1;
        const scale = mix(1, (length * full) / ownLength, sure);
        into_[to] = plus(into_[from], times(turned(own, turn), scale));
        hold = turn;
      }
      if (bones[0] === 'upperArm') {
        into_[`${side}Hand`] = plus(
          into_[`${side}Wrist`],
          turned(minus(rest[`${side}Hand`], rest[`${side}Wrist`]), hold),
        );
      } else {
        // Feet stay flat on the ground unless the shin leans a lot.
        const own = minus(rest[`${side}Toe`], rest[`${side}Ankle`]);
        const shin = angleBetween(hold, 0);
        const roll = Math.sign(shin) * Math.max(0, Math.abs(shin) - 50 * DEGREES) * 0.6;
        into_[`${side}Toe`] = plus(into_[`${side}Ankle`], turned(own, roll));
      }
    }

    function placeHead(into_: Joints): void {
      const roll = trunkTurn * 0.5 + shoulderTurn * 0.15 + lift(headTilt[index], usual.headTilt, 28) * 0.9;
      const nod = into * clamp(nodOf(pose, measures) - usual.nod, -0.35, 0.35);
      const sway = into * clamp(turnOf(pose, measures) - usual.turn, -0.4, 0.4);
      const neck = turned(
        minus(rest.skull, rest.chest),
        trunkTurn * 0.75 + lift(headTilt[index], usual.headTilt, 20) * 0.35,
      );
      const skull = plus(plus(into_.chest, neck), {
        x: sway * figure.headRadius * 0.5,
        y: nod * figure.headRadius * 0.9,
      });
      into_.skull = skull;
      for (const name of ['crown', 'chin', 'leftEar', 'rightEar'] as const)
        into_[name] = plus(skull, turned(minus(rest[name], rest.skull), roll));
      // The face lies in front of the skull, so it moves farther when the head turns or nods.
      const face = turned({ x: sway * figure.headRadius * 0.45, y: nod * figure.headRadius * 0.35 }, roll);
      for (const name of ['nose', 'leftEye', 'rightEye'] as const)
        into_[name] = plus(plus(skull, turned(minus(rest[name], rest.skull), roll)), face);
    }
  });

  if (standing) standOnGround(placed, motion, figure, measures, perTorso, legs, options);
  else moveFreely(placed, motion, figure, measures, perTorso, options);
  stayInPicture(placed, figure, options);
  return placed;
}

/** Somebody seen from behind, or a mirrored character: what moves on the clip's left moves on the picture's left. */
function facingAlike(figure: Figure, clip: readonly Pose[]): readonly Pose[] {
  const facing = medianOf(clip.map((pose) => pose.leftShoulder.x - pose.rightShoulder.x));
  const own = figure.joints.leftShoulder.x - figure.joints.rightShoulder.x;
  if (Math.sign(facing || 1) === Math.sign(own || 1)) return clip;
  const other = (name: string): string =>
    name.startsWith('left') ? name.replace('left', 'right') : name.replace('right', 'left');
  return clip.map((pose) => {
    const entries = Object.keys(pose).map((name) => [name, (pose as Record<string, KeyPoint>)[other(name)]]);
    return Object.fromEntries(entries) as Pose;
  });
}

const mix = (a: number, b: number, share: number): number => a + (b - a) * share;
/** 0 for a guess, 1 for a good sighting of both. */
const trust = (a: KeyPoint, b: KeyPoint): number => smoothStep((Math.min(a.score, b.score) - 0.12) / 0.16);
/** From `b` to `a` the short way round, in radians. */
const angleBetween = (a: number, b: number): number => Math.atan2(Math.sin(a - b), Math.cos(a - b));
/** From upright, clockwise as the viewer sees it. */
const lean = (up: Point): number => Math.atan2(up.x, -up.y);
/** Of a line that runs across the body, whichever way it points. */
const tilt = (across: Point): number => Math.atan2(across.x < 0 ? -across.y : across.y, Math.abs(across.x));

function headTiltOf(pose: Pose): number {
  const ears =
    Math.min(pose.leftEar.score, pose.rightEar.score) >=
    Math.min(pose.leftEye.score, pose.rightEye.score) * 0.8;
  return ears ? tilt(minus(pose.leftEar, pose.rightEar)) : tilt(minus(pose.leftEye, pose.rightEye));
}

const earsOf = (pose: Pose): Point => middle(pose.leftEar, pose.rightEar);
/** How far the nose is below the ears, in head widths (a third of the shoulders). */
const nodOf = (pose: Pose, { shoulders }: Measures): number =>
  (pose.nose.y - earsOf(pose).y) / (shoulders * 0.36);
/** How far the nose is to the side of the middle of the ears. */
const turnOf = (pose: Pose, { shoulders }: Measures): number =>
  (pose.nose.x - earsOf(pose).x) / (shoulders * 0.36);
