/** How many pictures a second an encoded clip has: always the same number, whatever the clip's own were. */
import type { IRational } from 'node-av/lib';
import type { Scan } from './scan.ts';

/** More than the limit is usually a multiple of this. */
const FRAMES_PER_SECOND_INSTEAD = 30;
/** Matroska rounds times to milliseconds. */
const ROUNDING_SECONDS = 0.0015;

/** The median tells the beat where pictures are missing, the average tells it exactly where none are. */
export function usualRate({ fps, frameSeconds }: Scan): number {
  return Math.abs(1 / fps - frameSeconds) < ROUNDING_SECONDS ? fps : 1 / frameSeconds;
}

/** The beat of the encoded clip, to which pictures that come too early or too late are moved. */
export function evenRate(fps: number, maxFramesPerSecond = 60): IRational {
  if (fps > maxFramesPerSecond + 0.5) return { num: FRAMES_PER_SECOND_INSTEAD, den: 1 };
  const ntsc = [24, 30, 60].find((whole) => Math.abs(fps - (whole * 1000) / 1001) < 0.012);
  if (ntsc) return { num: ntsc * 1000, den: 1001 };
  const whole = Math.round(fps);
  if (whole > 0 && Math.abs(fps - whole) < 0.02 * whole) return { num: whole, den: 1 };
  return { num: Math.max(1, Math.round(fps * 100)), den: 100 };
}
