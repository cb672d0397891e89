/** The pose of the clip's person over time, as seen: one pose for each frame that was looked at. */
import { type ClipFrame, readClipFrames, readClipShape } from './clip-frames.ts';
import { findPeople, followPose, squareAround } from './detect.ts';
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
      last ? await followPose(model, frame.picture, last) : await findLead(model, clipPath, frame.picture),
    );
    track.timesMs.push(frame.timeMs);
    track.width = frame.picture.width;
    track.height = frame.picture.height;
  }
  return track;
}

/** Whom the clip is about: of several people, the one who moves. */
async function findLead(model: PoseModel, clipPath: string, picture: Picture): Promise<Pose> {
  const [best, ...others] = await findPeople(model, picture);
  if (!best) throw new Error('a picture has at least one square to look at');
  if (others.length === 0) return best;
  const motion = await motionOf(clipPath);
  if (!motion) return best;
  const scale = motion.width / picture.width;
  const liveliness = (pose: Pose): number => {
    const square = squareAround(pose, picture);
    if (!square) return 0;
    const [left, top] = [
      Math.max(0, Math.round(square.left * scale)),
      Math.max(0, Math.round(square.top * scale)),
    ];
    const side = Math.round(square.side * scale);
    let [sum, count] = [0, 1];
    for (let y = top; y < Math.min(motion.height, top + side); y += 1)
      for (let x = left; x < Math.min(motion.width, left + side); x += 1, count += 1)
        sum += motion.range[y * motion.width + x] ?? 0;
    return sum / count;
  };
  // The most prominent one stays unless somebody else moves much more.
  return others.reduce((lead, other) => (liveliness(other) > 2 * liveliness(lead) + 2 ? other : lead), best);
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
