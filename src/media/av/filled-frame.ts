/**
 * Frames from pixels of ours. `Frame.fromVideoBuffer` only points at the buffer (node-av 6.1, seen 2026-11-22): whoever
 * writes into it again, or lets go of it, changes a frame that an encoder still reads, and rows without the padding
 * that FFmpeg counts on are read past their end.
 */
import type { AVPixelFormat } from 'node-av/constants';
import { FFmpegError, Frame, Rational } from 'node-av/lib';

type Plane = { rowBytes: number; rows: number };

type Pixels = {
  /** The planes one after the other, their rows without padding. Free to be used again afterwards. */
  bytes: Uint8Array;
  width: number;
  height: number;
  format: AVPixelFormat;
  planes: readonly Plane[];
  pts: bigint;
  timeBase: { num: number; den: number };
};

/** A copy in memory of FFmpeg's own. Throws FFmpegError when there is no memory, RangeError for too few bytes. */
export function filledFrame({ bytes, width, height, format, planes, pts, timeBase }: Pixels): Frame {
  const needed = planes.reduce((sum, { rowBytes, rows }) => sum + rowBytes * rows, 0);
  if (bytes.length < needed) throw new RangeError(`${bytes.length} bytes are no picture of ${needed}`);
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { width, height, format, pts, timeBase: new Rational(timeBase.num, timeBase.den) });
  FFmpegError.throwIfError(frame.getBuffer());
  const data = frame.data ?? [];
  let from = 0;
  for (const [index, { rowBytes, rows }] of planes.entries()) {
    const stride = frame.linesize[index] ?? 0;
    for (let row = 0; row < rows; row += 1, from += rowBytes)
      data[index]?.set(bytes.subarray(from, from + rowBytes), row * stride);
  }
  return frame;
}
