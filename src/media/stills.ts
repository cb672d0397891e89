/** Opens pictures of strangers in a child process: which readers may run, and what it means when they give up. */
import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { accept, type Outcome, refuse } from '../core/refusals.ts';
import type { Size } from './av/geometry.ts';
import { BrokenHeif, UnknownHeif } from './heif/boxes.ts';
import { MAX_PIXELS } from './image-limits.ts';
import { type ImageFormat, sniff } from './sniff.ts';

const MIME = { HEIC: 'image/heic', AVIF: 'image/avif' } as const;

sharp.cache(false);
sharp.concurrency(1);
// libvips reads far more than we take (SVG, TIFF, ...): what is not named here stays shut, whatever the bytes say.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif'],
});

/** It brings FFmpeg along, which no other picture needs. */
const heif = () => import('./heif/index.ts');

/** `width` and `height` as it is shown. */
export type StillHeader = Size & { format: ImageFormat; mime: string };

/** The verdict from the first bytes and the header; no pixel is decoded. */
export async function measureStill(path: string): Promise<Outcome<StillHeader>> {
  const { image: format, found, empty } = await sniff(path);
  if (empty) return refuse({ code: 'broken-file', what: 'image' });
  if (!format) return refuse({ code: 'not-an-image', ...(found ? { found } : {}) });
  return verdict(async () => {
    if (isHeif(format)) {
      const size = await (await heif()).measureHeif(path, format, MAX_PIXELS);
      return { format, mime: MIME[format], ...size };
    }
    // The limit is off for the header, so that a refusal can tell the size.
    const header = await libvips(() => sharp(path, { limitInputPixels: false, pages: 1 }).metadata());
    const { width, height } = header.autoOrient;
    return { format, mime: header.mediaType ?? 'image/*', width, height };
  });
}

/** Decodes all of it, for the verdict alone. */
export async function tryStill(path: string, format: ImageFormat): Promise<Outcome<void>> {
  if (isHeif(format)) return verdict(async () => (await heif()).tryHeif(path, format));
  const tried = await readStill(path, format, 64, async (picture) => {
    await picture.resize(64, 64, { fit: 'inside' }).raw().toBuffer();
  });
  return tried;
}

/**
 * Gives `use` the picture upright and in a usual screen's colours. See-through parts are white. It may be larger than
 * `maxSide`, which says only that more is not wanted: `use` is to resize it.
 */
export async function readStill<T>(
  path: string,
  format: ImageFormat,
  maxSide: number,
  use: (picture: Sharp) => Promise<T>,
): Promise<Outcome<T>> {
  const plain = (picture: Sharp): Sharp =>
    picture.autoOrient().flatten({ background: 'white' }).toColourspace('srgb');
  return verdict(async () => {
    if (isHeif(format)) return use(plain(await (await heif()).readHeif(path, format, maxSide)));
    const options = { limitInputPixels: MAX_PIXELS, pages: 1 };
    const read = libvips(() => use(plain(sharp(path, { ...options, failOn: 'error' }))));
    if (format !== 'JPEG') return read;
    // One that lacks only its last two bytes is whole. With them, what else it lacks is no more than a warning.
    return read.catch(async () => {
      const bytes = Buffer.concat([await readFile(path), JPEG_END]);
      const strict = { ...options, failOn: 'warning' } as const;
      // All of it first: a smaller picture is made without its last rows.
      await libvips(() => sharp(bytes, strict).extractChannel(0).raw().toBuffer());
      return libvips(() => use(plain(sharp(bytes, strict))));
    });
  });
}

const JPEG_END = Buffer.from('ffd9', 'hex');

const isHeif = (format: ImageFormat): format is keyof typeof MIME => Object.hasOwn(MIME, format);

/** libvips could make no picture of it. */
class BrokenStill extends Error {
  override name = 'BrokenStill';
}

/** Whatever libvips says of bytes that it can't read is the file's fault. */
async function libvips<T>(work: () => Promise<T>): Promise<T> {
  return work().catch((cause: unknown) => {
    throw new BrokenStill('libvips gave up', { cause });
  });
}

/** Bytes that can't be decoded are a verdict, not an error of ours. */
async function verdict<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return accept(await work());
  } catch (error) {
    if (error instanceof UnknownHeif) return refuse({ code: 'not-an-image', found: error.found });
    if (error instanceof BrokenHeif || error instanceof BrokenStill)
      return refuse({ code: 'broken-file', what: 'image' });
    throw error;
  }
}
