/** The pose of the clip's person over time, as seen: one pose for each frame that was looked at. */
import { type ClipFrame, readClipFrames } from './clip-frames.ts';
import { findPose, followPose } from './detect.ts';
import type { PoseModel } from './model.ts';
import type { Picture } from './picture.ts';
import type { Pose } from './skeleton.ts';

export type Track = { timesMs: number[]; poses: Pose[]; width: number; height: number };

/** Fifteen looks a second: enough for a dance, and half the work of thirty. */
const LOOK_EVERY_MS = 1000 / 15;
const LONG_SIDE = 640;
/** More copies in a row than this are somebody standing still, not a slow clip in a fast container. */
const MAX_COPIES = 2;

/** Follows the person through the clip. `onFrame` is told the time of each frame done. */
export async function readTrack(
  model: PoseModel,
  clipPath: string,
  onFrame: (timeMs: number) => void,
): Promise<Track> {
  const track: Track = { timesMs: [], poses: [], width: 0, height: 0 };
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
    const last = track.poses.at(-1);
    track.poses.push(
      last ? await followPose(model, frame.picture, last) : await findPose(model, frame.picture),
    );
    track.timesMs.push(frame.timeMs);
    track.width = frame.picture.width;
    track.height = frame.picture.height;
  }
  return track;
}

/** A frame shown twice would make the motion stutter: it says "no change" where there was no look. */
function isCopy(a: Picture, b: Picture): boolean {
  let changed = 0;
  for (let at = 0; at < a.rgb.length; at += 31)
    if (Math.abs((a.rgb[at] ?? 0) - (b.rgb[at] ?? 0)) > 10) changed += 1;
  return changed * 31 < a.rgb.length * 0.0004;
}
