/** The frames of a clip, small and as RGB, with their own times. */
import { Decoder, Demuxer } from 'node-av/api';
import { AV_PIX_FMT_RGB24, type AVPixelFormat, SWS_AREA } from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
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
  using small = new Frame();
  let scale: SoftwareScaleContext | undefined;
  let first: number | undefined;
  let due = 0;
  try {
    for await (using frame of decoder.frames(clip.packets(video.index))) {
      if (!frame) continue;
      const { num, den } = video.timeBase;
      const time = (Number(frame.bestEffortTimestamp) * num * 1000) / den;
      first ??= time;
      // Half a millisecond of grace: times in a clip are rounded.
      if (time - first < due - 0.5) continue;
      due = Math.max(due + everyMs, time - first + everyMs / 2);
      if (!scale) {
        const shrink = Math.min(1, longSide / Math.max(frame.width, frame.height));
        small.alloc();
        small.format = AV_PIX_FMT_RGB24;
        small.width = Math.max(2, Math.round(frame.width * shrink));
        small.height = Math.max(2, Math.round(frame.height * shrink));
        small.getBuffer(1);
        scale = new SoftwareScaleContext();
        scale.getContext(
          frame.width,
          frame.height,
          frame.format as AVPixelFormat,
          small.width,
          small.height,
          AV_PIX_FMT_RGB24,
          SWS_AREA,
        );
      }
      scale.scaleFrameSync(small, frame);
      const picture = { width: small.width, height: small.height, rgb: new Uint8Array(small.toBuffer()) };
      yield { picture, timeMs: time - first };
    }
  } finally {
    scale?.freeContext();
  }
}
