/**
 * Pictures and clips for the tests, made when first asked for and kept in node_modules/.cache. They show shapes on
 * a textured ground, never a person: nothing here passes for one, so tests of the pose need pictures of their own.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { inChild } from './in-child.ts';
import type { SampleClip, SampleHeic, SampleImage } from './sample-kinds.ts';

export type { SampleClip } from './sample-kinds.ts';

const ENCODER = new URL('./encode-sample.ts', import.meta.url);

const HEIC_ENCODER = new URL('./encode-heic.ts', import.meta.url);

const FOLDER = join(import.meta.dirname, '../node_modules/.cache/strut-samples');
/** Raise it when what is made from the same options changes. */
const VERSION = 2;

/** A picture whose left upper quarter is red, right upper green, left lower blue, right lower yellow. */
export function sampleImage(options: SampleImage = {}): Promise<string> {
  const { width = 400, height = 500, format = 'jpeg', exifOrientation, gps, alpha, colour } = options;
  return cached('image', options, format, async (path) => {
    const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
    const quarter = (fill: string, left: number, top: number) =>
      `<rect x="${left}" y="${top}" width="${half.width}" height="${half.height}" fill="${fill}"/>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${[
      alpha ? '' : quarter('red', 0, 0),
      quarter('lime', half.width, 0),
      quarter('blue', 0, half.height),
      quarter('yellow', half.width, half.height),
    ].join('')}</svg>`;
    let picture = sharp(Buffer.from(svg));
    if (colour) picture = sharp({ create: { width, height, channels: 3, background: colour } });
    if (!alpha) picture = picture.flatten({ background: 'white' });
    if (exifOrientation) picture = picture.withMetadata({ orientation: exifOrientation });
    if (gps) {
      picture = picture.withExifMerge({
        IFD0: { Artist: 'strut-sample-artist' },
        IFD3: {
          GPSLatitudeRef: 'N',
          GPSLatitude: '52/1 31/1 0/1',
          GPSLongitudeRef: 'E',
          GPSLongitude: '13/1 24/1 0/1',
        },
      });
    }
    await picture.toFormat(format).toFile(path);
  });
}

/** The same picture as `sampleImage` as a telephone would keep it. */
export async function sampleHeic(options: SampleHeic = {}): Promise<string> {
  const { width = 400, height = 500, alpha = false, colour } = options;
  const png = await sampleImage({ width, height, alpha, format: 'png', ...(colour ? { colour } : {}) });
  return cached('heic', serialisable(options), 'heic', (path) =>
    inChild(HEIC_ENCODER, 'encodeHeic', [path, png, options]),
  );
}

const serialisable = ({ properties = [], ...others }: SampleHeic): object => ({
  ...others,
  properties: properties.map(({ type, body }) => `${type} ${body.toString('hex')}`),
});

/** A clip whose every picture carries its number, see `frameNumber`. By default 3 s, 352×352, 15 fps, MP4, silent. */
export function sampleClip(options: SampleClip = {}): Promise<string> {
  return cached('clip', options, options.container ?? 'mp4', (path) =>
    inChild(ENCODER, 'encodeSample', [path, options]),
  );
}

/** Two red circles on see-through ground, 352×352, 1 s. */
export function sampleTransparentClip(format: 'webp' | 'gif' = 'webp'): Promise<string> {
  return cached('transparent', {}, format, async (path) => {
    const side = 352;
    const circle = (y: number) =>
      sharp(
        Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><circle cx="176" cy="${y}" r="60" fill="red"/></svg>`,
        ),
      )
        .ensureAlpha()
        .raw()
        .toBuffer();
    const pages = Buffer.concat([await circle(120), await circle(240)]);
    await sharp(pages, { raw: { width: side, height: side * 2, channels: 4, pageHeight: side } })
      [format]({ delay: [500, 500] })
      .toFile(path);
  });
}

/** Writes bytes to a file of the cache, named by what they are. */
export async function sampleBytes(bytes: Uint8Array, extension: string): Promise<string> {
  const key = createHash('sha256').update(bytes).digest('hex').slice(0, 24);
  return cached('bytes', { key }, extension, (path) => writeFile(path, bytes));
}

async function cached(
  kind: string,
  options: object,
  extension: string,
  make: (path: string) => Promise<unknown>,
): Promise<string> {
  const sorted = JSON.stringify(Object.entries(options).sort());
  const key = createHash('sha256').update(`${VERSION} ${kind} ${sorted}`).digest('hex').slice(0, 24);
  const path = join(FOLDER, `${kind}-${key}.${extension}`);
  if (existsSync(path)) return path;
  await mkdir(FOLDER, { recursive: true });
  // Several test files may make the same one at the same time: each writes its own and the last rename wins.
  const making = join(FOLDER, `making-${randomUUID()}.${extension}`);
  // A file that shares this worker may have loaded what shuts everything out that members may not send.
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
  await make(making);
  await rename(making, path);
  return path;
}
