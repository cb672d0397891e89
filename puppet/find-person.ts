/** The task `findPerson`: a quick look, before any money is spent, whether there is somebody to animate. */
import type { TaskContext } from '../src/media/task.ts';
import { readClipFrames, readClipShape } from './clip-frames.ts';
import { findPose, followPose, isPerson } from './detect.ts';
import { loadPoseModel } from './model.ts';
import { openPicture } from './open-picture.ts';

export type FindPersonArgs = { imagePath: string; clipPath: string };
export type FindPersonResult = { image: boolean; clip: boolean };

const FRAMES = 8;
const LOOK_SIDE = 480;

/** Looks at the picture and at eight frames spread over the clip, until one shows a person. */
export async function findPerson(args: FindPersonArgs, context: TaskContext): Promise<FindPersonResult> {
  const model = await loadPoseModel();
  const image = isPerson(await findPose(model, await openPicture(args.imagePath, LOOK_SIDE)));
  const { durationMs } = await readClipShape(args.clipPath);
  let isFirst = true;
  for await (const { picture } of readClipFrames(args.clipPath, durationMs / FRAMES, LOOK_SIDE)) {
    context.signal.throwIfAborted();
    // The thorough look takes four times as long: once is enough, and the whole must be quick.
    const pose = isFirst ? await findPose(model, picture) : await followPose(model, picture, undefined);
    if (isPerson(pose)) return { image, clip: true };
    isFirst = false;
  }
  return { image, clip: false };
}
