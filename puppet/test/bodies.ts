/** Poses for tests, made of numbers alone. */
import { type KeyPointName, type Point, type Pose, poseOf } from '../skeleton.ts';

const STANDING: Record<KeyPointName, [number, number]> = {
  nose: [300, 110],
  leftEye: [308, 102],
  rightEye: [292, 102],
  leftEar: [320, 106],
  rightEar: [280, 106],
  leftShoulder: [345, 170],
  rightShoulder: [255, 170],
  leftElbow: [365, 240],
  rightElbow: [235, 240],
  leftWrist: [375, 300],
  rightWrist: [225, 300],
  leftHip: [325, 300],
  rightHip: [275, 300],
  leftKnee: [330, 405],
  rightKnee: [270, 405],
  leftAnkle: [332, 505],
  rightAnkle: [268, 505],
};

/** Somebody who faces us in a picture of 600 by 600. */
export function standing(
  changes: Partial<Record<KeyPointName, Point>> = {},
  unseen: KeyPointName[] = [],
): Pose {
  return poseOf((name) => {
    const [x, y] = STANDING[name];
    return { x, y, ...changes[name], score: unseen.includes(name) ? 0.05 : 0.9 };
  });
}

/** The same pose elsewhere. */
export const shifted = (pose: Pose, dx: number, dy: number): Pose =>
  poseOf((name) => ({ ...pose[name], x: pose[name].x + dx, y: pose[name].y + dy }));
