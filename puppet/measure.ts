/** What the clip's person measures, over the whole clip: the yardsticks against which each frame is read. */
import { USUAL } from './figure.ts';
import {
  clamp,
  distance,
  isSeen,
  type KeyPointName,
  middle,
  type Point,
  type Pose,
  SIDES,
} from './skeleton.ts';

export type LimbBone = 'upperArm' | 'forearm' | 'thigh' | 'shin';
/** The two ends of each bone of a limb, without the side. */
export const LIMB_ENDS = {
  upperArm: ['Shoulder', 'Elbow'],
  forearm: ['Elbow', 'Wrist'],
  thigh: ['Hip', 'Knee'],
  shin: ['Knee', 'Ankle'],
} as const satisfies Record<LimbBone, readonly [string, string]>;

export type Measures = {
  /** Pixels from shoulders to hips when the person stands straight. */
  torso: number;
  shoulders: number;
  bones: Record<LimbBone, number>;
  /** Where the feet stand: the lowest that ankles usually are. Undefined when they are hardly ever seen. */
  ground: number | undefined;
  hipsSeen: boolean;
};

export const shouldersOf = (pose: Pose): Point => middle(pose.leftShoulder, pose.rightShoulder);
export const hipsOf = (pose: Pose): Point => middle(pose.leftHip, pose.rightHip);

export function measure(motion: readonly Pose[]): Measures {
  const lengths = (a: KeyPointName, b: KeyPointName): number[] =>
    motion.filter((pose) => isSeen(pose[a]) && isSeen(pose[b])).map((pose) => distance(pose[a], pose[b]));
  const shoulders = share(lengths('leftShoulder', 'rightShoulder'), 0.85) ?? 100;
  const trunks = motion
    .filter((pose) => isSeen(pose.leftHip) && isSeen(pose.rightHip))
    .map((pose) => distance(shouldersOf(pose), hipsOf(pose)));
  const hipsSeen = trunks.length > motion.length * 0.4;
  const torso = Math.max((hipsSeen ? share(trunks, 0.85) : undefined) ?? shoulders * 1.35, shoulders * 0.8);
  const bone = (name: LimbBone): number => {
    const [from, to] = LIMB_ENDS[name];
    const both = SIDES.flatMap((side) =>
      lengths(`${side}${from}` as KeyPointName, `${side}${to}` as KeyPointName),
    );
    const usual = USUAL[name] * torso;
    return clamp(share(both, 0.9) ?? usual, usual * 0.7, usual * 1.35);
  };
  const ankles = motion.flatMap((pose) => {
    const seen = [pose.leftAnkle, pose.rightAnkle].filter(isSeen);
    return seen.length === 0 ? [] : [Math.max(...seen.map((ankle) => ankle.y))];
  });
  return {
    torso,
    shoulders,
    bones: { upperArm: bone('upperArm'), forearm: bone('forearm'), thigh: bone('thigh'), shin: bone('shin') },
    ground: ankles.length > motion.length * 0.4 ? share(ankles, 0.8) : undefined,
    hipsSeen,
  };
}

/** The value under which a share of them lies; undefined for none. */
export function share(values: readonly number[], of: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * of))];
}

export const medianOf = (values: readonly number[]): number => share(values, 0.5) ?? 0;
