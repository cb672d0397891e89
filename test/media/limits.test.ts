import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../src/core/models/model.ts';
import { MODELS, type ModelId } from '../../src/core/models/registry.ts';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { sampleClip, sampleImage } from '../samples.ts';

const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
let folder: string;
let toPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-limits-'));
  toPath = join(folder, 'made');
});
afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true });
});

function modelNamed(id: ModelId): Model {
  const found = MODELS.find((one) => one.id === id);
  if (!found) throw new Error(id);
  return found;
}
const [wan, actor] = [modelNamed('wan-animate'), modelNamed('dreamactor-2')];

describe('the limits of a model', () => {
  it('decide which picture is too small for it', async () => {
    const path = await sampleImage({ width: 400, height: 500 });
    expect(await media.checkImage(path, wan.image)).toMatchObject({ ok: true });
    expect(await media.checkImage(path, actor.image)).toMatchObject({
      refusal: { code: 'image-too-small', minSide: 480 },
    });
    const small = await sampleImage({ width: 220, height: 260 });
    expect(await media.checkImage(small)).toMatchObject({
      refusal: { code: 'image-too-small', minSide: 300 },
    });
    expect(await media.checkImage(small, wan.image)).toMatchObject({ ok: true });
  });

  it('decide how long and narrow a picture may be', async () => {
    const path = await sampleImage({ width: 1400, height: 500 });
    expect(await media.checkImage(path)).toMatchObject({
      refusal: { code: 'image-bad-ratio', maxRatio: 2.5 },
    });
    expect(await media.checkImage(path, wan.image)).toMatchObject({ ok: true });
    // It names sides alone: what is scaled down to the longest one must not fall under the shortest.
    expect(await media.checkImage(path, actor.image)).toMatchObject({ ok: true });
  });

  it('decide how large a picture is sent', async () => {
    const path = await sampleImage({ width: 2400, height: 2000 });
    const made = await media.normaliseImage(path, toPath, { limits: actor.image });
    expect(made).toMatchObject({ value: { width: 1296, height: 1080 } });
    expect(await media.checkImage(toPath, actor.image)).toMatchObject({ ok: true });
    expect(await media.normaliseImage(path, toPath)).toMatchObject({ value: { width: 2400, height: 2000 } });
  });

  it('decide which clip is too small, or too long and narrow, for it', async () => {
    const small = await sampleClip({ width: 240, height: 320 });
    expect(await media.checkClip(small)).toMatchObject({ refusal: { code: 'clip-too-small', minSide: 340 } });
    expect(await media.checkClip(small, wan.clip)).toMatchObject({ ok: true });
    const narrow = await sampleClip({ width: 1280, height: 352 });
    expect(await media.checkClip(narrow, wan.clip)).toEqual({
      ok: false,
      refusal: { code: 'clip-bad-ratio', width: 1280, height: 352, maxRatio: 3 },
    });
    expect(await media.checkClip(narrow)).toMatchObject({ ok: true });
  });

  it('decide how many frames a second are sent of a clip', async () => {
    const path = await sampleClip({ fps: 50 });
    expect(await media.normaliseClip(path, toPath, {})).toMatchObject({ value: { fps: 50 } });
    expect(await media.normaliseClip(path, toPath, { limits: wan.clip })).toMatchObject({
      ok: true,
      value: { fps: 30 },
    });
  });

  it('decide how large a clip is sent', async () => {
    const limits = { ...actor.clip, maxSide: 640, maxShortSide: 400 };
    const path = await sampleClip({ width: 720, height: 720 });
    expect(await media.normaliseClip(path, toPath, { limits })).toMatchObject({
      value: { width: 400, height: 400 },
    });
  });
});
