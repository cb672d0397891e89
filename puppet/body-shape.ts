/** Where the flesh is likely to be: capsules around the bones, a torso and a head, as thick as people usually are. */
import type { Figure } from './figure.ts';
import { type Point, plus, SIDES, type Side, times } from './skeleton.ts';

export type Part = 'body' | `${Side}Arm` | `${Side}Leg`;
export type Capsule = { from: Point; to: Point; fromRadius: number; toRadius: number; part: Part };

/** The capsules of what is there of a figure. */
export function capsulesOf(figure: Figure): Capsule[] {
  const { joints, torso, headRadius } = figure;
  const capsules: Capsule[] = [];
  const add = (part: Part, from: Point, to: Point, fromRadius: number, toRadius = fromRadius): void => {
    capsules.push({ part, from, to, fromRadius: fromRadius * torso, toRadius: toRadius * torso });
  };
  const head = headRadius / torso;
  add('body', plus(joints.skull, { x: 0, y: -headRadius * 0.65 }), joints.chin, head * 0.98, head * 0.72);
  add('body', joints.chin, joints.chest, 0.17, 0.2);
  add(
    'body',
    between(joints.leftShoulder, joints.chest, 0.25),
    between(joints.rightShoulder, joints.chest, 0.25),
    0.13,
  );
  add('body', joints.chest, joints.pelvis, 0.22, 0.24);
  // The model's shoulders and hips often lie on the outline itself: their line is moved inwards.
  for (const side of SIDES) {
    const shoulder = between(joints[`${side}Shoulder`], joints.chest, 0.3);
    add('body', shoulder, between(joints[`${side}Hip`], joints.pelvis, 0.2), 0.16, 0.18);
  }
  add(
    'body',
    between(joints.leftHip, joints.pelvis, 0.25),
    between(joints.rightHip, joints.pelvis, 0.25),
    0.18,
  );
  for (const side of SIDES) {
    const arm = `${side}Arm` as const;
    if (figure.arms[side] >= 1) add(arm, joints[`${side}Shoulder`], joints[`${side}Elbow`], 0.15, 0.11);
    // A forearm that the picture's edge cuts off is there all the same.
    if (figure.arms[side] >= 1) {
      add(arm, joints[`${side}Elbow`], joints[`${side}Wrist`], 0.11, 0.08);
      add(arm, joints[`${side}Wrist`], joints[`${side}Hand`], 0.1, 0.12);
    }
    const leg = `${side}Leg` as const;
    if (figure.legs[side] >= 1) add(leg, joints[`${side}Hip`], joints[`${side}Knee`], 0.2, 0.14);
    if (figure.legs[side] === 2) {
      add(leg, joints[`${side}Knee`], joints[`${side}Ankle`], 0.14, 0.09);
      add(leg, joints[`${side}Ankle`], joints[`${side}Toe`], 0.09, 0.08);
    }
  }
  return capsules;
}

/** How far a point is from a capsule's bone, in its radii there: under 1 is inside. */
function depthIn(capsule: Capsule, x: number, y: number): number {
  const { from, to, fromRadius, toRadius } = capsule;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length2 = dx * dx + dy * dy;
  const along = length2 > 0 ? Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length2)) : 0;
  const away = Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
  return away / (fromRadius + (toRadius - fromRadius) * along);
}

/** For every pixel of a grid, the least `depthIn` over the capsules of the chosen parts; large where far from all. */
export function shapeField(
  capsules: readonly Capsule[],
  width: number,
  height: number,
  scale: number,
  isChosen: (part: Part) => boolean = () => true,
): Float32Array {
  const field = new Float32Array(width * height).fill(9);
  for (const capsule of capsules) {
    if (!isChosen(capsule.part)) continue;
    const reach = Math.max(capsule.fromRadius, capsule.toRadius) * 6;
    const [a, b] = [capsule.from, capsule.to];
    const left = Math.max(0, Math.floor((Math.min(a.x, b.x) - reach) * scale));
    const right = Math.min(width - 1, Math.ceil((Math.max(a.x, b.x) + reach) * scale));
    const top = Math.max(0, Math.floor((Math.min(a.y, b.y) - reach) * scale));
    const bottom = Math.min(height - 1, Math.ceil((Math.max(a.y, b.y) + reach) * scale));
    for (let y = top; y <= bottom; y += 1) {
      for (let x = left; x <= right; x += 1) {
        const depth = depthIn(capsule, (x + 0.5) / scale, (y + 0.5) / scale);
        const at = y * width + x;
        if (depth < (field[at] ?? 0)) field[at] = depth;
      }
    }
  }
  return field;
}

const between = (a: Point, b: Point, share: number): Point => plus(times(a, 1 - share), times(b, share));
