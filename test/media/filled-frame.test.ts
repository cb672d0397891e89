import { AV_PIX_FMT_RGBA, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { describe, expect, it } from 'vitest';
import { filledFrame } from '../../src/media/av/filled-frame.ts';

const noise = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * 7 + 3) % 251));
const at = { pts: 5n, timeBase: { num: 1, den: 25 } };

describe('a frame of our own pixels', () => {
  it.each([1, 33, 64, 361])('%i wide holds them, row by row, in padded rows', (width) => {
    const bytes = noise(width * 7 * 4);
    using frame = filledFrame({
      bytes,
      width,
      height: 7,
      format: AV_PIX_FMT_RGBA,
      planes: [{ rowBytes: width * 4, rows: 7 }],
      ...at,
    });
    expect(frame.toBuffer().equals(bytes)).toBe(true);
    expect(frame.linesize[0]).toBeGreaterThanOrEqual(width * 4);
    expect((frame.linesize[0] ?? 0) % 32).toBe(0);
    expect(frame.pts).toBe(5n);
  });

  it('holds each plane of odd sides', () => {
    const bytes = noise(161 * 91 + 2 * 81 * 46);
    const chroma = { rowBytes: 81, rows: 46 };
    using frame = filledFrame({
      bytes,
      width: 161,
      height: 91,
      format: AV_PIX_FMT_YUV420P,
      planes: [{ rowBytes: 161, rows: 91 }, chroma, chroma],
      ...at,
    });
    expect(frame.toBuffer().equals(bytes)).toBe(true);
  });

  it('does not change when the buffer is used for the next one', () => {
    const bytes = Buffer.alloc(16 * 4 * 4, 5);
    const planes = [{ rowBytes: 16 * 4, rows: 4 }];
    using frame = filledFrame({ bytes, width: 16, height: 4, format: AV_PIX_FMT_RGBA, planes, ...at });
    bytes.fill(9);
    expect(frame.toBuffer()[0]).toBe(5);
  });

  it('is not made of too few bytes', () => {
    const planes = [{ rowBytes: 16 * 4, rows: 4 }];
    const short = { bytes: Buffer.alloc(100), width: 16, height: 4, format: AV_PIX_FMT_RGBA, planes, ...at };
    expect(() => filledFrame(short)).toThrow(RangeError);
  });
});
