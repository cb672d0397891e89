/**
 * The cut-out character taken apart, like a paper puppet: legs, trunk with head, arms, drawn in this order. Each
 * layer goes on a little beneath the one that covers it, so that nothing gapes where an arm swings away.
 */

import { type Capsule, capsulesOf, type Part, shapeField } from './body-shape.ts';
import type { Figure } from './figure.ts';
import { fillUnknown } from './fill.ts';
import type { Picture } from './picture.ts';
import { pixelOf } from './picture.ts';
import { readerOf, scaledPlane, scaledRgb } from './planes.ts';
import { type Edges, edgesOf, randomWalk } from './random-walk.ts';
import { clamp, distance, minus, type Point, SIDES, type Side } from './skeleton.ts';

/** A part of the picture with its own alpha, at its place; pixels as `draw.ts` has them. */
export type Layer = {
  part: Part | 'whole';
  left: number;
  top: number;
  width: number;
  height: number;
  pixels: Int32Array;
};

const SMALL_SIDE = 384;
/** Back to front. */
const ORDER: readonly Part[] = ['leftLeg', 'rightLeg', 'body', 'leftArm', 'rightArm'];
/**
 * Where a layer fades out, in its share of the pixel: the lower it lies, the farther it goes on beneath the next, or
 * the background would shine through the seam.
 */
const SEAMS = { leg: [0.05, 0.3], body: [0.15, 0.45], arm: [0.4, 0.7] } as const;

/** The picture small, where it is decided what belongs to whom; the matte alone is as fine as the picture. */
type Small = { width: number; height: number; scale: number; matte: Float32Array; edges: Edges };

export function takeApart(picture: Picture, matte: Float32Array, figure: Figure): Layer[] {
  const scale = Math.min(1, SMALL_SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const small: Small = {
    width,
    height,
    scale,
    matte: scaledPlane(matte, picture.width, picture.height, width, height),
    edges: edgesOf(scaledRgb(picture, width, height), { width, height }),
  };
  const capsules = capsulesOf(figure);
  const limbs = ORDER.filter((part) => part !== 'body' && capsules.some((capsule) => capsule.part === part));
  const shares = new Map(limbs.map((part) => [part, limbShare(small, capsules, part)]));
  const body = new Float32Array(width * height).fill(1);
  for (const one of shares.values())
    for (let at = 0; at < body.length; at += 1) body[at] = Math.max(0, (body[at] ?? 0) - (one[at] ?? 0));
  shares.set('body', body);

  const present = ORDER.filter((part) => shares.has(part));
  return present.map((part, index) => {
    const own = shares.get(part) ?? body;
    const covering = present.slice(index + 1).flatMap((above) => shares.get(above) ?? []);
    const flesh = shapeField(capsules, width, height, scale, (one) => one === part);
    return layerOf(picture, matte, small, { part, own, covering, flesh }, figure);
  });
}

/** How much of each pixel belongs to a limb rather than to what it touches, up to the nearest edge in the picture. */
function limbShare(small: Small, capsules: readonly Capsule[], part: Part): Float32Array {
  const { width, height, scale } = small;
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
    const seed = d < 0.4 && isArm ? 3 : 0.015 + 0.8 * Math.abs(chance - 0.5) ** 3;
    trust[at] = (small.matte[at] ?? 0) < 0.5 ? 0.3 : seed;
  }
  return randomWalk(small, small.edges, prior, trust, 60).map((value) => ramp(value, 0.35, 0.65));
}

type PartPlanes = { part: Part; own: Float32Array; covering: Float32Array[]; flesh: Float32Array };

function layerOf(
  picture: Picture,
  matte: Float32Array,
  small: Small,
  planes: PartPlanes,
  figure: Figure,
): Layer {
  const { part } = planes;
  const joint = jointOf(figure, part);
  const { left, top, width, height } = boundsOf(picture, small, planes, joint);
  const read = (plane: Float32Array) =>
    readerOf(plane, small.width, small.height, picture.width, picture.height);
  const [own, flesh] = [read(planes.own), read(planes.flesh)];
  const covering = planes.covering.map(read);
  const seam = part === 'body' ? SEAMS.body : part.endsWith('Arm') ? SEAMS.arm : SEAMS.leg;
  const root = armRoot(figure, part);
  const pixels = new Int32Array(width * height);
  const alpha = new Uint8Array(width * height);
  const rgb = new Uint8Array(width * height * 3);
  const known = new Float32Array(width * height);
  for (let row = 0; row < height; row += 1) {
    const from = (row + top) * picture.width + left;
    rgb.set(picture.rgb.subarray(from * 3, (from + width) * 3), row * width * 3);
    for (let column = 0; column < width; column += 1) {
      const [x, y, at] = [column + left, row + top, row * width + column];
      const there = matte[from + column] ?? 0;
      if (there <= 0) continue;
      let mine = there * ramp(own(x, y), seam[0], seam[1]);
      let believed = (there * own(x, y) - 0.75) * 4;
      // An arm begins at the shoulder: a strap or a collar that it took along would stick out when it turns.
      if (root) mine *= ramp(rootShare(root, x, y), -0.04, 0.06);
      for (const { at: place, radius, limb } of joint) {
        // Around the joint both layers have everything.
        const inwards = limb ? ramp(rootShare(limb, x, y), 0.16, 0.06) : 1;
        const disc = inwards * there * ramp(distance(place, { x, y }) / radius, 1.15, 0.75);
        mine = Math.max(mine, disc);
        believed = Math.max(believed, disc);
      }
      let hidden = 0;
      for (const above of covering) hidden = Math.max(hidden, ramp(above(x, y), 0.3, 0.6));
      if (hidden > 0) mine = Math.max(mine, hidden * there * ramp(flesh(x, y), 1, 0.82));
      alpha[at] = Math.round(255 * mine);
      known[at] = believed > 0.8 ? 1 : 0;
    }
  }
  // Colours near the edge are replaced by the layer's own, without the background's tint.
  const filled = fillUnknown({ width, height, rgb }, known);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = pixelOf(filled.rgb, at, alpha[at] ?? 0);
  return { part, left, top, width, height, pixels };
}

/** What two layers share around a joint; of an arm, no more than its very beginning. */
type Disc = { at: Point; radius: number; limb?: Root };
type Root = { from: Point; bone: Point };

/** The rectangle of the picture that may hold something of the layer. */
function boundsOf(
  picture: Picture,
  small: Small,
  { own, flesh }: PartPlanes,
  joint: readonly Disc[],
): { left: number; top: number; width: number; height: number } {
  let [left, top, right, bottom] = [small.width, small.height, -1, -1];
  for (let y = 0; y < small.height; y += 1) {
    for (let x = 0; x < small.width; x += 1) {
      const at = y * small.width + x;
      if ((small.matte[at] ?? 0) < 0.004) continue;
      const place = { x: (x + 0.5) / small.scale, y: (y + 0.5) / small.scale };
      const isMine =
        (own[at] ?? 0) > 0.01 ||
        (flesh[at] ?? 9) < 1 ||
        joint.some((disc) => distance(disc.at, place) < disc.radius * 1.2);
      if (!isMine) continue;
      left = Math.min(left, x - 1);
      right = Math.max(right, x + 2);
      top = Math.min(top, y - 1);
      bottom = Math.max(bottom, y + 2);
    }
  }
  const fromX = Math.max(0, Math.floor((left * picture.width) / small.width));
  const fromY = Math.max(0, Math.floor((top * picture.height) / small.height));
  const toX = Math.min(picture.width, Math.ceil((right * picture.width) / small.width));
  const toY = Math.min(picture.height, Math.ceil((bottom * picture.height) / small.height));
  return { left: fromX, top: fromY, width: Math.max(1, toX - fromX), height: Math.max(1, toY - fromY) };
}

/** Where a limb hangs on the trunk; the trunk has one of these for each limb. */
function jointOf(figure: Figure, part: Part): Disc[] {
  const arm = (side: Side) => ({
    at: figure.joints[`${side}Shoulder`],
    radius: figure.torso * 0.15,
    limb: rootOf(figure, side),
  });
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

function armRoot(figure: Figure, part: Part): Root | undefined {
  const side = SIDES.find((one) => part === `${one}Arm`);
  return side && rootOf(figure, side);
}

function rootOf({ joints }: Figure, side: Side): Root {
  const from = joints[`${side}Shoulder`];
  return { from, bone: minus(joints[`${side}Elbow`], from) };
}

/** How far down the upper arm a place lies: 0 at the shoulder, 1 at the elbow. */
function rootShare({ from, bone }: Root, x: number, y: number): number {
  return ((x - from.x) * bone.x + (y - from.y) * bone.y) / (bone.x ** 2 + bone.y ** 2 || 1);
}

/** 0 at `from`, 1 at `to`, straight between; `from` may be the larger. */
const ramp = (value: number, from: number, to: number): number => clamp((value - from) / (to - from), 0, 1);
