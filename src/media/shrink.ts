/** Makes a video small enough for a chat's upload limit, in a child process. */
import { stat } from 'node:fs/promises';
import type { Size } from './av/geometry.ts';
import { openClip, type SoundOption } from './av/open-clip.ts';
import { evenRate, usualRate } from './av/rate.ts';
import { transcode } from './av/transcode.ts';
import { readClip } from './check-clip.ts';
import type { TaskContext } from './task.ts';

export type ShrinkArgs = {
  path: string;
  toPath: string;
  maxBytes: number;
  maxSide: number;
} & SoundOption;
export type ShrunkVideo = Size & { durationMs: number; bytes: number };

const SOUND_BITS_PER_SECOND = 96_000;
/** For the container, and for the encoder's aim, which is good to some per cent. */
const MARGIN = 0.93;
/** Below this many bits a pixel faces dissolve: fewer pixels look better. */
const MIN_BITS_PER_PIXEL = 0.03;
/** Smaller than that is no video to give anybody. */
const MIN_SIDE = 160;

/**
 * H.264 and AAC in `maxBytes`: encoded once at the rate that should fit, and where it did not, again at the rate
 * that then must. Null when the video can't be read or would be too bad to show.
 */
export async function shrink(
  { path, toPath, maxBytes, maxSide, withoutSound }: ShrinkArgs,
  { progress }: Pick<TaskContext, 'progress'>,
): Promise<ShrunkVideo | null> {
  const read = await readClip(path, { withoutSound });
  if (!read.ok) return null;
  const { container, scanned, geometry, hasSound } = read.value;
  const seconds = scanned.durationMs / 1000;
  const rate = evenRate(usualRate(scanned));
  const soundBits = hasSound ? SOUND_BITS_PER_SECOND : 0;
  let bitsPerSecond = (maxBytes * 8 * MARGIN) / seconds - soundBits;

  for (const pass of [0, 1]) {
    const size = sizeFor(geometry.shown, maxSide, bitsPerSecond / (rate.num / rate.den));
    if (!size) return null;
    await using clip = await openClip(path, container, { withoutSound });
    if (!clip) return null;
    const written = await transcode(
      clip,
      toPath,
      {
        window: { startSeconds: scanned.startSeconds, endSeconds: scanned.startSeconds + seconds },
        picture: {
          ...size,
          rate,
          geometry,
          maxFrames: Infinity,
          preset: 'veryfast',
          quality: { bitsPerSecond },
        },
        sound: hasSound ? { bitsPerSecond: SOUND_BITS_PER_SECOND } : 'none',
      },
      (share) => progress((pass + share) / 2),
    );
    if (!written) return null;
    const { size: bytes } = await stat(toPath);
    if (bytes <= maxBytes) return { ...size, durationMs: scanned.durationMs, bytes };
    bitsPerSecond *= (maxBytes * MARGIN) / bytes;
  }
  return null;
}

/** Even sides within the limit, and no more pixels than the bits can fill. Undefined when too few would be left. */
function sizeFor({ width, height }: Size, maxSide: number, bitsPerFrame: number): Size | undefined {
  if (bitsPerFrame <= 0) return undefined;
  const fill = Math.sqrt(bitsPerFrame / (MIN_BITS_PER_PIXEL * width * height));
  const scale = Math.min(1, maxSide / Math.max(width, height), fill);
  if (Math.max(width, height) * scale < MIN_SIDE) return undefined;
  const even = (side: number): number => Math.max(2, 2 * Math.floor((side * scale) / 2));
  return { width: even(width), height: even(height) };
}
