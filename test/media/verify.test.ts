import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distanceOf } from '../../src/core/trust/frame-match.ts';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { inChild } from '../in-child.ts';
import { emptyClip, personClip } from '../people.ts';
import { sampleClip, sampleImage } from '../samples.ts';
import type { Attack } from './children/attack.ts';

const ATTACKER = new URL('./children/attack.ts', import.meta.url);
const [OURS, LIKELY] = [10, 14];
const [WIDTH, HEIGHT] = [216, 384];
const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });

let folder = '';
let ours = '';
let reference = new Uint32Array();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-verify-'));
  ours = join(folder, 'ours.mp4');
  // Small, so that all of this takes seconds.
  await inChild(ATTACKER, 'attack', [
    await personClip({ sound: false }),
    ours,
    { filter: `scale=${WIDTH}:${HEIGHT}`, width: WIDTH, height: HEIGHT },
  ]);
  reference = await referenceOf(ours);
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true, force: true });
});

async function referenceOf(path: string): Promise<Uint32Array<ArrayBuffer>> {
  const hashes = await media.frameHashes(path, { asked: false });
  if (!hashes) throw new Error('no hashes');
  return new Uint32Array(hashes.reference);
}

async function distanceTo(path: string): Promise<number | undefined> {
  const hashes = await media.frameHashes(path, { asked: true });
  return hashes && distanceOf(reference, hashes.queries);
}

const crop = (share: number): Attack => ({ filter: `crop=iw*${share}:ih*${share},scale=${WIDTH}:${HEIGHT}` });

describe('a video of ours that somebody passes on', () => {
  it.each<[string, Attack, number]>([
    ['badly compressed', { crf: 36 }, OURS],
    ['at a third of its size', { scale: 1 / 3 }, OURS],
    ['small, with few pictures a second', { scale: 0.8, fps: 12 }, OURS],
    ['without a twentieth of its edges', crop(0.95), OURS],
    ['without a tenth of its edges', crop(0.9), OURS],
    ['without a fifth of its edges', crop(0.8), LIKELY],
    ['between black bars', { filter: `scale=${WIDTH}:288,pad=${WIDTH}:${HEIGHT}:0:48` }, OURS],
    ['mirrored', { filter: 'hflip' }, OURS],
    ['in other colours', { filter: 'eq=brightness=0.08:contrast=1.2' }, OURS],
    ['with a bar for words over a sixth of it', { filter: 'drawbox=y=ih*0.82:t=fill:color=black' }, LIKELY],
    ['without its beginning', { from: 1.1 }, OURS],
    ['a quarter faster', { filter: 'setpts=PTS/1.25,fps=15' }, OURS],
  ])('is known again %s', async (what, how, limit) => {
    const path = join(folder, `${what.replaceAll(' ', '-')}.mp4`);
    await inChild(ATTACKER, 'attack', [ours, path, how]);
    expect(await distanceTo(path)).toBeLessThanOrEqual(limit);
  });

  it('takes some 3 kB to be known by, for half a minute', () => {
    // Four pictures a second, 32 bytes each.
    expect(reference.byteLength).toBeGreaterThanOrEqual(15 * 32);
    expect(reference.byteLength).toBeLessThanOrEqual(17 * 32);
  });
});

describe('a video that is not ours', () => {
  it.each([
    ['still', {}],
    ['panning', { camera: 'pan' as const }],
    ['cut', { camera: 'cut' as const }],
  ])('is told from it: %s', async (_, options) => {
    expect(await distanceTo(await sampleClip({ seconds: 4, ...options }))).toBeGreaterThan(LIKELY);
  });

  it('is the room that ours was filmed in, without anybody', async () => {
    expect(await distanceTo(await emptyClip())).toBeGreaterThan(OURS);
  });

  it('is none where it is a picture, or too short to tell', async () => {
    expect(await media.frameHashes(await sampleImage(), { asked: true })).toBeUndefined();
    expect(distanceOf(reference, [reference.subarray(0, 16)])).toBeUndefined();
  });
});
