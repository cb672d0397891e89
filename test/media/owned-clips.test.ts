/** Clips that are fine for whoever has them, though they are unlike what an encoder makes of its own accord. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { type SampleClip, sampleBytes, sampleClip, sampleTransparentClip } from '../samples.ts';
import { readFrames, readShape, readSound } from './read-video.ts';

const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
let folder: string;
let toPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-owned-'));
  toPath = join(folder, 'normalised');
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

const BROKEN = { ok: false, refusal: { code: 'broken-file', what: 'clip' } };
const TRAILER = Buffer.from('this is no box, but what a dashcam appends to its films');

/** The sizes of an MP4's outermost boxes stand before their names. */
function promiseMore(bytes: Buffer, box: string, more: number): Buffer {
  const at = bytes.indexOf(box) - 4;
  bytes.writeUInt32BE(bytes.readUInt32BE(at) + more, at);
  return bytes;
}

describe('a clip whose last picture stands for long', () => {
  it.each([
    ['MP4', { lastSeconds: 1.5 }, 4433],
    ['MP4', { lastSeconds: 20 }, 22_933],
    ['MKV', { lastSeconds: 8, container: 'mkv' }, 10_933],
    ['GIF', { lastSeconds: 4, container: 'gif', fps: 10 }, 6900],
  ] as [string, SampleClip, number][])(
    'ends where that picture ends (%s)',
    async (_, options, durationMs) => {
      const checked = await media.checkClip(await sampleClip(options));
      expect(checked).toMatchObject({ ok: true });
      expect(checked.ok && Math.abs(checked.value.durationMs - durationMs)).toBeLessThanOrEqual(15);
    },
  );

  it.each([
    ['copied', { lastSeconds: 2 }],
    ['encoded', { lastSeconds: 2, container: 'gif', fps: 10 }],
  ] as [string, SampleClip][])('keeps it where it is %s', async (_, options) => {
    const { fps = 15 } = options;
    const seconds = 3 - 1 / fps + 2;
    const written = await media.normaliseClip(await sampleClip(options), toPath, {});
    expect(written).toMatchObject({ ok: true });
    expect(written.ok && written.value.durationMs / 1000).toBeCloseTo(seconds, 1);
    expect((await readFrames(toPath)).at(-1)?.number).toBe(3 * fps - 1);
  });

  it('is still broken when its end is missing', async () => {
    const bytes = await readFile(await sampleClip({ lastSeconds: 2, faststart: true }));
    const cut = bytes.subarray(0, Math.floor(bytes.length * 0.9));
    await expect(media.checkClip(await sampleBytes(cut, 'mp4'))).resolves.toEqual(BROKEN);
  });
});

describe('a clip with more behind its end', () => {
  it.each([
    ['MP4', {}],
    ['MP4 with its index first', { faststart: true }],
    ['MOV', { container: 'mov' }],
    ['MKV', { container: 'mkv' }],
    ['WebM', { container: 'webm' }],
    ['AVI', { container: 'avi' }],
    ['GIF', { container: 'gif', fps: 10 }],
  ] as [string, SampleClip][])('is whole (%s)', async (_, options) => {
    const bytes = Buffer.concat([await readFile(await sampleClip(options)), TRAILER]);
    await expect(media.checkClip(await sampleBytes(bytes, 'bin'))).resolves.toMatchObject({
      ok: true,
      value: { durationMs: 3000 },
    });
  });
});

describe('a clip that promises a few bytes more than it has', () => {
  it('is whole where every sample is there', async () => {
    const bytes = promiseMore(await readFile(await sampleClip({ faststart: true, sound: true })), 'mdat', 8);
    await expect(media.checkClip(await sampleBytes(bytes, 'mp4'))).resolves.toMatchObject({
      ok: true,
      value: { durationMs: 3000, hasSound: true },
    });
  });

  it('is broken where the last one is not', async () => {
    const bytes = await readFile(await sampleClip({ faststart: true, sound: true }));
    const cut = bytes.subarray(0, bytes.length - 8);
    await expect(media.checkClip(await sampleBytes(cut, 'mp4'))).resolves.toEqual(BROKEN);
  });

  it('is whole where an AVI counts its own header in', async () => {
    const bytes = await readFile(await sampleClip({ container: 'avi' }));
    bytes.writeUInt32LE(bytes.length, 4);
    await expect(media.checkClip(await sampleBytes(bytes, 'avi'))).resolves.toMatchObject({ ok: true });
  });
});

describe('a clip whose edit list shows nothing of it', () => {
  it('is played as it is stored', async () => {
    const bytes = Buffer.from(await readFile(await sampleClip()));
    const list = bytes.indexOf('elst');
    // One edit, of no length and of nothing.
    expect(bytes.readUInt32BE(list + 8)).toBe(1);
    bytes.writeUInt32BE(0, list + 12);
    bytes.writeInt32BE(-1, list + 16);
    const path = await sampleBytes(bytes, 'mp4');
    await expect(media.checkClip(path)).resolves.toMatchObject({ ok: true, value: { durationMs: 3000 } });
    await expect(media.normaliseClip(path, toPath, {})).resolves.toMatchObject({
      ok: true,
      value: { durationMs: 3000 },
    });
    expect((await readFrames(toPath)).map(({ number }) => number)).toEqual(
      Array.from({ length: 45 }, (_, number) => number),
    );
  });
});

describe('a clip whose pictures lie in a box that calls itself free', () => {
  it.each([
    ['behind the index', true],
    ['before it', false],
  ])('is whole (%s)', async (_, faststart) => {
    const bytes = Buffer.from(await readFile(await sampleClip({ sound: true, faststart })));
    bytes.write('free', bytes.indexOf('mdat'), 'latin1');
    await expect(media.checkClip(await sampleBytes(bytes, 'mp4'))).resolves.toMatchObject({
      ok: true,
      value: { durationMs: 3000, hasSound: true },
    });
  });

  it.each([3, 100_000])('is whole where the last such box claims %i bytes', async (length) => {
    const box = Buffer.from('\0\0\0\0free');
    box.writeUInt32BE(length);
    const bytes = Buffer.concat([await readFile(await sampleClip({ faststart: true })), box]);
    await expect(media.checkClip(await sampleBytes(bytes, 'mp4'))).resolves.toMatchObject({
      ok: true,
      value: { durationMs: 3000 },
    });
  });
});

describe('a clip with sound that has no decoder here', () => {
  /** The sample entry of the sound number so and so, under another name. */
  async function renamed(which: number, options: SampleClip): Promise<string> {
    const bytes = await readFile(await sampleClip({ sound: true, ...options }));
    let at = -1;
    for (let nth = 0; nth < which; nth += 1) at = bytes.indexOf('mp4a', at + 40);
    bytes.write('apac', at, 'latin1');
    // The box that says AAC once more.
    bytes.write('free', bytes.indexOf('esds', at), 'latin1');
    return sampleBytes(bytes, 'mp4');
  }

  it('keeps the sound that has one, whichever comes first', async () => {
    const path = await renamed(1, { secondSound: true });
    await expect(media.checkClip(path)).resolves.toMatchObject({ ok: true, value: { hasSound: true } });
    await expect(media.normaliseClip(path, toPath, {})).resolves.toMatchObject({
      ok: true,
      value: { hasSound: true },
    });
    expect((await readSound(toPath)).peak).toBeGreaterThan(0.2);
  });

  it('says that it has none where that is all there is', async () => {
    const path = await renamed(1, {});
    await expect(media.checkClip(path)).resolves.toMatchObject({ ok: true, value: { hasSound: false } });
    await expect(media.normaliseClip(path, toPath, {})).resolves.toMatchObject({
      value: { hasSound: false },
    });
    expect((await readShape(toPath)).streams).toEqual(['picture']);
  });
});

describe('a see-through clip', () => {
  it.each([
    ['webm', 'vp8'],
    ['webm', 'vp9'],
    ['apng', 'apng'],
  ] as const)('lands on white (%s, %s)', async (container, codec) => {
    const path = await sampleClip({ container, codec, seeThrough: true, seconds: 1 });
    await media.normaliseClip(path, toPath, {});
    const frames = await readFrames(toPath);
    expect(frames).toHaveLength(15);
    for (const { grey, width } of frames) {
      expect(grey[40 * width + 20]).toBeGreaterThan(230);
      expect(grey[40 * width + width - 20]).toBeGreaterThan(230);
      // Beside the white box the ground of the middle is there: it is never so light.
      expect(grey[40 * width + Math.round(width / 3) + 6]).toBeLessThan(200);
    }
  });

  it('lands on white as a GIF too', async () => {
    await media.normaliseClip(await sampleTransparentClip('gif'), toPath, {});
    const [first] = await readFrames(toPath);
    expect(first?.grey[0]).toBeGreaterThan(230);
    expect(first?.grey[120 * 352 + 176]).toBeLessThan(150);
  });
});

describe('an interlaced clip', () => {
  /** How much rougher neighbouring lines are than those two apart: well over 1 where two pictures are woven into one. */
  function combing(grey: Uint8Array, width: number, height: number): number {
    let [near, far] = [0, 0];
    for (let y = 20; y < height * 0.8; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const at = y * width + x;
        near += Math.abs((grey[at] ?? 0) - (grey[at + width] ?? 0));
        far += Math.abs((grey[at] ?? 0) - (grey[at + 2 * width] ?? 0));
      }
    }
    return near / far;
  }

  it('is not copied as it is: its pictures come out whole', async () => {
    const path = await sampleClip({ interlaced: true, camera: 'pan' });
    const woven = (await readFrames(path))[10];
    expect(woven && combing(woven.grey, woven.width, woven.height)).toBeGreaterThan(1);
    await expect(media.normaliseClip(path, toPath, {})).resolves.toMatchObject({
      ok: true,
      value: { durationMs: 3000, fps: 15 },
    });
    const whole = (await readFrames(toPath))[10];
    expect(whole && combing(whole.grey, whole.width, whole.height)).toBeLessThan(0.8);
  });
});

describe('a clip that nothing here can decode', () => {
  it('is not called damaged, but by the name of what it is', async () => {
    const bytes = await readFile(await sampleClip({ sound: true }));
    bytes.write('zzzz', bytes.indexOf('avc1', bytes.indexOf('stsd')), 'latin1');
    await expect(media.checkClip(await sampleBytes(bytes, 'mp4'))).resolves.toEqual({
      ok: false,
      refusal: { code: 'clip-undecodable', found: 'zzzz', encrypted: false },
    });
  });

  it('is called encrypted where it is', async () => {
    const bytes = await readFile(await sampleClip());
    const stsd = bytes.indexOf('stsd');
    bytes.write('encv', bytes.indexOf('avc1', stsd), 'latin1');
    const [from, to] = [bytes.indexOf('mdat') + 4, bytes.indexOf('moov') - 4];
    for (let at = from; at < to; at += 1) bytes.writeUInt8((bytes[at] ?? 0) ^ 0x5a, at);
    await expect(media.checkClip(await sampleBytes(bytes, 'mp4'))).resolves.toMatchObject({
      refusal: { code: 'clip-undecodable', encrypted: true },
    });
  });
});

describe('a clip that is repeated', () => {
  it.each([
    ['GIF', { container: 'gif', fps: 10, seconds: 0.8 }, 8],
    ['animated WebP', { container: 'webp', fps: 10, seconds: 1 }, 10],
    ['animated PNG', { container: 'apng', fps: 10, seconds: 1 }, 10],
    ['video sticker', { container: 'webm', fps: 30, seconds: 1.2 }, 36],
    ['MP4', { seconds: 2, fps: 15, sound: true }, 30],
    ['MP4 whose beat does not fit', { seconds: 1, fps: 29.97 }, 30],
  ] as [string, SampleClip, number][])(
    'is exactly as long as it must be (%s)',
    async (_, options, pictures) => {
      const written = await media.normaliseClip(await sampleClip(options), toPath, { loopToSeconds: 3 });
      expect(written).toMatchObject({
        ok: true,
        value: { durationMs: 3000, hasSound: options.sound ?? false },
      });
      const shown = (await readFrames(toPath)).map(({ number }) => number);
      const fps = Math.round(options.fps ?? 15);
      expect(shown).toEqual(Array.from({ length: 3 * fps }, (_, index) => index % pictures));
    },
  );

  it('repeats its sound with it', async () => {
    const path = await sampleClip({ seconds: 1, sound: true });
    await media.normaliseClip(path, toPath, { loopToSeconds: 3 });
    const { seconds, peak } = await readSound(toPath);
    expect(seconds).toBeCloseTo(3, 1);
    expect(peak).toBeGreaterThan(0.2);
  });

  it('is left alone where it is long enough', async () => {
    const written = await media.normaliseClip(await sampleClip({ seconds: 4 }), toPath, { loopToSeconds: 3 });
    expect(written).toMatchObject({ ok: true, value: { durationMs: 4000 } });
  });
});
