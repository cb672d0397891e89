/** Checks and normalises the character picture, in a child process. */
import { stat, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ImageFacts } from '../core/media.ts';
import { accept, type Outcome, refuse } from '../core/refusals.ts';
import { sniff } from './sniff.ts';

/**
 * What the hosted models take: each side 300 to 65,536 px, ratio 1:2.5 to 2.5:1, JPEG or PNG of at most 10 MB
 * (Kling motion control, klingai.com developer pages, November 2026).
 */
const MIN_SIDE = 300;
const MAX_RATIO = 2.5;
const MAX_BYTES = 10_000_000;
/** What a child can decode within its memory (bench/media.ts): the phones' 50 megapixels, of AVIF less. */
const MAX_PIXELS = 51_000_000;
const MAX_AVIF_PIXELS = 20_000_000;
/** No model renders more than 1080 lines; beyond this a picture only takes longer to send. */
const MAX_SIDE = 4096;

sharp.cache(false);
sharp.concurrency(1);
// libvips reads far more than we take (SVG, TIFF, ...): what is not named here stays shut, whatever the bytes say.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
    'VipsForeignLoadNsgif',
  ],
});

/** Sniffs, measures and decodes once; a picture that would need too much memory is refused before it is decoded. */
export async function checkImage({ path }: { path: string }): Promise<Outcome<ImageFacts>> {
  const measured = await measure(path);
  if (!measured.ok) return measured;
  const pixels = await open(path).resize(64, 64, { fit: 'inside' }).raw().toBuffer().catch(ignore);
  return pixels ? measured : refuse({ code: 'broken-file', what: 'image' });
}

/**
 * Writes the picture upright, without metadata, as a JPEG that every provider takes. See-through parts become
 * white: the models know no alpha and would show whatever colour is stored under it.
 */
export async function normaliseImage(args: { path: string; toPath: string }): Promise<Outcome<ImageFacts>> {
  const measured = await measure(args.path);
  if (!measured.ok) return measured;
  // Without the optimised coding, which takes a tenth off, the encoder need not hold the whole picture once more.
  for (const [maxSide, quality] of [
    [MAX_SIDE, 92],
    [MAX_SIDE, 75],
    [MAX_SIDE / 2, 75],
  ] as const) {
    const jpeg = await open(args.path)
      .autoOrient()
      .resize(sizeWithin(measured.value, maxSide))
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false })
      .toBuffer({ resolveWithObject: true })
      .catch(ignore);
    if (!jpeg) return refuse({ code: 'broken-file', what: 'image' });
    const { width, height, size: bytes } = jpeg.info;
    if (bytes > MAX_BYTES) continue;
    await writeFile(args.toPath, jpeg.data);
    return accept({ mime: 'image/jpeg', width, height, bytes });
  }
  throw new Error(`a JPEG of ${MAX_SIDE / 2} pixels a side is over ${MAX_BYTES} bytes`);
}

/** The verdict from the first bytes and the header; no pixel is decoded. */
async function measure(path: string): Promise<Outcome<ImageFacts>> {
  const { image, found, empty } = await sniff(path);
  if (empty) return refuse({ code: 'broken-file', what: 'image' });
  if (!image) return refuse({ code: 'not-an-image', ...(found ? { found } : {}) });
  // The limit is off for the header, so that the refusal can tell the size.
  const header = await sharp(path, { limitInputPixels: false, pages: 1 }).metadata().catch(ignore);
  // The HEVC inside HEIC is patented: libvips comes without it.
  if (!header && image === 'HEIC') return refuse({ code: 'not-an-image', found: image });
  if (!header) return refuse({ code: 'broken-file', what: 'image' });
  const { width, height } = header.autoOrient;
  const maxPixels = image === 'AVIF' ? MAX_AVIF_PIXELS : MAX_PIXELS;
  if (width * height > maxPixels) {
    return refuse({ code: 'image-too-large', by: 'pixels', width, height, maxPixels });
  }
  if (Math.min(width, height) < MIN_SIDE)
    return refuse({ code: 'image-too-small', width, height, minSide: MIN_SIDE });
  if (Math.max(width, height) > MAX_RATIO * Math.min(width, height)) {
    return refuse({ code: 'image-bad-ratio', width, height, maxRatio: MAX_RATIO });
  }
  return accept({ mime: header.mediaType ?? 'image/*', width, height, bytes: (await stat(path)).size });
}

const open = (path: string) => sharp(path, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1 });

/** Scaled down where a side is over the limit, without falling under the smallest side by rounding. */
function sizeWithin({ width, height }: { width: number; height: number }, maxSide: number) {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale), fit: 'fill' } as const;
}

/** Bytes that can't be decoded are a verdict, not an error of ours. */
const ignore = (): undefined => undefined;
