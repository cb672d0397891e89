/** The frames of a clip, small and as RGB, with their own times. */
import { Decoder, Demuxer, FilterAPI } from 'node-av/api';
import type { Picture } from './picture.ts';

export type ClipFrame = { picture: Picture; timeMs: number };

/** What can be told of a clip without decoding it. */
export type ClipShape = { durationMs: number; hasSound: boolean; width: number; height: number };

/** Throws when the clip has no picture. */
export async function readClipShape(clipPath: string): Promise<ClipShape> {
  await using clip = await Demuxer.open(clipPath);
  const video = clip.video();
  if (!video) throw new Error('the clip has no picture');
  const { num, den } = video.timeBase;
  // A stream that does not know its own length says a negative number.
  const own = (Number(video.duration) * num * 1000) / den;
  return {
    durationMs: own > 0 ? own : clip.duration * 1000,
    hasSound: clip.audio() !== undefined,
    width: video.codecpar.width,
    height: video.codecpar.height,
  };
}

/**
 * Frames at least `everyMs` apart, with the long side at most `longSide`. Times count from the first frame, and are
 * the clip's own: a clip of 5 frames a second gives five, not copies.
 */
export async function* readClipFrames(
  clipPath: string,
  everyMs: number,
  longSide: number,
): AsyncGenerator<ClipFrame> {
  await using clip = await Demuxer.open(clipPath);
  const video = clip.video();
  if (!video) throw new Error('the clip has no picture');
  using decoder = await Decoder.create(video, { exitOnError: false });
  const fit = `w='min(iw,${longSide})':h='min(ih,${longSide})':force_original_aspect_ratio=decrease`;
  using shrink = FilterAPI.create(`scale=${fit}:flags=area,format=rgb24`);
  const { num, den } = video.timeBase;
  let first: number | undefined;
  let due = 0;
  for await (using frame of decoder.frames(clip.packets(video.index))) {
    if (!frame) continue;
    const time = (Number(frame.bestEffortTimestamp) * num * 1000) / den;
    first ??= time;
    const timeMs = time - first;
    // Half a millisecond of grace: times in a clip are rounded.
    if (timeMs < due - 0.5) continue;
    due = Math.max(due + everyMs, timeMs + everyMs / 2);
    for (const small of await shrink.processAll(frame)) {
      yield {
        timeMs,
        picture: { width: small.width, height: small.height, rgb: new Uint8Array(small.toBuffer()) },
      };
      small.free();
    }
  }
}
