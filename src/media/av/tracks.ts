/** The two ways a stream of a clip gets into an MP4: its packets as they are, or decoded, filtered and encoded. */
import { AV_NOPTS_VALUE, AV_PICTURE_TYPE_NONE } from 'node-av/constants';
import { avRescaleQ, type CodecContext, type Packet, type Stream } from 'node-av/lib';
import { createDecoder } from './decoder.ts';
import { createFilter } from './filter.ts';
import type { Mp4 } from './output.ts';

export type Track = {
  /** Takes the next packet of its stream; null is the end. */
  push(packet: Packet | null): Promise<void>;
  /** How much of the clip has been written, in seconds. */
  readonly seconds: number;
  close(): void;
};

/** What of the clip is wanted, in its own time. */
export type Window = { startSeconds: number; endSeconds: number };

const MILLISECOND = 0.001;
const RUN_UP_SECONDS = 0.1;

/** Packets outside of the window are left out, the others moved so that it starts at nought. */
export function copyTrack(mp4: Mp4, from: Stream, window: Window): Track {
  const to = mp4.addCopy(from);
  const unit = from.timeBase.num / from.timeBase.den;
  const offset = BigInt(Math.round(window.startSeconds / unit));
  let seconds = 0;
  return {
    async push(packet) {
      if (!packet) return;
      const time = packet.pts === AV_NOPTS_VALUE ? packet.dts : packet.pts;
      const at = Number(time) * unit;
      // The run-up that a sound decoder needs lies before the start; at the end, half a unit of grace for rounding.
      if (at < window.startSeconds - RUN_UP_SECONDS || at > window.endSeconds - unit / 2) return;
      seconds = at - window.startSeconds;
      if (packet.pts !== AV_NOPTS_VALUE) packet.pts -= offset;
      if (packet.dts !== AV_NOPTS_VALUE) packet.dts -= offset;
      // An MP4 takes the last packet's length from here: rounded down to a millisecond, it would end too early.
      if (unit === MILLISECOND) packet.duration += 1n;
      await mp4.write(packet, to, from.timeBase);
    },
    get seconds() {
      return seconds;
    },
    close: () => {},
  };
}

/** `chain` has to end in what the encoder takes. Undefined where nothing can decode the stream. */
export async function encodeTrack(
  mp4: Mp4,
  from: Stream,
  encoder: CodecContext,
  chain: string,
  maxFrames = Infinity,
): Promise<Track | undefined> {
  const decoder = await createDecoder(from);
  if (!decoder) return undefined;
  const filter = createFilter(chain, from);
  const to = mp4.addEncoded(encoder);
  let frames = 0;
  let seconds = 0;

  async function encode(filtered: ReturnType<typeof filter.push>): Promise<void> {
    for await (const frame of filtered) {
      frames += 1;
      // A picture that stands for hours would be repeated on and on.
      if (frames > maxFrames) return;
      frame.pts = avRescaleQ(frame.pts, filter.timeBase, encoder.timeBase);
      // Without it the MP4 would be taken to end where its last picture begins.
      frame.duration = avRescaleQ(frame.duration, filter.timeBase, encoder.timeBase);
      // Else the encoder would make a keyframe wherever the clip had one.
      frame.pictType = AV_PICTURE_TYPE_NONE;
      seconds = (Number(frame.pts) * encoder.timeBase.num) / encoder.timeBase.den;
      await mp4.encode(encoder, to, frame);
    }
  }

  return {
    async push(packet) {
      if (frames < maxFrames) {
        for await (const frame of decoder.push(packet)) {
          if (frame.bestEffortTimestamp === AV_NOPTS_VALUE) continue;
          frame.pts = frame.bestEffortTimestamp;
          await encode(filter.push(frame));
        }
      }
      if (packet) return;
      await encode(filter.push(null));
      await mp4.encode(encoder, to, null);
    },
    get seconds() {
      return seconds;
    },
    close() {
      decoder[Symbol.dispose]();
      filter[Symbol.dispose]();
      encoder.freeContext();
    },
  };
}
