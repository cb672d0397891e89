/** HEIC and AVIF pictures: what is in them, and their pixels. */
import type { Sharp } from 'sharp';
import { UnfitFrames } from '../av/filter.ts';
import type { Size } from '../av/geometry.ts';
import { UnknownHeif } from './boxes.ts';
import type { HeifKind } from './brands.ts';
import { openHeif } from './open.ts';
import { pictureIn } from './picture.ts';
import { decodeAll, render } from './render.ts';

/**
 * How large the picture is when it is shown, or before it is cropped where that alone is over the limit: all of it has
 * to be decoded. Throws BrokenHeif, UnknownHeif.
 */
export async function measureHeif(path: string, kind: HeifKind, maxPixels: number): Promise<Size> {
  await using heif = await openHeif(path, kind);
  const { stored, view } = await pictureIn(heif);
  return stored.width * stored.height > maxPixels ? stored : view.shown;
}

/** Decodes all of it. Throws BrokenHeif, UnknownHeif. */
export async function tryHeif(path: string, kind: HeifKind): Promise<void> {
  await using heif = await openHeif(path, kind);
  await decodeAll(heif, await pictureIn(heif));
}

/** Upright, without alpha, scaled down where a side is longer than `maxSide`. Throws BrokenHeif, UnknownHeif. */
export async function readHeif(path: string, kind: HeifKind, maxSide: number): Promise<Sharp> {
  await using heif = await openHeif(path, kind);
  const picture = await pictureIn(heif);
  const { width, height } = picture.view.shown;
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return await render(heif, picture, { width: side(width), height: side(height) }).catch((error: unknown) => {
    // Whatever its headers say of its numbers, FFmpeg has no way from there to RGB.
    throw error instanceof UnfitFrames ? new UnknownHeif(`${kind} of unusual colours`) : error;
  });
}
