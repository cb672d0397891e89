/** The task `renderDraft`: the whole way from a picture and a clip to a video of the picture's character moving. */
import { rename } from 'node:fs/promises';
import { measureStill } from '../src/media/stills.ts';
import type { TaskContext } from '../src/media/task.ts';
import { readClipShape } from './clip-frames.ts';
import { boxOf, findPeople, isPerson } from './detect.ts';
import type { DraftResult } from './draft-result.ts';
import { longSideFor } from './draft-size.ts';
import { bytesOf, drawPiece, wipe } from './draw.ts';
import { encodeVideo } from './encode.ts';
import { drawMark, stamp } from './mark.ts';
import { loadPoseModel } from './model.ts';
import { openPicture } from './open-picture.ts';
import { retarget } from './retarget.ts';
import { type Pose, poseOf } from './skeleton.ts';
import { smoothTrack } from './smooth.ts';
import { setStage } from './stage.ts';
import { readTrack } from './track.ts';

export type DraftArgs = {
  imagePath: string;
  clipPath: string;
  /** Written beside it first and renamed, so that a file of this name is always whole. */
  toPath: string;
  sound: boolean;
  orientation: 'video' | 'image';
};

export const DRAFT_FPS = 30;
const LOOK_SIDE = 640;
/** A clip needs its person in this share of its frames. */
const ENOUGH_SEEN = 0.25;

export async function renderDraft(args: DraftArgs, context: TaskContext): Promise<DraftResult> {
  const model = await loadPoseModel();
  const header = await measureStill(args.imagePath);
  if (!header.ok) throw new Error(`a picture that can not be read: ${header.refusal.code}`);
  const picture = await openPicture(args.imagePath, longSideFor(header.value));
  const small = await openPicture(args.imagePath, LOOK_SIDE);
  const [pose, ...others] = largestFirst(await findPeople(model, small, true));
  if (!pose || !isPerson(pose)) return { ok: false, code: 'no-person-in-image' };

  const { durationMs } = await readClipShape(args.clipPath);
  const track = await readTrack(model, args.clipPath, (timeMs) => {
    context.signal.throwIfAborted();
    context.progress((0.35 * timeMs) / durationMs);
  });
  if (track.poses.filter(isPerson).length < Math.max(1, track.poses.length * ENOUGH_SEEN))
    return { ok: false, code: 'no-person-in-clip' };

  const count = Math.max(1, Math.round((durationMs * DRAFT_FPS) / 1000));
  const frameMs = 1000 / DRAFT_FPS;
  const motion = smoothTrack(
    track,
    Array.from({ length: count }, (_, index) => index * frameMs),
  );
  const scale = picture.width / small.width;
  const stage = setStage(
    picture,
    scaledPose(pose, scale),
    others.map((other) => scaledPose(other, scale)),
  );
  const placed = retarget(stage.figure, motion, {
    frameMs,
    width: picture.width,
    height: picture.height,
    orientation: args.orientation,
  });
  const mark = drawMark(picture);

  function* frames(): Generator<Uint8Array> {
    const { background, puppet } = stage;
    stamp(background, mark);
    const canvas = { ...background, pixels: background.pixels.slice() };
    const bytes = bytesOf(canvas);
    for (const [index, place] of placed.entries()) {
      context.signal.throwIfAborted();
      context.progress(0.4 + (0.6 * index) / count);
      wipe(canvas, background);
      puppet.pose(place);
      for (const piece of puppet.pieces) drawPiece(canvas, piece);
      if (canvas.dirtyTo > mark.top) stampAfresh();
      yield bytes;
    }

    /** Where the character may have walked over it. */
    function stampAfresh(): void {
      canvas.dirtyFrom = Math.min(canvas.dirtyFrom, mark.top);
      canvas.dirtyTo = Math.max(canvas.dirtyTo, mark.top + mark.height);
      stamp(canvas, mark);
    }
  }

  const draftPath = `${args.toPath}.part`;
  const { hasSound } = await encodeVideo({
    toPath: draftPath,
    width: picture.width,
    height: picture.height,
    fps: DRAFT_FPS,
    frames: frames(),
    soundFrom: args.sound ? args.clipPath : undefined,
  });
  await rename(draftPath, args.toPath);
  return {
    ok: true,
    width: picture.width,
    height: picture.height,
    durationMs: count * frameMs,
    frames: count,
    hasSound,
  };
}

/** As hosted models choose among several. */
function largestFirst(people: readonly Pose[]): Pose[] {
  const ground = (pose: Pose): number => {
    const { left, right, top, bottom } = boxOf(pose);
    return isPerson(pose) ? (right - left) * (bottom - top) : 0;
  };
  return people.toSorted((a, b) => ground(b) - ground(a));
}

function scaledPose(pose: Pose, by: number): Pose {
  return poseOf((name) => ({ x: pose[name].x * by, y: pose[name].y * by, score: pose[name].score }));
}
