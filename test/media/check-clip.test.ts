import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { personClip } from '../people.ts';
import { type SampleClip, sampleBytes, sampleClip, sampleImage } from '../samples.ts';

const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
afterAll(() => media.stop());

const refusal = async (path: string) => {
  const outcome = await media.checkClip(path);
  return outcome.ok ? outcome : outcome.refusal;
};

const CONTAINERS: [string, SampleClip][] = [
  ['MP4', { container: 'mp4', sound: true }],
  ['MOV', { container: 'mov', sound: true }],
  ['WebM', { container: 'webm', sound: true }],
  ['MKV', { container: 'mkv', sound: true }],
  ['AVI', { container: 'avi' }],
  ['GIF', { container: 'gif', fps: 10 }],
  ['animated WebP', { container: 'webp', fps: 10 }],
  ['animated PNG', { container: 'apng', fps: 10 }],
];

describe('the verdict over a clip', () => {
  it.each(CONTAINERS)('takes %s', async (container, options) => {
    const path = await sampleClip(options);
    await expect(media.checkClip(path)).resolves.toEqual({
      ok: true,
      value: {
        container,
        width: 352,
        height: 352,
        durationMs: 3000,
        fps: options.fps ?? 15,
        hasSound: options.sound ?? false,
        bytes: (await stat(path)).size,
        cameraMoves: false,
      },
    });
  });

  it.each([
    ['MKV', 'hevc'],
    ['MKV', 'av1'],
    ['WebM', 'vp8'],
    ['AVI', 'mjpeg'],
  ] as const)('takes %s with %s', async (container, codec) => {
    const path = await sampleClip({
      codec,
      container: container === 'WebM' ? 'webm' : container === 'AVI' ? 'avi' : 'mkv',
    });
    await expect(media.checkClip(path)).resolves.toMatchObject({
      ok: true,
      value: { container, durationMs: 3000 },
    });
  });

  it('goes by the bytes, not by the name', async () => {
    const clip = await readFile(await sampleClip());
    await expect(media.checkClip(await sampleBytes(clip, 'jpeg'))).resolves.toMatchObject({ ok: true });
    const jpeg = await readFile(await sampleImage());
    expect(await refusal(await sampleBytes(jpeg, 'mp4'))).toEqual({ code: 'not-a-video', found: 'JPEG' });
  });

  it.each([
    ['PNG', () => sampleImage({ format: 'png' })],
    ['still GIF', () => sampleImage({ format: 'gif' })],
    ['WebP', () => sampleImage({ format: 'webp' })],
    ['PDF', () => sampleBytes(Buffer.from('%PDF-1.7\n%more'), 'bin')],
    ['M4A', () => sampleBytes(Buffer.from('00000018667479704d344120000000006d703432', 'hex'), 'bin')],
  ])('says that a %s is none', async (found, make) => {
    expect(await refusal(await make())).toEqual({ code: 'not-a-video', found });
  });

  it('says that a text is none, though not what it is', async () => {
    const playlist = Buffer.from('#EXTM3U\n#EXTINF:3,\nfile:///etc/passwd\n');
    expect(await refusal(await sampleBytes(playlist, 'mp4'))).toEqual({ code: 'not-a-video' });
  });

  it('misses the picture where there is only sound', async () => {
    expect(await refusal(await sampleClip({ noPicture: true }))).toEqual({ code: 'no-picture-in-clip' });
    const song = await sampleClip({ noPicture: true, cover: true });
    expect(await refusal(song)).toEqual({ code: 'no-picture-in-clip' });
  });

  describe('on its size', () => {
    it.each([
      [90, 352, 480],
      [180, 480, 352],
      [270, 352, 480],
    ] as const)(
      'measures the picture as it is shown, turned by %i degrees',
      async (rotation, width, height) => {
        const path = await sampleClip({ container: 'mov', width: 480, rotation });
        await expect(media.checkClip(path)).resolves.toMatchObject({ value: { width, height } });
      },
    );

    it('makes pixels square', async () => {
      const wide = await sampleClip({ pixelAspect: [4, 3] });
      await expect(media.checkClip(wide)).resolves.toMatchObject({ value: { width: 469, height: 352 } });
      const tall = await sampleClip({ pixelAspect: [3, 4] });
      await expect(media.checkClip(tall)).resolves.toMatchObject({ value: { width: 352, height: 469 } });
    });

    it('refuses what is too small, with the limit and what it found', async () => {
      const small = { code: 'clip-too-small', width: 338, height: 352, minSide: 340 };
      expect(await refusal(await sampleClip({ width: 338 }))).toEqual(small);
      await expect(media.checkClip(await sampleClip({ width: 340 }))).resolves.toMatchObject({ ok: true });
    });

    it('refuses what can not be scaled to fit', async () => {
      const path = await sampleClip({ width: 4000, height: 346, seconds: 1, fps: 2 });
      expect(await refusal(path)).toEqual({
        code: 'clip-too-large',
        by: 'pixels',
        width: 4000,
        height: 346,
        maxSide: 3850,
      });
    });

    it('refuses a header that promises more than anybody has', async () => {
      const bytes = await readFile(await sampleClip({ container: 'gif', fps: 10 }));
      bytes.writeUInt16LE(16_000, 6);
      bytes.writeUInt16LE(16_000, 8);
      const path = await sampleBytes(bytes, 'gif');
      expect(await refusal(path)).toMatchObject({ code: 'clip-too-large', width: 16_000 });
    });
  });

  describe('on its length', () => {
    it('asks the picture, not the sound', async () => {
      const path = await sampleClip({ sound: true, soundSeconds: 5 });
      await expect(media.checkClip(path)).resolves.toMatchObject({
        value: { durationMs: 3000, hasSound: true },
      });
    });

    it.each(['mvhd', 'tkhd', 'mdhd'])('does not believe a lying header (%s)', async (box) => {
      const bytes = await readFile(await sampleClip({ sound: true }));
      for (let at = bytes.indexOf(box); at >= 0; at = bytes.indexOf(box, at + 1)) {
        // Version 0: two times of four bytes, then the scale (tkhd: id and a reserved word), then the duration.
        const duration = at + (box === 'tkhd' ? 24 : 20);
        bytes.writeUInt32BE(bytes.readUInt32BE(duration) * 100, duration);
      }
      const path = await sampleBytes(bytes, 'mp4');
      await expect(media.checkClip(path)).resolves.toMatchObject({ value: { durationMs: 3000, fps: 15 } });
    });

    it('counts where the header says nothing', async () => {
      const bytes = await readFile(await sampleClip({ container: 'webm' }));
      // The Duration element (44 89) becomes Void (EC) with the rest as its data: as a browser records.
      const at = bytes.indexOf(Buffer.from('448988', 'hex'));
      expect(at).toBeGreaterThan(0);
      bytes.set([0xec, 0x89], at);
      await expect(media.checkClip(await sampleBytes(bytes, 'webm'))).resolves.toMatchObject({
        value: { durationMs: 3000 },
      });
    });

    it('knows how long the last picture stands where others are missing', async () => {
      const path = await sampleClip({ variableRate: true });
      await expect(media.checkClip(path)).resolves.toMatchObject({ value: { durationMs: 3000, fps: 11.33 } });
    });
  });

  describe('on the camera', () => {
    it.each(['pan', 'zoom', 'cut'] as const)('sees a %s', async (camera) => {
      await expect(media.checkClip(await sampleClip({ camera }))).resolves.toMatchObject({
        value: { cameraMoves: true },
      });
    });
  });

  it('is that its sound can not be read, where that makes its decoder abort', async () => {
    const path = join(tmpdir(), `strut-abort-${process.pid}.mp4`);
    const bytes = await readFile(await sampleClip({ seconds: 1, sound: true }));
    // AAC that calls itself AC-4: the decoder takes that for a fault of its own and aborts the process.
    bytes.write('ac-4', bytes.indexOf('mp4a'), 'latin1');
    bytes.write('dac4', bytes.indexOf('esds'), 'latin1');
    await writeFile(path, bytes);
    try {
      const facts = { hasSound: false, soundUnreadable: true };
      await expect(media.checkClip(path)).resolves.toMatchObject({ ok: true, value: facts });
      const silent = await media.normaliseClip(path, `${path}.out.mp4`, {});
      expect(silent).toMatchObject({ ok: true, value: { hasSound: false } });
    } finally {
      await Promise.all([rm(path), rm(`${path}.out.mp4`, { force: true })]);
    }
  });

  describe('on damage', () => {
    const BROKEN = { code: 'broken-file', what: 'clip' };

    it.each([0, 60])('calls a file of %i bytes broken', async (length) => {
      const bytes = (await readFile(await sampleClip({ faststart: true }))).subarray(0, length);
      expect(await refusal(await sampleBytes(bytes, 'mp4'))).toEqual(BROKEN);
    });

    it.each([
      ...CONTAINERS,
      ['MP4 with its index first', { sound: true, faststart: true }],
      ['MKV with AV1', { container: 'mkv', codec: 'av1' }],
    ] as [string, SampleClip][])('calls %s broken that was cut', async (_, options) => {
      const bytes = await readFile(await sampleClip(options));
      for (const share of [0.5, 0.95]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        expect(await refusal(await sampleBytes(cut, 'bin'))).toEqual(BROKEN);
      }
    });

    it('calls a clip broken whose last pictures are overwritten', async () => {
      const bytes = await readFile(await sampleClip());
      const end = bytes.indexOf('moov') - 4;
      bytes.fill(0, end - 25_000, end);
      expect(await refusal(await sampleBytes(bytes, 'mp4'))).toEqual(BROKEN);
    });

    it('calls a clip broken whose header counts time in nonsense', async () => {
      const bytes = await readFile(await sampleClip({ container: 'avi' }));
      // dwScale and dwRate of the stream header (strh): 2,000,000,000 seconds a picture.
      const scale = bytes.indexOf('strh') + 8 + 20;
      bytes.writeUInt32LE(2_000_000_000, scale);
      bytes.writeUInt32LE(1, scale + 4);
      expect(await refusal(await sampleBytes(bytes, 'avi'))).toEqual(BROKEN);
    });
  });

  it('takes somebody who waves both arms before a plain wall for what it is: no move of the camera', async () => {
    expect(await media.checkClip(await personClip())).toMatchObject({
      ok: true,
      value: { cameraMoves: false },
    });
  });
});
