/** The frames of a clip, small, upright and as RGB, with their own times. */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import { type Frame, Packet, type Stream } from 'node-av/lib';
import { createDecoder } from '../src/media/av/decoder.ts';
import { createFilter } from '../src/media/av/filter.ts';
import { geometryOf } from '../src/media/av/geometry.ts';
import { type OpenClip, openClip, readOnly } from '../src/media/av/open-clip.ts';
import { sniff } from '../src/media/sniff.ts';
import type { Picture } from './picture.ts';

export type ClipFrame = { picture: Picture; timeMs: number };

/** What can be told of a clip without decoding it; its size as a player shows it. */
export type ClipShape = { durationMs: number; hasSound: boolean; width: number; height: number };

/** Throws when the clip has no picture. */
export async function readClipShape(clipPath: string): Promise<ClipShape> {
  await using clip = await openWithPicture(clipPath);
  const { picture, sound, format } = clip;
  const { num, den } = picture.timeBase;
  // A stream that does not know its own length says a negative number.
  const own = (Number(picture.duration) * num * 1000) / den;
  return {
    durationMs: own > 0 ? own : Number(format.duration) / 1000,
    hasSound: sound !== undefined,
    ...shapeOf(picture).shown,
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
  await using clip = await openWithPicture(clipPath);
  const { picture } = clip;
  const { turn } = shapeOf(picture);
  const fit = `w='min(iw,${longSide})':h='min(ih,${longSide})':force_original_aspect_ratio=decrease`;
  const chain = [...(turn ? [turn] : []), `scale=${fit}:flags=area`, 'format=rgb24'].join(',');
  using shrink = createFilter(chain, picture);
  const { num, den } = picture.timeBase;
  let first: number | undefined;
  let due = 0;
  for await (const frame of framesOf(clip, picture)) {
    if (frame.bestEffortTimestamp === AV_NOPTS_VALUE) continue;
    const time = (Number(frame.bestEffortTimestamp) * num * 1000) / den;
    first ??= time;
    const timeMs = time - first;
    // Half a millisecond of grace: times in a clip are rounded.
    if (timeMs < due - 0.5) continue;
    due = Math.max(due + everyMs, timeMs + everyMs / 2);
    for await (const small of shrink.push(frame)) {
      const rgb = new Uint8Array(small.toBuffer());
      yield { timeMs, picture: { width: small.width, height: small.height, rgb } };
    }
  }
}

/** As the bytes say what it is, and in no other way: a clip is a stranger's file until it is normalised. */
async function openWithPicture(path: string): Promise<OpenClip & { picture: Stream }> {
  const { clip: container } = await sniff(path);
  const clip = container && (await openClip(path, container));
  if (!clip) throw new Error('the clip cannot be opened');
  const { picture } = clip;
  if (picture) return { ...clip, picture };
  await clip[Symbol.asyncDispose]();
  throw new Error('the clip has no picture');
}

async function* framesOf(clip: OpenClip, stream: Stream): AsyncGenerator<Frame> {
  readOnly(clip, stream);
  using decoder = await createDecoder(stream);
  if (!decoder) throw new Error('there is no decoder for the clip');
  using packet = new Packet();
  packet.alloc();
  while ((await clip.format.readFrame(packet)) >= 0) {
    if (packet.streamIndex === stream.index) yield* decoder.push(packet);
    packet.unref();
  }
  yield* decoder.push(null);
}

const shapeOf = (stream: Stream) =>
  geometryOf(stream, { width: stream.codecpar.width, height: stream.codecpar.height });
