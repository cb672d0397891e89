/** The pose of the clip's person over time, as seen: one pose for each frame that was looked at. */

import { trunkOf } from './appearance.ts';
import { type ClipFrame, readClipFrames, readClipShape } from './clip-frames.ts';
import { createCrowd, type Follower } from './crowd.ts';
import { boxOf, isPerson } from './detect.ts';
import { medianOf } from './measure.ts';
import type { PoseModel } from './model.ts';
import type { Picture } from './picture.ts';
import { type Pose, poseOf } from './skeleton.ts';

export type Track = { timesMs: number[]; poses: Pose[]; width: number; height: number };

/** Fifteen looks a second: enough for a dance, and half the work of thirty. */
const LOOK_EVERY_MS = 1000 / 15;
const LONG_SIDE = 640;
/** More copies in a row than this are somebody standing still, not a slow clip in a fast container. */
const MAX_COPIES = 2;
/** Pixels of somebody alive change by more than this over a clip; those of a poster by what the codec does to them. */
const LIFELESS = 8;

/** Follows the person through the clip; of several, the largest. `onFrame` is told the time of each frame done. */
export async function readTrack(
  model: PoseModel,
  clipPath: string,
  onFrame: (timeMs: number) => void,
): Promise<Track> {
  const crowd = createCrowd(model);
  const timesMs: number[] = [];
  let before: ClipFrame | undefined;
  let copies = 0;
  for await (const frame of readClipFrames(clipPath, LOOK_EVERY_MS, LONG_SIDE)) {
    onFrame(frame.timeMs);
    if (before && copies < MAX_COPIES && isCopy(before.picture, frame.picture)) {
      copies += 1;
      continue;
    }
    copies = 0;
    before = frame;
    await crowd.see(frame.picture, frame.timeMs);
    timesMs.push(frame.timeMs);
  }
  const { width, height } = before?.picture ?? { width: 0, height: 0 };
  const lead = await leadOf(crowd.followers, clipPath, width);
  return { timesMs, poses: lead ? wholeTrack(lead) : [], width, height };
}

/** From the first frame on: before somebody was met, they were not seen. */
function wholeTrack({ from, poses }: Follower): Pose[] {
  const [first] = poses;
  if (!first) return [];
  const unseen = poseOf((name) => ({ ...first[name], score: 0 }));
  return [...Array.from({ length: from }, () => unseen), ...poses];
}

/** Whom the clip is about: the largest for the longest, unless that is a poster or a statue and somebody else moves. */
async function leadOf(
  followers: readonly Follower[],
  clipPath: string,
  width: number,
): Promise<Follower | undefined> {
  const bySize = followers.toSorted((a, b) => presenceOf(b) - presenceOf(a));
  const [largest, ...others] = bySize;
  if (!largest || others.length === 0) return largest;
  const motion = await motionOf(clipPath);
  if (!motion) return largest;
  const scale = motion.width / width;
  const liveliness = ({ poses }: Follower): number => {
    const box = boxOf(poses.find(isPerson) ?? largest.shape);
    let [sum, count] = [0, 1];
    for (let y = Math.round(box.top * scale); y < Math.min(motion.height, box.bottom * scale); y += 1)
      for (
        let x = Math.round(box.left * scale);
        x < Math.min(motion.width, box.right * scale);
        x += 1, count += 1
      )
        sum += motion.range[y * motion.width + x] ?? 0;
    return sum / count;
  };
  if (liveliness(largest) > LIFELESS) return largest;
  return others.reduce(
    (lead, other) => (liveliness(other) > 2 * liveliness(lead) + 2 ? other : lead),
    largest,
  );
}

/** The ground that somebody usually covers, for as long as they are about: who is hidden for a while is still there. */
function presenceOf({ poses }: Follower): number {
  const ground = poses.filter(isPerson).map((pose) => {
    const { left, right, top, bottom } = boxOf(pose);
    return Math.max(trunkOf(pose) ** 2, (right - left) * (bottom - top));
  });
  return medianOf(ground) * (poses.findLastIndex(isPerson) + 1);
}

/** How much each pixel of a few small frames changes over the clip. */
async function motionOf(
  clipPath: string,
): Promise<{ width: number; height: number; range: Uint8Array } | undefined> {
  const { durationMs } = await readClipShape(clipPath);
  let seen: { width: number; height: number; low: Uint8Array; high: Uint8Array } | undefined;
  for await (const { picture } of readClipFrames(clipPath, durationMs / 8, 160)) {
    const { width, height, rgb } = picture;
    const grey = Uint8Array.from({ length: width * height }, (_, at) => rgb[at * 3 + 1] ?? 0);
    seen ??= { width, height, low: grey.slice(), high: grey.slice() };
    for (let at = 0; at < grey.length; at += 1) {
      seen.low[at] = Math.min(seen.low[at] ?? 0, grey[at] ?? 0);
      seen.high[at] = Math.max(seen.high[at] ?? 0, grey[at] ?? 0);
    }
  }
  return seen && { ...seen, range: seen.high.map((value, at) => value - (seen.low[at] ?? 0)) };
}

/** A frame shown twice would make the motion stutter: it says "no change" where there was no look. */
function isCopy(a: Picture, b: Picture): boolean {
  let changed = 0;
  for (let at = 0; at < a.rgb.length; at += 31)
    if (Math.abs((a.rgb[at] ?? 0) - (b.rgb[at] ?? 0)) > 10) changed += 1;
  return changed * 31 < a.rgb.length * 0.0004;
}
