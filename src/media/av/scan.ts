/** Reads through a clip packet by packet, which decodes nothing and believes no header. */
import { setImmediate } from 'node:timers/promises';
import { AV_NOPTS_VALUE, AV_PKT_FLAG_DISCARD, AVERROR_EOF } from 'node-av/constants';
import { Packet, type Stream } from 'node-av/lib';
import { type OpenClip, readOnly } from './open-clip.ts';

export type Scan = {
  /** Of the picture, those that are shown. */
  packets: number;
  /** When the first picture is shown, in the clip's own time. */
  startSeconds: number;
  /** When the last picture is shown, in the clip's own time. It may stand for long. */
  lastSeconds: number;
  durationMs: number;
  /** Pictures a second on average. */
  fps: number;
  /** The usual distance of two pictures. */
  frameSeconds: number;
  /** How many packets come before the last one that can be decoded by itself. */
  beforeLastKey: number;
  /** The reading ended in an error. */
  damaged: boolean;
  /** An edit list hides some of what is stored. */
  hidden: boolean;
};

const YIELD_EVERY = 2_000;
/** Where neither packets nor headers tell how long a picture stands. */
const USUAL_FRAME_SECONDS = 1 / 25;

/** Reads to the end of the file; the clip has to be opened again to be decoded. */
export async function scan(clip: OpenClip, stream: Stream): Promise<Scan> {
  readOnly(clip, stream);
  using packet = new Packet();
  packet.alloc();
  const unit = stream.timeBase.num / stream.timeBase.den;
  const times: number[] = [];
  let last = { at: -Infinity, seconds: 0 };
  let beforeLastKey = 0;
  let damaged = false;
  let hidden = false;
  for (let read = 0; ; read += 1) {
    const code = clip.format.readFrameSync(packet);
    if (code < 0) {
      damaged ||= code !== AVERROR_EOF;
      break;
    }
    if (packet.streamIndex === stream.index) {
      if (packet.isKeyframe) beforeLastKey = read;
      const time = packet.pts === AV_NOPTS_VALUE ? packet.dts : packet.pts;
      if (packet.flags & AV_PKT_FLAG_DISCARD) hidden = true;
      else if (time !== AV_NOPTS_VALUE) {
        const at = Number(time) * unit;
        times.push(at);
        if (at > last.at) last = { at, seconds: Number(packet.duration) * unit };
      }
    }
    packet.unref();
    if (read % YIELD_EVERY === 0) await setImmediate();
  }
  const start = times.reduce((least, time) => Math.min(least, time), Infinity);
  const frameSeconds = medianStep(times) ?? Math.min(last.seconds || USUAL_FRAME_SECONDS, 1);
  // Matroska counts in whole milliseconds: among equal steps the last frame is as long as they are on average.
  const average = (last.at - start) / (times.length - 1);
  const rounding = 1.5 * Math.min(unit, 0.001);
  const lastSeconds = last.seconds || frameSeconds;
  const equal = [average, lastSeconds].every((step) => Math.abs(step - frameSeconds) <= rounding);
  const seconds = times.length === 0 ? 0 : last.at - start + (equal ? average : lastSeconds);
  return {
    packets: times.length,
    startSeconds: times.length === 0 ? 0 : start,
    lastSeconds: times.length === 0 ? 0 : last.at,
    durationMs: Math.round(seconds * 1000),
    fps: seconds > 0 ? times.length / seconds : 0,
    frameSeconds,
    beforeLastKey,
    damaged,
    hidden,
  };
}

/** Packets come in the order of decoding, so the times are sorted first. */
function medianStep(times: readonly number[]): number | undefined {
  const sorted = times.toSorted((a, b) => a - b);
  const steps = sorted.slice(1).map((time, at) => time - (sorted[at] ?? time));
  const median = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)];
  return median && median > 0 ? median : undefined;
}
