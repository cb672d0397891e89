/** Checks and normalises the character picture, in a child process. */
import { stat, writeFile } from 'node:fs/promises';
import type { Box } from '../core/coach/look.ts';
import type { ImageFacts } from '../core/media.ts';
import type { ImageLimits } from '../core/models/model.ts';
import { DEFAULT_MODEL } from '../core/models/registry.ts';
import { accept, type Outcome, refuse } from '../core/refusals.ts';
import type { Size } from './av/geometry.ts';
import { MAX_PIXELS } from './image-limits.ts';
import { measureStill, readStill, type StillHeader, tryStill } from './stills.ts';

type Limited = { path: string; limits?: ImageLimits | undefined };
type Cropped = Limited & { crop?: Box | undefined };

const WHOLE: Box = { left: 0, top: 0, width: 1, height: 1 };

/** Sniffs, measures and decodes once; a picture that would need too much memory is refused before it is decoded. */
export async function checkImage({ path, limits }: Limited): Promise<Outcome<ImageFacts>> {
  const measured = await measure({ path, limits });
  if (!measured.ok) return measured;
  const { format, mime, width, height } = measured.value;
  const tried = await tryStill(path, format);
  return tried.ok ? accept({ mime, width, height, bytes: (await stat(path)).size }) : tried;
}

/**
 * Writes the picture, or the part of it that `crop` says, upright, without metadata, as a JPEG within the model's limits. See-through parts become
 * white: the models know no alpha and would show whatever colour is stored under it.
 */
export async function normaliseImage(args: Cropped & { toPath: string }): Promise<Outcome<ImageFacts>> {
  const { limits = DEFAULT_MODEL.image, crop = WHOLE } = args;
  const { maxSide: most, maxBytes } = limits;
  const measured = await measure({ path: args.path, limits, crop });
  if (!measured.ok) return measured;
  const { format, ...size } = measured.value;
  const wanted = Math.ceil(most / Math.min(crop.width, crop.height));
  const jpeg = await readStill(args.path, format, wanted, async (whole) => {
    const { autoOrient } = await whole.metadata();
    const picture = args.crop ? whole.extract(areaOf(args.crop, autoOrient)) : whole;
    // Without the optimised coding, which takes a tenth off, the encoder need not hold the whole picture once more.
    for (const [maxSide, quality] of [
      [most, 92],
      [most, 75],
      [most / 2, 75],
    ] as const) {
      const made = await picture
        .clone()
        .resize({ ...sizeWithin(size, { ...limits, maxSide }), fit: 'fill' })
        .jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false })
        .toBuffer({ resolveWithObject: true });
      if (made.info.size <= maxBytes) return made;
    }
    return undefined;
  });
  if (!jpeg.ok) return jpeg;
  if (!jpeg.value) throw new Error(`a JPEG of ${most / 2} pixels a side is over ${maxBytes} bytes`);
  const { data, info } = jpeg.value;
  await writeFile(args.toPath, data);
  return accept({ mime: 'image/jpeg', width: info.width, height: info.height, bytes: info.size });
}

/** Whether the header promises what the model takes. */
async function measure({
  path,
  limits = DEFAULT_MODEL.image,
  crop = WHOLE,
}: Cropped): Promise<Outcome<StillHeader>> {
  const { minSide } = limits;
  const maxRatio = limits.maxRatio ?? limits.maxSide / minSide;
  const measured = await measureStill(path);
  if (!measured.ok) return measured;
  const whole = measured.value;
  if (whole.width * whole.height > MAX_PIXELS) {
    return refuse({ code: 'image-too-large', by: 'pixels', ...sizeOf(whole), maxPixels: MAX_PIXELS });
  }
  const { width, height } = areaOf(crop, whole);
  if (Math.min(width, height) < minSide) return refuse({ code: 'image-too-small', width, height, minSide });
  if (Math.max(width, height) > maxRatio * Math.min(width, height)) {
    return refuse({ code: 'image-bad-ratio', width, height, maxRatio });
  }
  return accept({ ...whole, width, height });
}

const sizeOf = ({ width, height }: Size): Size => ({ width, height });

/** In pixels, and at least one of them. */
export function areaOf(box: Box, { width, height }: Size): Size & { left: number; top: number } {
  const left = Math.min(width - 1, Math.round(box.left * width));
  const top = Math.min(height - 1, Math.round(box.top * height));
  return {
    left,
    top,
    width: Math.max(1, Math.min(width - left, Math.round(box.width * width))),
    height: Math.max(1, Math.min(height - top, Math.round(box.height * height))),
  };
}

/** Scaled down where a side is over the limit, without falling under the smallest side by rounding. */
function sizeWithin(
  { width, height }: Size,
  { minSide, maxSide, maxShortSide = maxSide }: Pick<ImageLimits, 'minSide' | 'maxSide' | 'maxShortSide'>,
): Size {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const scale = Math.min(1, Math.max(minSide / short, Math.min(maxSide / long, maxShortSide / short)));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
