import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Demuxer } from 'node-av/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { frameNumber } from '../paint-sample.ts';
import { type SampleClip, sampleClip, sampleImage, sampleTransparentClip } from '../samples.ts';
import { readBoxes, readFrames, readShape, readSound } from './read-video.ts';

const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
let folder: string;
let toPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-clip-'));
  toPath = join(folder, 'normalised');
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

/** Normalises and gives the facts; fails the test on a refusal. */
async function normalise(path: string, maxSeconds?: number) {
  const outcome = await media.normaliseClip(path, toPath, maxSeconds === undefined ? {} : { maxSeconds });
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
}

/** What the packets of each stream hold, container aside. */
async function packetHashes(path: string): Promise<string[]> {
  await using demuxer = await Demuxer.open(path);
  const hashes = demuxer.streams.map(() => createHash('sha256'));
  for await (using packet of demuxer.packets())
    if (packet?.data) hashes[packet.streamIndex]?.update(packet.data);
  return hashes.map((hash) => hash.digest('hex'));
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const SOURCES: [string, SampleClip][] = [
  ['MP4', { sound: true }],
  ['MOV', { container: 'mov', sound: true }],
  ['WebM with VP9', { container: 'webm', sound: true }],
  ['WebM with VP8', { container: 'webm', codec: 'vp8' }],
  ['MKV', { container: 'mkv', sound: true }],
  ['MKV with HEVC', { container: 'mkv', codec: 'hevc', sound: true }],
  ['MKV with AV1', { container: 'mkv', codec: 'av1' }],
  ['AVI', { container: 'avi' }],
  ['AVI with JPEGs', { container: 'avi', codec: 'mjpeg' }],
  ['GIF', { container: 'gif', fps: 10 }],
  ['animated WebP', { container: 'webp', fps: 10 }],
  ['animated PNG', { container: 'apng', fps: 10 }],
];

describe('the normalised clip', () => {
  it.each(SOURCES)(
    'is an MP4 that every provider takes, with every picture of %s in order and on time',
    async (_, options) => {
      const { fps = 15, sound = false } = options;
      const facts = await normalise(await sampleClip(options));
      const { size: bytes } = await stat(toPath);
      const expected = {
        container: 'MP4',
        width: 352,
        height: 352,
        durationMs: 3000,
        fps,
        hasSound: sound,
        bytes,
      };
      expect(facts).toEqual(expected);
      await expect(readShape(toPath)).resolves.toMatchObject({
        streams: sound ? ['picture', 'sound'] : ['picture'],
        codecs: sound ? ['h264', 'aac'] : ['h264'],
        pixels: 'yuv420p',
        pixelAspect: 1,
      });
      const boxes = await readBoxes(toPath);
      expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'));
      const frames = await readFrames(toPath);
      expect(frames.map((frame) => frame.number)).toEqual(numbers(3 * fps));
      for (const [index, frame] of frames.entries()) expect(frame.at).toBeCloseTo(index / fps, 2);
    },
  );

  describe('where nothing needs changing', () => {
    it.each([
      ['an MP4', { sound: true }],
      ['an MP4 with its index first', { sound: true, faststart: true }],
      ['an MKV', { container: 'mkv', sound: true }],
      ['an MP4 of uneven beat', { variableRate: true }],
    ] as [string, SampleClip][])('has the very packets of %s', async (_, options) => {
      const path = await sampleClip(options);
      await normalise(path);
      await expect(packetHashes(toPath)).resolves.toEqual(await packetHashes(path));
    });

    it('keeps the times of an uneven beat', async () => {
      const path = await sampleClip({ variableRate: true });
      await normalise(path);
      const times = (frames: { at: number }[]): number[] => frames.map(({ at }) => Math.round(at * 1000));
      expect(times(await readFrames(toPath))).toEqual(times(await readFrames(path)));
    });

    it('copies the picture even where the sound has to be encoded', async () => {
      const path = await sampleClip({ container: 'mkv', codec: 'h264', sound: true, soundSeconds: 5 });
      await normalise(path);
      const [picture] = await packetHashes(path);
      await expect(packetHashes(toPath)).resolves.toMatchObject([picture, expect.any(String)]);
    });
  });

  describe('is shown as the clip was', () => {
    it.each([
      [90, (x, y) => y + 480 * (351 - x)],
      [270, (x, y) => 479 - y + 480 * x],
    ] as [90 | 270, (x: number, y: number) => number][])(
      'turned by %i degrees',
      async (rotation, shownToStored) => {
        const facts = await normalise(
          await sampleClip({ container: 'mov', width: 480, rotation, seconds: 1 }),
        );
        expect(facts).toMatchObject({ width: 352, height: 480 });
        const frames = await readFrames(toPath);
        const upright = frames.map(({ grey, width, height }) => {
          const stored = new Uint8Array(480 * 352);
          for (let y = 0; y < height; y += 1) {
            for (let x = 0; x < width; x += 1) {
              stored[shownToStored(x, y)] = grey[y * width + x] ?? 0;
            }
          }
          return frameNumber(stored, 480, 352);
        });
        expect(upright).toEqual(numbers(15));
      },
    );

    it('on its head', async () => {
      await normalise(await sampleClip({ container: 'mov', rotation: 180, seconds: 1 }));
      const frames = await readFrames(toPath);
      const upright = frames.map(({ grey }) => frameNumber(grey.toReversed(), 352, 352));
      expect(upright).toEqual(numbers(15));
    });

    it('with square pixels', async () => {
      const facts = await normalise(await sampleClip({ pixelAspect: [4, 3], seconds: 1 }));
      expect(facts).toMatchObject({ width: 470, height: 352 });
      const frames = await readFrames(toPath);
      expect(frames.map((frame) => frame.number)).toEqual(numbers(15));
    });

    it('on white where it was see-through', async () => {
      await normalise(await sampleTransparentClip());
      const frames = await readFrames(toPath);
      expect(frames.length).toBeGreaterThan(0);
      for (const { grey } of frames) expect(grey[0]).toBeGreaterThan(230);
      // The circle went down by 120 rows: red in the one place first and in the other one last.
      const first = frames.at(0)?.grey[120 * 352 + 176] ?? 0;
      const last = frames.at(-1)?.grey[120 * 352 + 176] ?? 0;
      expect(first).toBeLessThan(150);
      expect(last).toBeGreaterThan(230);
    });
  });

  describe('is made to fit', () => {
    it('with even sides', async () => {
      const path = await sampleClip({ width: 353, height: 355, pixelFormat: 'yuv444p', seconds: 1 });
      const { width, height } = await normalise(path);
      expect([width % 2, height % 2]).toEqual([0, 0]);
      await expect(readShape(toPath)).resolves.toMatchObject({ pixels: 'yuv420p' });
    });

    it.each([
      ['scaled down when a side is too long', { width: 3900, height: 1000 }, { width: 1920, height: 492 }],
      [
        'scaled down no further than the other side allows',
        { width: 3900, height: 400 },
        { width: 3316, height: 340 },
      ],
    ] as const)('%s', async (_, size, expected) => {
      const facts = await normalise(await sampleClip({ ...size, seconds: 1, fps: 4 }));
      expect(facts).toMatchObject(expected);
    });

    it('with at most 60 pictures a second', async () => {
      const path = await sampleClip({ container: 'webm', fps: 120, seconds: 1 });
      await expect(normalise(path)).resolves.toMatchObject({ fps: 30, durationMs: 1000 });
    });

    it('with an even beat where it had to be encoded', async () => {
      const path = await sampleClip({ container: 'webm', codec: 'vp8', variableRate: true });
      await expect(normalise(path)).resolves.toMatchObject({ fps: 15, durationMs: 3000 });
      const shown = (await readFrames(toPath)).map((frame) => frame.number);
      // Every fourth picture was missing: the one before it stands in.
      expect(shown.slice(0, 8)).toEqual([0, 1, 2, 2, 4, 5, 6, 6]);
    });
  });

  describe('cut after so many seconds', () => {
    it.each([15, 10, 29.97, 23.976])(
      'is never longer, and not a picture shorter (%d a second)',
      async (fps) => {
        const facts = await normalise(await sampleClip({ seconds: 6, fps, sound: true }), 4);
        expect(facts.durationMs).toBeLessThanOrEqual(4000);
        expect(facts.durationMs).toBeGreaterThan(4000 - 1000 / fps);
        const shown = (await readFrames(toPath)).map((frame) => frame.number);
        expect(shown).toEqual(numbers(Math.floor(4 * fps)));
        const { containerSeconds } = await readShape(toPath);
        expect(containerSeconds).toBeLessThanOrEqual(4.001);
      },
    );

    it('keeps the sound of what is left', async () => {
      await normalise(await sampleClip({ seconds: 6, sound: true }), 4);
      const { seconds, peak } = await readSound(toPath);
      expect(seconds).toBeCloseTo(4, 1);
      expect(peak).toBeGreaterThan(0.2);
    });

    it('is only copied when it was no longer', async () => {
      const path = await sampleClip({ sound: true });
      await normalise(path, 10);
      await expect(packetHashes(toPath)).resolves.toEqual(await packetHashes(path));
    });
  });

  it.each([
    ['AAC', { sound: true }],
    ['Opus', { container: 'webm', sound: true }],
    ['MP3', { container: 'avi', sound: true }],
  ] as [string, SampleClip][])('keeps the sound (%s)', async (_, options) => {
    await normalise(await sampleClip(options));
    const { seconds, peak } = await readSound(toPath);
    expect(seconds).toBeCloseTo(3, 0);
    expect(peak).toBeGreaterThan(0.2);
  });

  it('ends with the picture, however long the sound is', async () => {
    for (const container of ['mp4', 'webm'] as const) {
      await normalise(await sampleClip({ container, sound: true, soundSeconds: 5 }));
      expect((await readShape(toPath)).containerSeconds).toBeLessThan(3.05);
    }
  });

  it.each(['mp4', 'webm'] as const)('does not tell where it was filmed (%s)', async (container) => {
    const path = await sampleClip({ container, location: true });
    expect((await readFile(path)).includes('strut-sample-title')).toBe(true);
    await normalise(path);
    const bytes = await readFile(toPath);
    expect(bytes.includes('strut-sample-title')).toBe(false);
    expect(bytes.includes('+52.5167')).toBe(false);
  });

  it('leaves subtitles behind', async () => {
    const path = await sampleClip({ container: 'mkv', sound: true, subtitles: true });
    expect((await readShape(path)).streams).toContain('other');
    await normalise(path);
    expect((await readShape(toPath)).streams).toEqual(['picture', 'sound']);
  });

  it('tells how far it is', async () => {
    const told: number[] = [];
    const path = await sampleClip({ container: 'webm', width: 1280, height: 720, seconds: 4 });
    await media.normaliseClip(path, toPath, { onProgress: (share) => told.push(share) });
    expect(told.length).toBeGreaterThan(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBeLessThanOrEqual(1);
    expect(told.at(-1)).toBeGreaterThan(0.3);
  });

  it('is given up when nobody wants it any more', async () => {
    const controller = new AbortController();
    const path = await sampleClip({ container: 'webm', width: 1280, height: 720, seconds: 4 });
    const options = { onProgress: () => controller.abort(new Error('changed my mind')) };
    await expect(media.normaliseClip(path, toPath, options, controller.signal)).rejects.toThrow(
      'changed my mind',
    );
  });

  it.each([
    ['a picture', () => sampleImage(), { code: 'not-a-video', found: 'JPEG' }],
    ['sound alone', () => sampleClip({ noPicture: true }), { code: 'no-picture-in-clip' }],
    [
      'a small clip',
      () => sampleClip({ width: 338 }),
      { code: 'clip-too-small', width: 338, height: 352, minSide: 340 },
    ],
  ])('is refused to %s', async (_, make, refusal) => {
    await expect(media.normaliseClip(await make(), toPath, {})).resolves.toEqual({ ok: false, refusal });
  });
});
