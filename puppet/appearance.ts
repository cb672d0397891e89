/** What somebody wears, as two colours: enough to tell apart two who cross. */
import { hipsOf, shouldersOf } from './measure.ts';
import type { Picture } from './picture.ts';
import { clamp, distance, isSeen, middle, type Point, type Pose, plus } from './skeleton.ts';

type Colour = readonly [red: number, green: number, blue: number];
/** Of the trunk and of the thighs; undefined where they can't be seen. */
export type Appearance = readonly [Colour | undefined, Colour | undefined];

/** The length of the trunk where it is seen whole, or what its shoulders or face let expect. */
export function trunkOf(pose: Pose): number {
  const hips = isSeen(pose.leftHip) && isSeen(pose.rightHip);
  return Math.max(
    hips ? distance(shouldersOf(pose), hipsOf(pose)) : 0,
    distance(pose.leftShoulder, pose.rightShoulder) * 1.2,
    distance(pose.leftEar, pose.rightEar) * 1.8,
    1,
  );
}

/** Looks at what is between the shoulders and the hips, and between the hips and the knees. */
export function appearanceOf(picture: Picture, pose: Pose): Appearance {
  const trunk = trunkOf(pose);
  const hips = isSeen(pose.leftHip) && isSeen(pose.rightHip);
  const shoulders = shouldersOf(pose);
  const low = hips ? hipsOf(pose) : plus(shoulders, { x: 0, y: trunk });
  const knees = isSeen(pose.leftKnee) && isSeen(pose.rightKnee);
  return [
    meanAround(picture, middle(shoulders, low), trunk * 0.2),
    hips && knees
      ? meanOf([
          meanAround(picture, middle(pose.leftHip, pose.leftKnee), trunk * 0.08),
          meanAround(picture, middle(pose.rightHip, pose.rightKnee), trunk * 0.08),
        ])
      : undefined,
  ];
}

/** 0 for the same colours, 1 for black beside white; undefined where nothing can be compared. */
export function unlikeness(a: Appearance, b: Appearance): number | undefined {
  const gaps = a.flatMap((colour, part) => {
    const other = b[part];
    return colour && other ? [gapOf(colour, other)] : [];
  });
  return gaps.length === 0 ? undefined : Math.max(...gaps);
}

/** The old one with a little of the new one: light changes, clothes don't. */
export const grown = (old: Appearance, fresh: Appearance): Appearance => [
  mixed(old[0], fresh[0]),
  mixed(old[1], fresh[1]),
];

function mixed(old: Colour | undefined, fresh: Colour | undefined): Colour | undefined {
  if (!old || !fresh) return old ?? fresh;
  const mix = (channel: 0 | 1 | 2): number => old[channel] * 0.85 + fresh[channel] * 0.15;
  return [mix(0), mix(1), mix(2)];
}

const gapOf = (a: Colour, b: Colour): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / Math.hypot(255, 255, 255);

function meanOf(colours: readonly (Colour | undefined)[]): Colour | undefined {
  const known = colours.filter((colour) => colour !== undefined);
  if (known.length === 0) return undefined;
  const mean = (channel: 0 | 1 | 2): number =>
    known.reduce((sum, colour) => sum + colour[channel], 0) / known.length;
  return [mean(0), mean(1), mean(2)];
}

function meanAround({ width, height, rgb }: Picture, { x, y }: Point, reach: number): Colour | undefined {
  const [left, right] = [clamp(Math.round(x - reach), 0, width), clamp(Math.round(x + reach), 0, width)];
  const [top, bottom] = [clamp(Math.round(y - reach), 0, height), clamp(Math.round(y + reach), 0, height)];
  const count = (right - left) * (bottom - top);
  if (count <= 0) return undefined;
  const sum = [0, 0, 0];
  for (let row = top; row < bottom; row += 1)
    for (let at = (row * width + left) * 3; at < (row * width + right) * 3; at += 1)
      sum[at % 3] = (sum[at % 3] ?? 0) + (rgb[at] ?? 0);
  return [(sum[0] ?? 0) / count, (sum[1] ?? 0) / count, (sum[2] ?? 0) / count];
}
