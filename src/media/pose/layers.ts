/**
 * The cut-out character taken apart, like a paper puppet: legs, trunk with head, arms, drawn in this order. Each
 * layer goes on a little beneath the one that covers it, so that nothing gapes where an arm swings away.
 */
import { type Capsule, capsulesOf, type Part, shapeField } from './body-shape.ts';
import type { Figure } from './figure.ts';
import { fillUnknown } from './fill.ts';
import type { Picture } from './picture.ts';
import { scaledPlane, scaledRgb } from './planes.ts';
import { edgesOf, randomWalk } from './random-walk.ts';
import { clamp, distance, minus, type Point, SIDES, type Side } from './skeleton.ts';

/** A part of the picture with its own alpha, at its place. */
export type Layer = {
  part: Part | 'whole';
  left: number;
  top: number;
  width: number;
  height: number;
  rgba: Uint8Array;
};

const SMALL_SIDE = 384;
/** Back to front. */
const ORDER: readonly Part[] = ['leftLeg', 'rightLeg', 'body', 'leftArm', 'rightArm'];
/**
 * Where a layer fades out, in its share of the pixel: the lower it lies, the farther it goes on beneath the next, or
 * the background would shine through the seam.
 */
const SEAMS = { leg: [0.05, 0.3], body: [0.15, 0.45], arm: [0.4, 0.7] } as const;

export function takeApart(picture: Picture, matte: Float32Array, figure: Figure): Layer[] {
  const { width, height } = picture;
  const capsules = capsulesOf(figure);
  const limbs = ORDER.filter((part) => part !== 'body' && capsules.some((capsule) => capsule.part === part));
  const shares = new Map(limbs.map((part) => [part, limbShare(picture, matte, capsules, part)]));
  const body = new Float32Array(width * height).fill(1);
  for (const one of shares.values())
    for (let at = 0; at < body.length; at += 1) body[at] = Math.max(0, (body[at] ?? 0) - (one[at] ?? 0));
  shares.set('body', body);

  const present = ORDER.filter((part) => shares.has(part));
  return present.map((part, index) => {
    const own = shares.get(part) ?? body;
    const covering = present.slice(index + 1).flatMap((above) => shares.get(above) ?? []);
    return layerOf(picture, matte, figure, capsules, part, own, covering);
  });
}

/** How much of each pixel belongs to a limb rather than to what it touches, up to the nearest edge in the picture. */
function limbShare(
  picture: Picture,
  matte: Float32Array,
  capsules: readonly Capsule[],
  part: Part,
): Float32Array {
  const scale = Math.min(1, SMALL_SIDE / Math.max(picture.width, picture.height));
  const width = Math.round(picture.width * scale);
  const height = Math.round(picture.height * scale);
  const small = scaledPlane(matte, picture.width, picture.height, width, height);
  const edges = edgesOf(scaledRgb(picture, width, height), { width, height });
  const mine = shapeField(capsules, width, height, scale, (one) => one === part);
  const others = shapeField(capsules, width, height, scale, (one) => one !== part);
  const isArm = part.endsWith('Arm');
  const prior = new Float32Array(width * height);
  const trust = new Float32Array(width * height);
  for (let at = 0; at < prior.length; at += 1) {
    const [d, other] = [mine[at] ?? 9, others[at] ?? 9];
    // An arm that crosses the trunk lies in front of it.
    const lead = isArm ? Math.max(other - d + 0.25, 1.15 - d) : other - d;
    const chance = 1 / (1 + Math.exp(-5 * lead));
    prior[at] = d > 4.5 ? 0 : chance;
    trust[at] =
      (small[at] ?? 0) < 0.5 ? 0.3 : d < 0.4 && isArm ? 3 : 0.015 + 0.8 * Math.abs(chance - 0.5) ** 3;
  }
  const share = randomWalk({ width, height }, edges, prior, trust, 60);
  return scaledPlane(share, width, height, picture.width, picture.height).map((value) =>
    ramp(value, 0.35, 0.65),
  );
}

function layerOf(
  picture: Picture,
  matte: Float32Array,
  figure: Figure,
  capsules: readonly Capsule[],
  part: Part,
  own: Float32Array,
  covering: readonly Float32Array[],
): Layer {
  const { width, height } = picture;
  const flesh = shapeField(capsules, width, height, 1, (one) => one === part);
  const joint = jointOf(figure, part);
  const seam = part === 'body' ? SEAMS.body : part.endsWith('Arm') ? SEAMS.arm : SEAMS.leg;
  const root = armRoot(figure, part);
  const alpha = new Float32Array(width * height);
  const known = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const there = matte[at] ?? 0;
      if (there <= 0) continue;
      let mine = there * ramp(own[at] ?? 0, seam[0], seam[1]);
      let believed = (there * (own[at] ?? 0) - 0.75) * 4;
      // An arm begins at the shoulder: a strap or a collar that it took along would stick out when it turns.
      if (root) mine *= ramp(rootShare(root, x, y), -0.02, 0.1);
      for (const { at: place, radius } of joint) {
        // Around the joint both layers have everything.
        const disc = there * ramp(distance(place, { x, y }) / radius, 1.15, 0.75);
        mine = Math.max(mine, disc);
        believed = Math.max(believed, disc);
      }
      const hidden = covering.reduce((most, above) => Math.max(most, ramp(above[at] ?? 0, 0.3, 0.6)), 0);
      mine = Math.max(mine, hidden * there * ramp(flesh[at] ?? 9, 1, 0.82));
      alpha[at] = mine;
      known[at] = believed > 0.8 ? 1 : 0;
    }
  }
  return crop(picture, part, alpha, known);
}

/** Where a limb hangs on the trunk; the trunk has one of these for each limb. */
function jointOf(figure: Figure, part: Part): { at: Point; radius: number }[] {
  const arm = (side: Side) => ({ at: figure.joints[`${side}Shoulder`], radius: figure.torso * 0.13 });
  const leg = (side: Side) => ({ at: figure.joints[`${side}Hip`], radius: figure.torso * 0.2 });
  for (const side of SIDES) {
    if (part === `${side}Arm`) return [];
    if (part === `${side}Leg`) return [leg(side)];
  }
  return SIDES.flatMap((side) => [
    ...(figure.arms[side] > 0 ? [arm(side)] : []),
    ...(figure.legs[side] > 0 ? [{ ...leg(side), radius: figure.torso * 0.13 }] : []),
  ]);
}

function armRoot(figure: Figure, part: Part): { from: Point; bone: Point } | undefined {
  const side = SIDES.find((one) => part === `${one}Arm`);
  if (!side) return undefined;
  const from = figure.joints[`${side}Shoulder`];
  return { from, bone: minus(figure.joints[`${side}Elbow`], from) };
}

/** How far down the upper arm a place lies: 0 at the shoulder, 1 at the elbow. */
function rootShare({ from, bone }: { from: Point; bone: Point }, x: number, y: number): number {
  return ((x - from.x) * bone.x + (y - from.y) * bone.y) / (bone.x ** 2 + bone.y ** 2 || 1);
}

/** Only the rectangle that holds something. Colours near the edge are replaced by the layer's own, without the background's tint. */
function crop(picture: Picture, part: Part, alpha: Float32Array, known: Float32Array): Layer {
  let [left, top, right, bottom] = [picture.width, picture.height, 0, 0];
  for (let y = 0; y < picture.height; y += 1) {
    for (let x = 0; x < picture.width; x += 1) {
      if ((alpha[y * picture.width + x] ?? 0) < 0.02) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  if (right < left) return { part, left: 0, top: 0, width: 1, height: 1, rgba: new Uint8Array(4) };
  const width = right - left + 1;
  const height = bottom - top + 1;
  const rgb = new Uint8Array(width * height * 3);
  const sure = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const from = (y + top) * picture.width + left;
    rgb.set(picture.rgb.subarray(from * 3, (from + width) * 3), y * width * 3);
    sure.set(known.subarray(from, from + width), y * width);
  }
  const filled = fillUnknown({ width, height, rgb }, sure);
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    rgba[at * 4] = filled.rgb[at * 3] ?? 0;
    rgba[at * 4 + 1] = filled.rgb[at * 3 + 1] ?? 0;
    rgba[at * 4 + 2] = filled.rgb[at * 3 + 2] ?? 0;
    const from = (Math.floor(at / width) + top) * picture.width + left + (at % width);
    rgba[at * 4 + 3] = Math.round(255 * clamp(alpha[from] ?? 0, 0, 1));
  }
  return { part, left, top, width, height, rgba };
}

/** 0 at `from`, 1 at `to`, straight between; `from` may be the larger. */
const ramp = (value: number, from: number, to: number): number => clamp((value - from) / (to - from), 0, 1);
