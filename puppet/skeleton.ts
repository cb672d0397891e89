/** The body as MoveNet sees it: seventeen key points, and the bones that join them. */

/** In the model's own order, https://www.tensorflow.org/hub/tutorials/movenet (read 2026-11-21). */
export const KEY_POINTS = [
  'nose',
  'leftEye',
  'rightEye',
  'leftEar',
  'rightEar',
  'leftShoulder',
  'rightShoulder',
  'leftElbow',
  'rightElbow',
  'leftWrist',
  'rightWrist',
  'leftHip',
  'rightHip',
  'leftKnee',
  'rightKnee',
  'leftAnkle',
  'rightAnkle',
] as const;
export type KeyPointName = (typeof KEY_POINTS)[number];

export type Point = { x: number; y: number };
/** A place in a picture, in its pixels, and how sure the model is of it (0 to 1). */
export type KeyPoint = Point & { score: number };
export type Pose = Record<KeyPointName, KeyPoint>;

/** Below this a key point is a guess, not a sighting. */
export const SEEN = 0.2;

/** Left and right belong to the person, not to the viewer. */
export const SIDES = ['left', 'right'] as const;
export type Side = (typeof SIDES)[number];

/** Makes a pose of a value for each key point. */
export function poseOf(pointOf: (name: KeyPointName, index: number) => KeyPoint): Pose {
  return Object.fromEntries(KEY_POINTS.map((name, index) => [name, pointOf(name, index)])) as Pose;
}

export const isSeen = (point: KeyPoint): boolean => point.score >= SEEN;

export const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
export const plus = (a: Point, b: Point): Point => ({ x: a.x + b.x, y: a.y + b.y });
export const minus = (a: Point, b: Point): Point => ({ x: a.x - b.x, y: a.y - b.y });
export const times = (a: Point, by: number): Point => ({ x: a.x * by, y: a.y * by });
export const turned = (a: Point, radians: number): Point => {
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  return { x: a.x * cos - a.y * sin, y: a.x * sin + a.y * cos };
};
export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
/** 0 up to 0, 1 from 1 on, and a soft rise between. */
export const smoothStep = (x: number): number => {
  const t = clamp(x, 0, 1);
  return t * t * (3 - 2 * t);
};
