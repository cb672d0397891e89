/** Where the whole character goes in each frame: on its own ground, or as far as a bust may move. */
import type { Figure, Joints } from './figure.ts';
import { hipsOf, type Measures, medianOf, share, shouldersOf } from './measure.ts';
import {
  clamp,
  middle,
  minus,
  type Point,
  type Pose,
  plus,
  type Side,
  smoothStep,
  times,
} from './skeleton.ts';

/** The character in one frame of the video: where each joint goes, and how the whole is scaled about its feet. */
export type PlacedFigure = { joints: Joints; zoom: number; about: Point };

/** `orientation` `image`: the character keeps facing as it does in its picture, and only its limbs do as the clip's. */
export type RetargetOptions = {
  frameMs: number;
  width: number;
  height: number;
  orientation: 'video' | 'image';
};

/** The picture's own pose turns into the clip's within this time. */
const BLEND_IN_MS = 400;

/** How far a frame is into the clip's motion: 0 is the picture's own pose, 1 the clip's. */
export const blendIn = (index: number, frameMs: number): number =>
  smoothStep((index * frameMs) / BLEND_IN_MS);

/** Moves each frame so that its lower foot stands where the clip's does, above the character's own ground. */
export function standOnGround(
  placed: PlacedFigure[],
  motion: readonly Pose[],
  figure: Figure,
  measures: Measures,
  perTorso: number,
  legs: readonly Side[],
  options: RetargetOptions,
): void {
  const rest = figure.joints;
  const ground = Math.max(...legs.map((side) => rest[`${side}Ankle`].y));
  const feet = middle(rest.leftAnkle, rest.rightAnkle);
  const clipMiddle = (pose: Pose): number => middle(pose.leftAnkle, pose.rightAnkle).x;
  const start = motion[0] ? clipMiddle(motion[0]) : 0;
  for (const [index, pose] of motion.entries()) {
    const frame = placed[index];
    if (!frame) continue;
    const into = blendIn(index, options.frameMs);
    const lowest = softMax(
      legs.map((side) => frame.joints[`${side}Ankle`].y),
      figure.torso * 0.04,
    );
    const clipLowest = softMax([pose.leftAnkle.y, pose.rightAnkle.y], measures.torso * 0.04);
    const rise = clamp(
      (clipLowest - (measures.ground ?? clipLowest)) * perTorso,
      -1.2 * figure.torso,
      0.25 * figure.torso,
    );
    const dy = ground + rise * into - lowest;
    const wide = clamp((clipMiddle(pose) - start) * perTorso, -options.width * 0.35, options.width * 0.35);
    const dx = feet.x + wide * into - middle(frame.joints.leftAnkle, frame.joints.rightAnkle).x;
    move(frame, { x: dx, y: dy });
    frame.about = { x: feet.x + wide * into, y: ground };
  }
}

/** Without feet to stand on, the body follows the clip's, less than the whole way, and never up out of its cut edge. */
export function moveFreely(
  placed: PlacedFigure[],
  motion: readonly Pose[],
  figure: Figure,
  measures: Measures,
  perTorso: number,
  options: RetargetOptions,
): void {
  const place = (pose: Pose): Point => (measures.hipsSeen ? hipsOf(pose) : shouldersOf(pose));
  const home = {
    x: medianOf(motion.map((pose) => place(pose).x)),
    y:
      share(
        motion.map((pose) => place(pose).y),
        0.15,
      ) ?? 0,
  };
  const reach = {
    x: Math.min(options.width * 0.12, figure.torso * 0.5),
    y: Math.min(options.height * 0.2, figure.torso * 0.6),
  };
  for (const [index, pose] of motion.entries()) {
    const frame = placed[index];
    if (!frame) continue;
    const into = blendIn(index, options.frameMs);
    const away = times(minus(place(pose), home), perTorso * 0.6);
    move(frame, {
      x: into * reach.x * Math.tanh(away.x / reach.x),
      y: into * Math.max(-options.height * 0.03, reach.y * Math.tanh(away.y / reach.y)),
    });
  }
}

/** A character that stood up taller than its picture is made smaller, about its feet, in every frame alike. */
export function stayInPicture(placed: PlacedFigure[], figure: Figure, options: RetargetOptions): void {
  let zoom = 1;
  for (const { joints, about } of placed) {
    const top = joints.skull.y - figure.headRadius * 1.9;
    const room = about.y - Math.max(0, Math.min(options.height * 0.02, figure.joints.crown.y));
    if (top < 0 && about.y - top > 1) zoom = Math.min(zoom, room / (about.y - top));
  }
  for (const frame of placed) frame.zoom = Math.max(0.6, zoom);
}

function move(frame: PlacedFigure, by: Point): void {
  for (const name of Object.keys(frame.joints) as (keyof Joints)[])
    frame.joints[name] = plus(frame.joints[name], by);
  frame.about = plus(frame.about, by);
}

/** The larger of the values, without a jump where another takes over. */
function softMax(values: readonly number[], softness: number): number {
  const top = Math.max(...values);
  const sum = values.reduce((total, value) => total + Math.exp((value - top) / softness), 0);
  return top + softness * Math.log(sum / values.length);
}
