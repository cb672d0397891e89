/**
 * Pictures and clips for the tests, made when first asked for and kept in node_modules/.cache. They show shapes on
 * a textured ground, never a person: nothing here passes for one, so tests of the pose need pictures of their own.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Property } from './heic-boxes.ts';
import { inChild } from './in-child.ts';

const ENCODER = new URL('./encode-sample.ts', import.meta.url);

const HEIC_ENCODER = new URL('./encode-heic.ts', import.meta.url);

const FOLDER = join(import.meta.dirname, '../node_modules/.cache/strut-samples');
/** Raise it when what is made from the same options changes. */
const VERSION = 1;

export type SampleImage = {
  width?: number;
  height?: number;
  format?: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff';
  /** 1 to 8, as in EXIF; width and height are those of the stored pixels. */
  exifOrientation?: number;
  /** Puts a GPS position into the EXIF data. */
  gps?: boolean;
  /** A see-through corner, where the format has alpha. */
  alpha?: boolean;
  /** One colour all over in place of the four quarters. */
  colour?: string;
};

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

export type SampleHeic = {
  width?: number;
  height?: number;
  /** One colour all over in place of the four quarters. */
  colour?: string;
  /** The side of the tiles that it is put together from; by default it is one picture. */
  tile?: number;
  /** Of the picture as a whole, in their order. */
  properties?: Property[];
  /** As EXIF has it, which no reader is to go by. */
  exifOrientation?: number;
  /** A see-through corner. */
  alpha?: boolean;
  range?: 'full' | 'limited';
  matrix?: 'bt470bg' | 'bt709';
  /** Whether the coded picture says so itself. */
  saidByCodec?: boolean;
  pixelFormat?: 'yuv420p' | 'yuv422p10le' | 'yuv444p';
  /** The kind that the coded picture calls itself. */
  type?: string;
  /** The first one is what the file is for. */
  brands?: string[];
};

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

export type SampleClip = {
  seconds?: number;
  width?: number;
  height?: number;
  fps?: number;
  container?: 'mp4' | 'mov' | 'webm' | 'mkv' | 'avi' | 'gif' | 'webp' | 'apng';
  /** By default what the container usually holds. */
  codec?: 'h264' | 'hevc' | 'vp8' | 'vp9' | 'av1' | 'mpeg4' | 'mjpeg' | 'gif' | 'webp' | 'apng';
  /** A 440 Hz tone. */
  sound?: boolean;
  /** A second track of sound beside the first. */
  secondSound?: boolean;
  /** By default the sound is as long as the picture. */
  soundSeconds?: number;
  /** A still picture beside the sound, as music has (MP4). */
  cover?: boolean;
  /** A line of text that a player would show (MKV). */
  subtitles?: boolean;
  /** Degrees clockwise that a player turns the stored picture by. */
  rotation?: 0 | 90 | 180 | 270;
  /** `still`: a box moves before a still ground. `pan`: the ground slides. `zoom`: it grows. `cut`: another ground halfway. */
  camera?: 'still' | 'pan' | 'zoom' | 'cut';
  /** Width of a pixel by its height. */
  pixelAspect?: [number, number];
  /** The index before the data, as for the web (MP4 and MOV). */
  faststart?: boolean;
  /** How long the last picture stands; by default as long as the others. */
  lastSeconds?: number;
  /** Each picture is woven of two, the upper lines of the one before the lower lines of the other (H.264). */
  interlaced?: boolean;
  /** Only the middle third of each picture is there, the rest is see-through (VP8 and VP9 in WebM, APNG). */
  seeThrough?: boolean;
  /** Every fourth picture is missing, the others keep their times. */
  variableRate?: boolean;
  /** Begins with so many black pictures. */
  blackFrames?: number;
  /** Puts a place and a title into the metadata. */
  location?: boolean;
  pixelFormat?: 'yuv420p' | 'yuv444p';
  /** Leave the picture out: only a tone. */
  noPicture?: boolean;
};

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
  await make(making);
  await rename(making, path);
  return path;
}
