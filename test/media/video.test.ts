import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrokenVideo } from '../../src/core/media.ts';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { sampleBytes, sampleClip, sampleImage } from '../samples.ts';
import { readFrames, readShape, readSound } from './read-video.ts';

const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
// The same path is written again and again.
sharp.cache(false);
let folder: string;
let toPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-video-'));
  toPath = join(folder, 'made');
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

async function cut(path: string): Promise<string> {
  const bytes = await readFile(path);
  return sampleBytes(bytes.subarray(0, Math.floor(bytes.length * 0.7)), 'mp4');
}

describe('a finished video', () => {
  it('is measured as it is shown', async () => {
    const path = await sampleClip({ container: 'mov', width: 480, rotation: 90, sound: true });
    await expect(media.probeVideo(path)).resolves.toEqual({ width: 352, height: 480, durationMs: 3000 });
  });

  it('may be smaller than any clip', async () => {
    const path = await sampleClip({ width: 160, height: 160, seconds: 1 });
    await expect(media.probeVideo(path)).resolves.toEqual({ width: 160, height: 160, durationMs: 1000 });
  });

  it('is broken when it was cut, or is none', async () => {
    const whole = await sampleClip({ faststart: true });
    await expect(media.probeVideo(await cut(whole))).rejects.toBeInstanceOf(BrokenVideo);
    await expect(media.probeVideo(await sampleImage())).rejects.toBeInstanceOf(BrokenVideo);
  });

  it('is not called broken where nothing here can decode its kind', async () => {
    const bytes = await readFile(await sampleClip());
    bytes.write('zzzz', bytes.indexOf('avc1', bytes.indexOf('stsd')), 'latin1');
    const look = media.probeVideo(await sampleBytes(bytes, 'mp4'));
    await expect(look).rejects.toMatchObject({
      name: 'TaskFailed',
      message: expect.stringContaining('clip-undecodable'),
    });
  });
});

describe('a poster', () => {
  const brightness = async (path: string): Promise<number> =>
    (await sharp(path).stats()).channels[0]?.mean ?? 0;

  it('is the first picture that shows something', async () => {
    await media.poster(await sampleClip({ blackFrames: 12 }), toPath);
    await expect(sharp(toPath).metadata()).resolves.toMatchObject({
      format: 'jpeg',
      width: 352,
      height: 352,
    });
    expect(await brightness(toPath)).toBeGreaterThan(50);
  });

  it('is black where all is black', async () => {
    await media.poster(await sampleClip({ blackFrames: 1000 }), toPath);
    expect(await brightness(toPath)).toBeLessThan(30);
  });

  it('is upright, with square pixels, of a size that a chat shows', async () => {
    await media.poster(await sampleClip({ container: 'mov', width: 480, rotation: 270 }), toPath);
    await expect(sharp(toPath).metadata()).resolves.toMatchObject({ width: 352, height: 480 });
    await media.poster(await sampleClip({ pixelAspect: [4, 3] }), toPath);
    await expect(sharp(toPath).metadata()).resolves.toMatchObject({ width: 469, height: 352 });
    await media.poster(await sampleClip({ width: 1920, height: 1080, seconds: 1, fps: 5 }), toPath);
    await expect(sharp(toPath).metadata()).resolves.toMatchObject({ width: 1280, height: 720 });
  });

  it('can not be made of what is no video', async () => {
    await expect(media.poster(await sampleImage(), toPath)).rejects.toBeInstanceOf(BrokenVideo);
  });
});

describe('shrinking', () => {
  const original = () => sampleClip({ width: 720, height: 1280, fps: 30, sound: true });

  it.each([1_000_000, 300_000, 100_000])(
    'fits a video into %i bytes, with all its pictures and sound',
    async (maxBytes) => {
      const path = await original();
      expect((await stat(path)).size).toBeGreaterThan(maxBytes === 1_000_000 ? 0 : maxBytes);
      const shrunk = await media.shrink(path, toPath, { maxBytes, maxSide: 1280 });
      const { size } = await stat(toPath);
      expect(shrunk).toMatchObject({ bytes: size, durationMs: 3000 });
      expect(size).toBeLessThanOrEqual(maxBytes);
      // Bits that are allowed are used: no more is lost than has to be.
      expect(size).toBeGreaterThan(maxBytes * 0.5);
      expect(await readFrames(toPath)).toHaveLength(90);
      expect((await readSound(toPath)).peak).toBeGreaterThan(0.2);
    },
  );

  it('keeps to the longest side', async () => {
    await media.shrink(await original(), toPath, { maxBytes: 1_000_000, maxSide: 640 });
    await expect(readShape(toPath)).resolves.toMatchObject({ width: 360, height: 640 });
  });

  it('gives up where nothing would be left to see', async () => {
    await expect(
      media.shrink(await original(), toPath, { maxBytes: 3_000, maxSide: 1280 }),
    ).resolves.toBeUndefined();
  });
});
