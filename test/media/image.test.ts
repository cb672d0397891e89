import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';

import { sampleBytes, sampleClip, sampleImage } from '../samples.ts';

const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
// The same path is written again and again.
sharp.cache(false);
let folder: string;
let toPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-image-'));
  toPath = join(folder, 'normalised');
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Red, then a blue frame (PNG, 11.3.6). */
async function animatedPng(): Promise<Buffer> {
  const side = 400;
  const png = await sharp(await sampleImage({ width: side, height: side, colour: 'red', format: 'png' }))
    .png({ compressionLevel: 9 })
    .toBuffer();
  const words = (...values: number[]): Buffer => {
    const buffer = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, index * 4);
    return buffer;
  };
  const frame = (number: number): Buffer =>
    pngChunk('fcTL', Buffer.concat([words(number, side, side, 0, 0), Buffer.from('0001000a0000', 'hex')]));
  // Each row begins with the number of its filter: none.
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(side * 3, Buffer.from([0, 0, 255]))]);
  const blue = Buffer.alloc(row.length * side, row);
  const afterHeader = 33;
  const end = png.length - 12;
  return Buffer.concat([
    png.subarray(0, afterHeader),
    pngChunk('acTL', words(2, 0)),
    frame(0),
    png.subarray(afterHeader, end),
    frame(1),
    pngChunk('fdAT', Buffer.concat([words(2), deflateSync(blue)])),
    png.subarray(end),
  ]);
}

/** A PNG of one colour: thirty thousand pixels a side in a few hundred kilobytes. */
function bombPng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit a pixel, grey.
  header[8] = 1;
  const rows = Buffer.alloc((1 + Math.ceil(side / 8)) * side);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

const refusal = async (path: string) => {
  const outcome = await media.checkImage(path);
  // The longer way has to come to the same end.
  await expect(media.normaliseImage(path, toPath)).resolves.toEqual(outcome);
  return outcome.ok ? outcome : outcome.refusal;
};

describe('the verdict over a picture', () => {
  it.each([
    ['jpeg', 'image/jpeg'],
    ['png', 'image/png'],
    ['webp', 'image/webp'],
    ['avif', 'image/avif'],
    ['gif', 'image/gif'],
  ] as const)('takes %s', async (format, mime) => {
    const path = await sampleImage({ format });
    const { size: bytes } = await stat(path);
    await expect(media.checkImage(path)).resolves.toEqual({
      ok: true,
      value: { mime, width: 400, height: 500, bytes },
    });
  });

  it.each(['gif', 'webp'] as const)('takes the first picture of an animated %s', async (container) => {
    const path = await sampleClip({ container, seconds: 1, fps: 5 });
    await expect(media.checkImage(path)).resolves.toMatchObject({ ok: true, value: { width: 352 } });
    await expect(media.normaliseImage(path, toPath)).resolves.toMatchObject({ ok: true });
    expect((await sharp(toPath).metadata()).pages).toBeUndefined();
  });

  it('takes the first picture of an animated PNG', async () => {
    const bytes = await animatedPng();
    const path = await sampleBytes(bytes, 'png');
    await expect(media.checkImage(path)).resolves.toMatchObject({
      ok: true,
      value: { mime: 'image/png', width: 400, height: 400 },
    });
    await expect(media.normaliseImage(path, toPath)).resolves.toMatchObject({ ok: true });
    const { channels } = await sharp(toPath).stats();
    expect(channels.map(({ mean }) => Math.round(mean / 51))).toEqual([5, 0, 0]);
  });

  it('takes a JPEG that lacks only its last two bytes, and no more of it', async () => {
    const bytes = await readFile(await sampleImage());
    expect(bytes.subarray(-2)).toEqual(Buffer.from('ffd9', 'hex'));
    const path = await sampleBytes(bytes.subarray(0, -2), 'jpeg');
    await expect(media.checkImage(path)).resolves.toMatchObject({ ok: true });
    await expect(media.normaliseImage(path, toPath)).resolves.toMatchObject({ ok: true });
    const less = await sampleBytes(bytes.subarray(0, -40), 'jpeg');
    expect(await refusal(less)).toEqual({ code: 'broken-file', what: 'image' });
  });

  it('goes by the bytes, not by the name', async () => {
    const jpeg = await readFile(await sampleImage());
    await expect(media.checkImage(await sampleBytes(jpeg, 'mp4'))).resolves.toMatchObject({ ok: true });
    const clip = await readFile(await sampleClip());
    expect(await refusal(await sampleBytes(clip, 'jpeg'))).toEqual({ code: 'not-an-image', found: 'MP4' });
  });

  it.each([
    ['a text', Buffer.from('just words, many of them'), undefined],
    ['a PDF', Buffer.from('%PDF-1.7\n%more'), 'PDF'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"/>'), undefined],
  ])('says that %s is none', async (_, bytes, found) => {
    const expected = { code: 'not-an-image', ...(found ? { found } : {}) };
    expect(await refusal(await sampleBytes(bytes, 'bin'))).toEqual(expected);
  });

  it('names a picture of a kind that no provider takes', async () => {
    expect(await refusal(await sampleImage({ format: 'tiff' }))).toEqual({
      code: 'not-an-image',
      found: 'TIF',
    });
  });

  it.each([0, 3, 100])('calls a file of %i bytes broken', async (length) => {
    const bytes = (await readFile(await sampleImage())).subarray(0, length);
    expect(await refusal(await sampleBytes(bytes, 'jpeg'))).toEqual({ code: 'broken-file', what: 'image' });
  });

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)(
    'calls a %s that was cut broken',
    async (format) => {
      const bytes = await readFile(await sampleImage({ format }));
      const path = await sampleBytes(bytes.subarray(0, Math.floor(bytes.length * 0.6)), format);
      expect(await refusal(path)).toEqual({ code: 'broken-file', what: 'image' });
    },
  );

  it('refuses what is too small, with the limit and what it found', async () => {
    expect(await refusal(await sampleImage({ width: 299, height: 500 }))).toEqual({
      code: 'image-too-small',
      width: 299,
      height: 500,
      minSide: 300,
    });
  });

  it('takes a ratio of 1:2.5 and refuses one beyond', async () => {
    await expect(media.checkImage(await sampleImage({ width: 300, height: 750 }))).resolves.toMatchObject({
      ok: true,
    });
    expect(await refusal(await sampleImage({ width: 751, height: 300 }))).toEqual({
      code: 'image-bad-ratio',
      width: 751,
      height: 300,
      maxRatio: 2.5,
    });
  });

  it('measures the picture as it is shown', async () => {
    const path = await sampleImage({ width: 600, height: 400, exifOrientation: 6 });
    await expect(media.checkImage(path)).resolves.toMatchObject({ value: { width: 400, height: 600 } });
  });

  it('refuses a decompression bomb without decoding it', async () => {
    const bytes = bombPng(30_000);
    expect(bytes.length).toBeLessThan(1_000_000);
    // Decoded, it would be 900 MB: this child would not live to tell.
    const small = createMedia({ pool: createPool({ maxRssBytes: 250_000_000, log: { warn: () => {} } }) });
    await using _ = { [Symbol.asyncDispose]: () => small.stop() };
    await expect(small.checkImage(await sampleBytes(bytes, 'png'))).resolves.toEqual({
      ok: false,
      refusal: {
        code: 'image-too-large',
        by: 'pixels',
        width: 30_000,
        height: 30_000,
        maxPixels: 51_000_000,
      },
    });
  });

  it('refuses a header that promises more than anybody has', async () => {
    const bytes = await readFile(await sampleImage());
    const frame = bytes.indexOf(Buffer.from('ffc0', 'hex'));
    bytes.writeUInt16BE(65_500, frame + 5);
    bytes.writeUInt16BE(65_500, frame + 7);
    expect(await refusal(await sampleBytes(bytes, 'jpeg'))).toMatchObject({
      code: 'image-too-large',
      width: 65_500,
    });
  });
});

describe('the normalised picture', () => {
  const RED = [255, 0, 0];
  const LIME = [0, 255, 0];
  const BLUE = [0, 0, 255];
  const YELLOW = [255, 255, 0];
  const WHITE = [255, 255, 255];

  async function upperLeft(path: string): Promise<number[]> {
    const raw = await sharp(path).extract({ left: 30, top: 30, width: 1, height: 1 }).raw().toBuffer();
    // JPEG is not exact.
    return [...raw].map((value) => Math.round(value / 51) * 51);
  }

  it.each([
    [1, RED],
    [2, LIME],
    [3, YELLOW],
    [4, BLUE],
    [5, RED],
    [6, BLUE],
    [7, YELLOW],
    [8, LIME],
  ] as const)('is upright, whatever EXIF orientation it had (%i)', async (exifOrientation, colour) => {
    const path = await sampleImage({ width: 600, height: 400, exifOrientation });
    const turned = exifOrientation > 4;
    await expect(media.normaliseImage(path, toPath)).resolves.toMatchObject({
      ok: true,
      value: { mime: 'image/jpeg', width: turned ? 400 : 600, height: turned ? 600 : 400 },
    });
    await expect(upperLeft(toPath)).resolves.toEqual(colour);
    expect((await sharp(toPath).metadata()).orientation).toBeUndefined();
  });

  it('does not tell where the photo was taken', async () => {
    const path = await sampleImage({ gps: true });
    expect((await readFile(path)).includes('strut-sample-artist')).toBe(true);
    await media.normaliseImage(path, toPath);
    const { exif, xmp, iptc } = await sharp(toPath).metadata();
    expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined]);
    expect((await readFile(toPath)).includes('strut-sample-artist')).toBe(false);
  });

  it.each(['png', 'webp', 'avif', 'gif'] as const)('is white where %s was see-through', async (format) => {
    await media.normaliseImage(await sampleImage({ format, alpha: true }), toPath);
    await expect(upperLeft(toPath)).resolves.toEqual(WHITE);
  });

  it('is white where an animated PNG was see-through', async () => {
    const path = await sampleClip({ container: 'apng', seeThrough: true, fps: 5, seconds: 1 });
    await media.normaliseImage(path, toPath);
    await expect(upperLeft(toPath)).resolves.toEqual(WHITE);
  });

  it('has the colours of a screen, not of a press', async () => {
    const cmyk = await sharp(await sampleImage())
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    await media.normaliseImage(await sampleBytes(cmyk, 'jpeg'), toPath);
    await expect(sharp(toPath).metadata()).resolves.toMatchObject({ space: 'srgb', channels: 3 });
  });

  it('keeps the size of a small picture and scales a large one down', async () => {
    await expect(
      media.normaliseImage(await sampleImage({ width: 300, height: 300 }), toPath),
    ).resolves.toMatchObject({
      value: { width: 300, height: 300 },
    });
    const large = await media.normaliseImage(await sampleImage({ width: 6000, height: 3000 }), toPath);
    expect(large).toMatchObject({ value: { width: 3840, height: 1920 } });
  });

  it('has at most 10 MB, even of noise', async () => {
    const side = 2500;
    let state = 1;
    const tile = Uint8Array.from({ length: 100_003 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
    const noise = sharp(Buffer.alloc(side * side * 3, tile), {
      raw: { width: side, height: side, channels: 3 },
    });
    const path = await sampleBytes(await noise.png({ compressionLevel: 0 }).toBuffer(), 'png');
    // Good for one try at the usual quality, and too much for it.
    expect(
      (await sharp(path).jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer()).length,
    ).toBeGreaterThan(10_000_000);
    const outcome = await media.normaliseImage(path, toPath);
    expect(outcome).toMatchObject({ ok: true });
    const { size } = await stat(toPath);
    expect(size).toBeLessThanOrEqual(10_000_000);
    expect(size).toBeGreaterThan(2_000_000);
  });
});
