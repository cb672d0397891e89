/** Checks and normalises the character picture, in a child process. */
import { stat, writeFile } from 'node:fs/promises';
import type { ImageFacts } from '../core/media.ts';
import { accept, type Outcome, refuse } from '../core/refusals.ts';
import type { Size } from './av/geometry.ts';
import { MAX_BYTES, MAX_PIXELS, MAX_RATIO, MAX_SIDE, MIN_SIDE } from './image-limits.ts';
import { measureStill, readStill, type StillHeader, tryStill } from './stills.ts';

/** Sniffs, measures and decodes once; a picture that would need too much memory is refused before it is decoded. */
export async function checkImage({ path }: { path: string }): Promise<Outcome<ImageFacts>> {
  const measured = await measure(path);
  if (!measured.ok) return measured;
  const { format, mime, width, height } = measured.value;
  const tried = await tryStill(path, format);
  return tried.ok ? accept({ mime, width, height, bytes: (await stat(path)).size }) : tried;
}

/**
 * Writes the picture upright, without metadata, as a JPEG that every provider takes. See-through parts become
 * white: the models know no alpha and would show whatever colour is stored under it.
 */
export async function normaliseImage(args: { path: string; toPath: string }): Promise<Outcome<ImageFacts>> {
  const measured = await measure(args.path);
  if (!measured.ok) return measured;
  const { format, ...size } = measured.value;
  const jpeg = await readStill(args.path, format, MAX_SIDE, async (picture) => {
    // Without the optimised coding, which takes a tenth off, the encoder need not hold the whole picture once more.
    for (const [maxSide, quality] of [
      [MAX_SIDE, 92],
      [MAX_SIDE, 75],
      [MAX_SIDE / 2, 75],
    ] as const) {
      const made = await picture
        .clone()
        .resize({ ...sizeWithin(size, maxSide), fit: 'fill' })
        .jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false })
        .toBuffer({ resolveWithObject: true });
      if (made.info.size <= MAX_BYTES) return made;
    }
    return undefined;
  });
  if (!jpeg.ok) return jpeg;
  if (!jpeg.value) throw new Error(`a JPEG of ${MAX_SIDE / 2} pixels a side is over ${MAX_BYTES} bytes`);
  const { data, info } = jpeg.value;
  await writeFile(args.toPath, data);
  return accept({ mime: 'image/jpeg', width: info.width, height: info.height, bytes: info.size });
}

/** Whether the header promises what the models take. */
async function measure(path: string): Promise<Outcome<StillHeader>> {
  const measured = await measureStill(path);
  if (!measured.ok) return measured;
  const { width, height } = measured.value;
  if (width * height > MAX_PIXELS) {
    return refuse({ code: 'image-too-large', by: 'pixels', width, height, maxPixels: MAX_PIXELS });
  }
  if (Math.min(width, height) < MIN_SIDE)
    return refuse({ code: 'image-too-small', width, height, minSide: MIN_SIDE });
  if (Math.max(width, height) > MAX_RATIO * Math.min(width, height)) {
    return refuse({ code: 'image-bad-ratio', width, height, maxRatio: MAX_RATIO });
  }
  return measured;
}

/** Scaled down where a side is over the limit, without falling under the smallest side by rounding. */
function sizeWithin({ width, height }: Size, maxSide: number): Size {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
