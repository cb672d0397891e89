/** HEIC and AVIF pictures: what is in them, and their pixels. */
import type { Sharp } from 'sharp';
import { UnfitFrames } from '../av/filter.ts';
import type { Size } from '../av/geometry.ts';
import { UnknownHeif } from './boxes.ts';
import type { HeifKind } from './brands.ts';
import { openHeif } from './open.ts';
import { type HeifPicture, pictureIn } from './picture.ts';
import { decodeAll, render } from './render.ts';

/** The last row and column of tiles reach beyond the edge of a long and narrow picture by up to a quarter of it. */
const TILES_OVER_EDGE = 1.5;

/**
 * How large the picture is when it is shown, or what of it has to be decoded at once where that is over the limit,
 * however little is shown of it. Throws BrokenHeif, UnknownHeif.
 */
export async function measureHeif(path: string, kind: HeifKind, maxPixels: number): Promise<Size> {
  await using heif = await openHeif(path, kind);
  const picture = await pictureIn(heif);
  const { alpha, view } = picture;
  return overLimit(picture, maxPixels) ?? (alpha && overLimit(alpha, maxPixels)) ?? view.shown;
}

function overLimit({ stored, tile, tiles, columns }: HeifPicture, maxPixels: number): Size | undefined {
  const rows = tiles.length / columns;
  const whole = { width: tile.width * columns, height: tile.height * rows };
  const pixels = ({ width, height }: Size): number => width * height;
  if (pixels(whole) > maxPixels * TILES_OVER_EDGE) return whole;
  return [stored, tile].find((size) => pixels(size) > maxPixels);
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
