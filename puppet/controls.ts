/** Control points: where the strings of the puppet are tied, along every bone and all over the head. */
import type { Figure, Joint, Joints } from './figure.ts';
import type { Layer } from './layers.ts';
import { minus, type Point, plus, SIDES, type Side, times } from './skeleton.ts';

/** On the way from one joint to another, and so many pixels to the side of it; or nailed to its place. */
export type Control = { from: Joint; to: Joint; along: number; aside: number } | { nailed: Point };

/** Where a control point is when the joints are there. */
export function placeOf(control: Control, joints: Joints): Point {
  if ('nailed' in control) return control.nailed;
  const from = joints[control.from];
  const bone = minus(joints[control.to], from);
  const length = Math.hypot(bone.x, bone.y) || 1;
  const on = plus(from, times(bone, control.along));
  return { x: on.x - (bone.y / length) * control.aside, y: on.y + (bone.x / length) * control.aside };
}

function along(
  from: Joint,
  to: Joint,
  shares: readonly number[],
  asides: readonly number[] = [0],
): Control[] {
  return shares.flatMap((share) => asides.map((aside) => ({ from, to, along: share, aside })));
}

/** The control points of a layer. */
export function controlsOf(
  part: Layer['part'],
  figure: Figure,
  picture: { width: number; height: number },
): Control[] {
  if (part === 'whole') return [...everyPart(figure), ...nails(picture)];
  for (const side of SIDES) {
    if (part === `${side}Arm`) return armControls(side, figure);
    if (part === `${side}Leg`) return legControls(side, figure);
  }
  const { headRadius, torso } = figure;
  const wide = headRadius * 0.75;
  return [
    ...along('pelvis', 'chest', [0, 0.2, 0.4, 0.6, 0.8, 1], [-torso * 0.16, 0, torso * 0.16]),
    ...along('chest', 'leftShoulder', [0.5, 1]),
    ...along('chest', 'rightShoulder', [0.5, 1]),
    ...along('pelvis', 'leftHip', [1]),
    ...along('pelvis', 'rightHip', [1]),
    // The trunk's own outline below the waist follows the hips.
    ...along('leftHip', 'leftShoulder', [0, 0.25]),
    ...along('rightHip', 'rightShoulder', [0, 0.25]),
    // A head is stiff: two columns of points keep it so, and the face gets its own.
    ...along('chin', 'crown', [0, 0.25, 0.5, 0.75, 1, 1.25], [-wide, 0, wide]),
    ...(['nose', 'leftEye', 'rightEye'] as const).flatMap((name) => along(name, 'skull', [0])),
  ];
}

function armControls(side: Side, figure: Figure): Control[] {
  const upper = along(`${side}Shoulder`, `${side}Elbow`, [-0.12, 0, 0.2, 0.4, 0.6, 0.8, 0.95]);
  if (figure.arms[side] === 1)
    return [...upper, ...along(`${side}Shoulder`, `${side}Elbow`, [1.2, 1.5, 1.9])];
  return [
    ...upper,
    ...along(`${side}Elbow`, `${side}Wrist`, [0.05, 0.25, 0.5, 0.75, 1]),
    ...along(`${side}Wrist`, `${side}Hand`, [0.5, 1]),
  ];
}

function legControls(side: Side, figure: Figure): Control[] {
  const thigh = along(`${side}Hip`, `${side}Knee`, [-0.08, 0.08, 0.3, 0.5, 0.7, 0.85, 0.96]);
  if (figure.legs[side] === 1) return [...thigh, ...along(`${side}Hip`, `${side}Knee`, [1.2, 1.6])];
  return [
    ...thigh,
    ...along(`${side}Knee`, `${side}Ankle`, [0.04, 0.15, 0.4, 0.6, 0.8, 0.98]),
    ...along(`${side}Ankle`, `${side}Toe`, [0.5, 1]),
  ];
}

function everyPart(figure: Figure): Control[] {
  const anywhere = { width: 0, height: 0 };
  const limbs = SIDES.flatMap((side) => [
    ...(figure.arms[side] > 0 ? controlsOf(`${side}Arm`, figure, anywhere) : []),
    ...(figure.legs[side] > 0 ? controlsOf(`${side}Leg`, figure, anywhere) : []),
  ]);
  return [...controlsOf('body', figure, anywhere), ...limbs];
}

/** Around the picture's edge, which stays where it is. */
function nails({ width, height }: { width: number; height: number }): Control[] {
  return [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1].flatMap((share) => [
    { nailed: { x: width * share, y: 0 } },
    { nailed: { x: width * share, y: height } },
    { nailed: { x: 0, y: height * share } },
    { nailed: { x: width, y: height * share } },
  ]);
}
