import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { clap, imir, irot, nclx, profileOf } from '../heic-boxes.ts';
import { sampleHeic, sampleImage } from '../samples.ts';

const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
// The same path is written again and again.
sharp.cache(false);
let folder: string;
let toPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-heic-'));
  toPath = join(folder, 'normalised');
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

const [RED, LIME, BLUE, YELLOW] = ['red', 'lime', 'blue', 'yellow'];
const NAMES: Record<string, string> = {
  '5,0,0': 'red',
  '0,5,0': 'lime',
  '0,0,5': 'blue',
  '5,5,0': 'yellow',
  '5,5,5': 'white',
};

async function pixel(left: number, top: number): Promise<number[]> {
  return [...(await sharp(toPath).extract({ left, top, width: 1, height: 1 }).raw().toBuffer())];
}

/** The colours of the four corners, row by row. */
async function corners(): Promise<string[]> {
  const { width, height } = await sharp(toPath).metadata();
  const places: [number, number][] = [
    [30, 30],
    [width - 30, 30],
    [30, height - 30],
    [width - 30, height - 30],
  ];
  const pixels = await Promise.all(places.map(([left, top]) => pixel(left, top)));
  // Neither codec is exact.
  return pixels
    .map((values) => values.map((value) => Math.round(value / 51)).join())
    .map((key) => NAMES[key] ?? key);
}

async function normalised(path: string): Promise<{ width: number; height: number }> {
  const outcome = await media.normaliseImage(path, toPath);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  const { width, height } = outcome.value;
  return { width, height };
}

describe('a HEIC photograph', () => {
  it('is measured and taken', async () => {
    const path = await sampleHeic();
    const { size: bytes } = await stat(path);
    await expect(media.checkImage(path)).resolves.toEqual({
      ok: true,
      value: { mime: 'image/heic', width: 400, height: 500, bytes },
    });
  });

  it.each([
    ['one picture', {}],
    ['tiles of 64 pixels, the last ones cut off', { tile: 64 }],
    ['tiles of 128 pixels', { tile: 128 }],
    ['tiles of an uneven side', { tile: 101, pixelFormat: 'yuv444p' }],
    ['4:2:2 of ten bits, as cameras have', { pixelFormat: 'yuv422p10le' }],
    ['tiles in 4:2:2 of ten bits', { pixelFormat: 'yuv422p10le', tile: 128 }],
  ] as const)('keeps its place and colours (%s)', async (_, options) => {
    expect(await normalised(await sampleHeic(options))).toEqual({ width: 400, height: 500 });
    expect(await corners()).toEqual([RED, LIME, BLUE, YELLOW]);
    // Where the quarters meet there is no seam of another colour.
    expect((await pixel(190, 100)).map((value) => Math.round(value / 51))).toEqual([5, 0, 0]);
    expect((await pixel(210, 100)).map((value) => Math.round(value / 51))).toEqual([0, 5, 0]);
  });

  it.each([
    ['a quarter to the left', [irot(1)], [LIME, YELLOW, RED, BLUE]],
    ['half a turn', [irot(2)], [YELLOW, BLUE, LIME, RED]],
    ['a quarter to the right', [irot(3)], [BLUE, RED, YELLOW, LIME]],
    ['mirrored upside down', [imir(0)], [BLUE, YELLOW, RED, LIME]],
    ['mirrored sideways', [imir(1)], [LIME, RED, YELLOW, BLUE]],
    ['turned, then mirrored', [irot(1), imir(1)], [YELLOW, LIME, BLUE, RED]],
    ['mirrored, then turned', [imir(1), irot(1)], [RED, BLUE, LIME, YELLOW]],
    ['turned, then upside down', [irot(3), imir(0)], [YELLOW, LIME, BLUE, RED]],
  ] as const)('is upright (%s)', async (_, properties, expected) => {
    const turned = properties.some(({ type, body }) => type === 'irot' && (body[0] ?? 0) % 2 === 1);
    for (const tile of [{}, { tile: 128 }]) {
      const size = await normalised(await sampleHeic({ properties: [...properties], ...tile }));
      expect(size).toEqual(turned ? { width: 500, height: 400 } : { width: 400, height: 500 });
      expect(await corners()).toEqual(expected);
    }
  });

  it('is not turned once more by what EXIF says', async () => {
    const path = await sampleHeic({ properties: [irot(3)], exifOrientation: 6 });
    expect(await normalised(path)).toEqual({ width: 500, height: 400 });
    expect(await corners()).toEqual([BLUE, RED, YELLOW, LIME]);
  });

  it('is cropped to what its owner left of it', async () => {
    // The left half, and all of it below the upper quarter: red above blue.
    const left = await sampleHeic({ width: 800, height: 500, properties: [clap(320, 400, -240, 50)] });
    expect(await normalised(left)).toEqual({ width: 320, height: 400 });
    expect(await corners()).toEqual([RED, RED, BLUE, BLUE]);
    // The same after a quarter turn: what was left is then below.
    const turned = await sampleHeic({
      width: 800,
      height: 500,
      properties: [irot(1), clap(400, 320, 50, 240)],
    });
    expect(await normalised(turned)).toEqual({ width: 400, height: 320 });
    expect(await corners()).toEqual([RED, BLUE, RED, BLUE]);
  });

  it.each([
    ['full range, by the codec', { range: 'full' }],
    ['limited range, by the codec', { range: 'limited' }],
    ['BT.709, by the codec', { range: 'limited', matrix: 'bt709' }],
    ['full range, by the file', { range: 'full', saidByCodec: false, properties: [nclx(1, 13, 6, true)] }],
    [
      'limited range and BT.709, by the file',
      { range: 'limited', matrix: 'bt709', saidByCodec: false, properties: [nclx(1, 13, 1, false)] },
    ],
  ] as const)('has its own brightness and hue (%s)', async (_, options) => {
    const properties = 'properties' in options ? [...options.properties] : [];
    await normalised(await sampleHeic({ ...options, properties }));
    const [red = 0, green = 0, blue = 0] = await pixel(30, 30);
    expect([red > 247, green < 8, blue < 8]).toEqual([true, true, true]);
  });

  it('has the colours of its profile on a usual screen', async () => {
    // The corner says [200, 100, 100] in Display P3, which is redder in sRGB.
    const { icc } = await sharp(await sampleImage({ format: 'png' }))
      .withIccProfile('p3')
      .toBuffer()
      .then((bytes) => sharp(bytes).metadata());
    const options = { width: 400, height: 400, colour: 'rgb(200,100,100)' };
    const byProfile = await sampleHeic({ ...options, properties: [profileOf(icc ?? Buffer.alloc(0))] });
    const byNumbers = await sampleHeic({ ...options, properties: [nclx(12, 13, 6, true)] });
    for (const path of [byProfile, byNumbers]) {
      await normalised(path);
      const [red = 0, green = 0, blue = 0] = await pixel(200, 200);
      expect(
        [red, green, blue].map((value, index) => Math.abs(value - ([215, 93, 97][index] ?? 0)) <= 4),
      ).toEqual([true, true, true]);
    }
  });

  it('is white where it was see-through', async () => {
    await normalised(await sampleHeic({ alpha: true }));
    expect(await corners()).toEqual(['white', LIME, BLUE, YELLOW]);
  });

  it.each([
    ['mif1', 'heic'],
    ['heix', 'mif1'],
    ['msf1', 'heic', 'mif1'],
  ])('is told by its first brand (%s)', async (...brands) => {
    await expect(media.checkImage(await sampleHeic({ brands }))).resolves.toMatchObject({ ok: true });
  });

  it('takes no more than 3840 pixels a side', async () => {
    expect(await normalised(await sampleHeic({ width: 5000, height: 2500, tile: 512 }))).toEqual({
      width: 3840,
      height: 1920,
    });
  });
});
