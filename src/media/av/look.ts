/** Decodes a clip: whether its pictures can be seen to the last one, how large they are, and what the camera does. */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import { type Frame, Packet, type Stream } from 'node-av/lib';
import { createCameraWatch } from '../camera.ts';
import { createCutWatch } from './cuts.ts';
import { createDecoder, type DecoderOptions } from './decoder.ts';
import type { Size } from './geometry.ts';
import { createGreyScaler } from './grey.ts';
import { type OpenClip, readOnly } from './open-clip.ts';
import type { Scan } from './scan.ts';

/** What no provider takes more of; a longer clip is cut or refused. */
const LOOK_AT_SECONDS = 30;
const LOOK_EVERY_SECONDS = 0.4;
/** About 20 s of 1080p: what one core decodes in some seconds. A heavier clip is looked at by its keyframes. */
const MAX_DECODED_PIXELS = 1_200_000_000;
/** The end of a heavy clip with rare keyframes; what has gone well for so much processor time is believed. */
const MAX_TAIL_MS = 8_000;

export type Look = {
  /** Size of the decoded pictures, before any turning; undefined when none could be decoded. */
  coded?: Size;
  lastFrameDecodes: boolean;
  cameraMoves: boolean;
};

/** `reopen` opens the clip from its beginning: every pass reads from there, which no container makes difficult. */
export async function look(reopen: () => Promise<OpenClip | undefined>, scanned: Scan): Promise<Look> {
  const first = await reopen();
  if (!first?.picture) return { lastFrameDecodes: false, cameraMoves: false };
  const { width, height } = first.picture.codecpar;
  const seconds = Math.min(scanned.durationMs / 1000, LOOK_AT_SECONDS);
  const light = width * height * scanned.fps * seconds <= MAX_DECODED_PIXELS;
  const watch = createCameraWatch();
  using cuts = createCutWatch(first.picture);
  let coded: Size | undefined;
  let lastSeconds = -Infinity;

  using scaler = createGreyScaler();
  let lookAt = -Infinity;
  let isNewShot = false;
  for await (const { frame, at } of decode(first, first.picture, light ? {} : { skip: 'nokey' })) {
    coded ??= { width: frame.width, height: frame.height };
    lastSeconds = Math.max(lastSeconds, at);
    if (at - scanned.startSeconds > LOOK_AT_SECONDS) break;
    isNewShot = (await cuts.isCut(frame)) || isNewShot;
    if (at < lookAt) continue;
    lookAt = at + LOOK_EVERY_SECONDS;
    const grey = await scaler.grey(frame);
    if (grey) watch.add(grey, { isNewShot });
    isNewShot = false;
  }
  await first[Symbol.asyncDispose]();

  const wanted = scanned.lastSeconds - Math.max(0.5, 4 * scanned.frameSeconds);
  return {
    ...(coded ? { coded } : {}),
    lastFrameDecodes:
      (coded !== undefined && lastSeconds >= wanted) || (await tailDecodes(reopen, scanned, wanted)),
    cameraMoves: watch.moves(),
  };
}

async function tailDecodes(
  reopen: () => Promise<OpenClip | undefined>,
  scanned: Scan,
  wanted: number,
): Promise<boolean> {
  await using clip = await reopen();
  if (!clip?.picture) return false;
  const begun = process.cpuUsage();
  for await (const { at } of decode(clip, clip.picture, { from: scanned.beforeLastKey })) {
    if (at >= wanted || processorMsSince(begun) > MAX_TAIL_MS) return true;
  }
  return false;
}

function processorMsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/** Every picture with its time in seconds. Packets before number `from` are read over. */
export async function* decode(
  clip: OpenClip,
  stream: Stream,
  options: DecoderOptions & { from?: number },
): AsyncGenerator<{ frame: Frame; at: number }> {
  readOnly(clip, stream);
  using decoder = await createDecoder(stream, options);
  if (!decoder) return;
  const unit = stream.timeBase.num / stream.timeBase.den;
  using packet = new Packet();
  packet.alloc();
  for (let read = 0; (await clip.format.readFrame(packet)) >= 0; read += 1) {
    if (packet.streamIndex === stream.index && read >= (options.from ?? 0))
      yield* timed(decoder.push(packet));
    packet.unref();
  }
  yield* timed(decoder.push(null));

  async function* timed(frames: AsyncGenerator<Frame>) {
    for await (const frame of frames) {
      const time = frame.bestEffortTimestamp;
      if (time !== AV_NOPTS_VALUE) yield { frame, at: Number(time) * unit };
    }
  }
}
