/** Two poses, limb by limb: which arms and legs point another way. Only what was seen surely is compared. */
import type { Person } from './look.ts';

/** Points of a look, by their places in it: each limb from its upper joint to its lower one. */
const LIMBS = [
  [5, 7],
  [6, 8],
  [7, 9],
  [8, 10],
  [11, 13],
  [12, 14],
  [13, 15],
  [14, 16],
] as const;
const [LEFT_SHOULDER, LEFT_HIP] = [5, 11];
const SURE = 0.5;
/** Of the trunk's length: what points towards the camera is shorter, and points anywhere. */
const LEAST_LENGTH = 0.25;
/** Degrees. The same limb in the same picture, made smaller and worse, differed by 11 at most. */
const OTHER_WAY = 60;

/** Somebody in a picture of that size. */
type Posed = { person: Pick<Person, 'points'>; width: number; height: number };

/** Of how many limbs both are sure, and how many of these point another way. */
export function limbsBetween(one: Posed, other: Posed): { compared: number; differing: number } {
  const angles = LIMBS.flatMap(([from, to]) => {
    const [a, b] = [directionOf(one, from, to), directionOf(other, from, to)];
    return a === undefined || b === undefined ? [] : [between(a, b)];
  });
  return { compared: angles.length, differing: angles.filter((angle) => angle > OTHER_WAY).length };
}

/** In degrees; undefined where it can't be told. */
function directionOf(posed: Posed, from: number, to: number): number | undefined {
  const limb = vector(posed, from, to);
  const trunk = vector(posed, LEFT_SHOULDER, LEFT_HIP);
  if (!limb || !trunk || Math.hypot(...limb) < LEAST_LENGTH * Math.hypot(...trunk)) return undefined;
  return (Math.atan2(limb[1], limb[0]) * 180) / Math.PI;
}

function vector({ person: { points }, width, height }: Posed, from: number, to: number) {
  const [a, b] = [points[from], points[to]];
  if (!a || !b || a[2] < SURE || b[2] < SURE) return undefined;
  return [(b[0] - a[0]) * width, (b[1] - a[1]) * height] as const;
}

const between = (a: number, b: number): number => {
  const apart = Math.abs(a - b) % 360;
  return Math.min(apart, 360 - apart);
};
