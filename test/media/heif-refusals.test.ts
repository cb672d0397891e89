import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxesIn, boxOf } from '../../src/media/heif/boxes.ts';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { auxC, box, clap, grid, type HeicItem, heicFile, ispe, nclx } from '../heic-boxes.ts';
import { sampleBytes, sampleHeic, sampleImage } from '../samples.ts';

const warnings: object[] = [];
const media = createMedia({ pool: createPool({ log: { warn: (facts) => warnings.push(facts) } }) });
sharp.cache(false);
let folder: string;
let toPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-heif-'));
  toPath = join(folder, 'normalised');
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

const refusal = async (path: string) => {
  const outcome = await media.checkImage(path);
  // The longer way has to come to the same end.
  await expect(media.normaliseImage(path, toPath)).resolves.toEqual(outcome);
  return outcome.ok ? outcome : outcome.refusal;
};

/** An AVIF that begins with this brand. */
async function avif(brand: string, ...after: Buffer[]): Promise<string> {
  const bytes = Buffer.from(await readFile(await sampleImage({ format: 'avif' })));
  bytes.write(brand, 8, 'latin1');
  return sampleBytes(Buffer.concat([bytes, ...after]), 'avif');
}

const BROKEN = { code: 'broken-file', what: 'image' };
const MOVING = box('moov', Buffer.alloc(100));
/** A picture whose codec nobody gets to see. */
const coded = (width: number, height: number, type = 'hvc1'): HeicItem => ({
  type,
  data: Buffer.alloc(20),
  properties: [ispe(width, height)],
});
const sampleItems = (...items: HeicItem[]): Promise<string> =>
  sampleBytes(heicFile(items, 0, ['heic']), 'heic');
const gridOf = (rows: number, columns: number, side: number, tiles: number[]): HeicItem => ({
  type: 'grid',
  data: grid(rows, columns, side, side),
  properties: [ispe(side, side)],
  to: { kind: 'dimg', items: tiles },
});

describe('a HEIF file', () => {
  it('that holds AV1 is AVIF, whatever its first brand says', async () => {
    await expect(media.checkImage(await avif('mif1'))).resolves.toMatchObject({
      value: { mime: 'image/avif', width: 400, height: 500 },
    });
  });

  it('whose mask leaves out its size has that of its picture', async () => {
    const bytes = Buffer.from(await readFile(await sampleHeic({ alpha: true })));
    bytes.write('free', bytes.lastIndexOf('ispe'), 'latin1');
    const path = await sampleBytes(bytes, 'heic');
    await expect(media.checkImage(path)).resolves.toMatchObject({ ok: true });
    await expect(media.normaliseImage(path, toPath)).resolves.toMatchObject({ ok: true });
    const corner = await sharp(toPath).extract({ left: 30, top: 30, width: 1, height: 1 }).raw().toBuffer();
    expect(Math.min(...corner)).toBeGreaterThan(240);
  });

  it('that moves is taken by its still picture', async () => {
    const path = await avif('avis', MOVING);
    await expect(media.checkImage(path)).resolves.toMatchObject({ ok: true });
    await expect(media.normaliseImage(path, toPath)).resolves.toMatchObject({ ok: true });
    await expect(media.checkClip(path)).resolves.toEqual({
      ok: false,
      refusal: { code: 'not-a-video', found: 'animated AVIF' },
    });
  });

  it.each([
    ['avis', 'animated AVIF'],
    ['msf1', 'animated HEIC'],
  ])('that only moves is named (%s)', async (brand, found) => {
    const ftyp = box('ftyp', Buffer.from(`${brand}\0\0\0\0${brand}`, 'latin1'));
    const path = await sampleBytes(Buffer.concat([ftyp, MOVING]), 'heic');
    expect(await refusal(path)).toEqual({ code: 'not-an-image', found });
  });

  it.each(['vvc1', 'unci', 'iovl', 'j2k1'])(
    'with a picture of a kind that we can’t read is named (%s)',
    async (type) => {
      const path = await sampleItems(coded(400, 500, type));
      expect(await refusal(path)).toEqual({ code: 'not-an-image', found: `HEIF (${type})` });
    },
  );

  it('is damaged where a part of it is missing', async () => {
    const bytes = await readFile(await sampleHeic({ tile: 128 }));
    for (const share of [0.05, 0.6, 0.99]) {
      const path = await sampleBytes(bytes.subarray(0, Math.floor(bytes.length * share)), 'heic');
      expect(await refusal(path)).toEqual(BROKEN);
    }
  });

  it('is damaged where a tile can’t be decoded', async () => {
    const bytes = Buffer.from(await readFile(await sampleHeic({ tile: 128 })));
    bytes.fill(0, bytes.indexOf('mdat') + 4, bytes.indexOf('mdat') + 200);
    expect(await refusal(await sampleBytes(bytes, 'heic'))).toEqual(BROKEN);
  });

  it('that promises more than anybody has is refused before anything is decoded', async () => {
    expect(await refusal(await sampleItems(coded(60_000, 60_000)))).toEqual({
      code: 'image-too-large',
      by: 'pixels',
      width: 60_000,
      height: 60_000,
      maxPixels: 51_000_000,
    });
    const cropped = { ...coded(60_000, 60_000), properties: [ispe(60_000, 60_000), clap(400, 400, 0, 0)] };
    expect(await refusal(await sampleItems(cropped))).toMatchObject({ code: 'image-too-large' });
  });

  it.each([
    ['one huge tile', [gridOf(1, 1, 400, [1]), coded(30_000, 30_000)], 30_000, 30_000],
    [
      'many long tiles',
      [gridOf(1, 100, 400, Array<number>(100).fill(1)), coded(4, 10_000_000)],
      400,
      10_000_000,
    ],
    [
      'a huge tile of its mask',
      [
        coded(400, 400),
        {
          ...gridOf(1, 1, 400, [2]),
          properties: [ispe(400, 400), auxC('urn:mpeg:hevc:2015:auxid:1')],
          to: [
            { kind: 'dimg', items: [2] },
            { kind: 'auxl', items: [0] },
          ],
        },
        coded(30_000, 30_000),
      ],
      30_000,
      30_000,
    ],
  ])('that shows little, but would have to decode %s, is refused for the size of that', async (...facts) => {
    const [, items, width, height] = facts;
    expect(await refusal(await sampleItems(...items))).toEqual({
      code: 'image-too-large',
      by: 'pixels',
      width,
      height,
      maxPixels: 51_000_000,
    });
  });

  it.each([
    ['a grid of tiles that are not there', [gridOf(2, 2, 800, [1]), coded(400, 400)]],
    ['a grid that its tiles do not fill', [gridOf(1, 1, 800, [1]), coded(400, 400)]],
    ['a grid of tiles beyond its edge', [gridOf(1, 2, 400, [1, 1]), coded(400, 400)]],
    [
      'more tiles than any picture has',
      [gridOf(256, 256, 16_384, Array<number>(65_535).fill(1)), coded(64, 64)],
    ],
    ['a grid of itself', [gridOf(1, 1, 400, [0])]],
    ['a crop that leaves nothing', [{ ...coded(400, 400), properties: [ispe(400, 400), clap(0, 10, 0, 0)] }]],
    ['no size', [{ ...coded(400, 400), properties: [] }]],
    ['no sides', [coded(0, 400)]],
    ['no codec’s setup', [coded(400, 400)]],
    ['more items than any picture has', Array.from({ length: 10_001 }, () => coded(400, 400))],
  ])('with %s is no picture and kills nothing', async (what, items) => {
    const outcome = await refusal(await sampleItems(...items));
    const named = what === 'a grid of itself';
    expect(outcome).toEqual(named ? { code: 'not-an-image', found: 'HEIF (grid)' } : BROKEN);
    expect(warnings).toEqual([]);
  });

  it('whose coded picture is larger than it says costs no more than it says', async () => {
    const bytes = Buffer.from(await readFile(await sampleHeic({ width: 3000, height: 3000 })));
    const at = bytes.lastIndexOf('ispe') + 8;
    bytes.writeUInt32BE(400, at);
    bytes.writeUInt32BE(400, at + 4);
    expect(await refusal(await sampleBytes(bytes, 'heic'))).toEqual(BROKEN);
  });
});

describe('an HDR picture', () => {
  /** An AVIF of grey, said to be on one of the curves of HDR. */
  async function said(transfer: number): Promise<string> {
    const bytes = await readFile(await sampleImage({ format: 'avif', colour: 'rgb(130,130,130)' }));
    const outer = boxesIn(bytes);
    const inner = boxesIn(boxOf(outer, 'meta')?.body.subarray(4) ?? bytes);
    const properties = boxesIn(boxOf(boxesIn(boxOf(inner, 'iprp')?.body ?? bytes), 'ipco')?.body ?? bytes);
    const [setup, picture] = [boxOf(properties, 'av1C'), boxOf(outer, 'mdat')];
    if (!setup || !picture) throw new Error('no AV1 in there');
    const item = {
      type: 'av01',
      data: picture.body,
      properties: [ispe(400, 500), setup, nclx(9, transfer, 9, true)],
    };
    return sampleBytes(heicFile([item], 0, ['avif', 'mif1']), 'avif');
  }

  it.each([
    ['PQ', 16],
    ['HLG', 18],
  ])('is brought to the brightness of a usual screen (%s)', async (_, transfer) => {
    await expect(media.normaliseImage(await said(transfer), toPath)).resolves.toMatchObject({ ok: true });
    const [red = 0, green = 0, blue = 0] = await sharp(toPath)
      .extract({ left: 200, top: 250, width: 1, height: 1 })
      .raw()
      .toBuffer();
    // Half of PQ's numbers are some 100 candelas, a usual screen's white; half of HLG's are as bright as they look.
    expect(red).toBeGreaterThan(transfer === 16 ? 170 : 100);
    expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(6);
  });

  it('is the same from HEIC, in one piece and in tiles', async () => {
    const seen: number[] = [];
    for (const tile of [{}, { tile: 128 }]) {
      const properties = [nclx(9, 16, 6, true)];
      const path = await sampleHeic({
        width: 400,
        height: 400,
        colour: 'rgb(130,130,130)',
        properties,
        ...tile,
      });
      await expect(media.normaliseImage(path, toPath)).resolves.toMatchObject({ ok: true });
      const { channels } = await sharp(toPath).stats();
      seen.push(Math.round(channels[0]?.mean ?? 0));
    }
    expect(seen[0]).toBeGreaterThan(170);
    expect(Math.abs((seen[0] ?? 0) - (seen[1] ?? 0))).toBeLessThan(4);
  });
});
