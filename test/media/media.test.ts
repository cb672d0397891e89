import { describe, expect, it, vi } from 'vitest';
import type { ClipFacts } from '../../src/core/media.ts';
import { createMedia, type MarkParts } from '../../src/media/index.ts';
import type { Pool } from '../../src/media/pool.ts';
import {
  TaskCrashed,
  TaskFailed,
  TaskOutOfMemory,
  TaskOutOfTime,
  TaskStalled,
} from '../../src/media/task-errors.ts';

/** A pool whose tasks end as told, one after the other. */
function mediaWith(marks: MarkParts | undefined, ends: unknown[]) {
  const run = vi.fn(async (_name: string, _args: object) => {
    const end = ends.shift();
    if (end instanceof Error) throw end;
    return end;
  });
  const stop = vi.fn(async () => {});
  const pool = { run, stop } as unknown as Pool;
  return { media: createMedia({ pool, ...(marks ? { marks } : {}) }), run, stop };
}
const mediaOver = (...ends: unknown[]) => mediaWith(undefined, ends);

const crash = () => new TaskCrashed('task', { how: 'SIGSEGV', byItself: true });
const late = () => new TaskOutOfTime('task', 21_000, 20_000);
const fat = () => new TaskOutOfMemory('task', 2, 1);
const stalled = () => new TaskStalled('task', 300_000, 'quick');
const refusal = (code: string, what?: string) => ({ ok: false, refusal: what ? { code, what } : { code } });
const FACTS: ClipFacts = {
  container: 'MP4',
  width: 1280,
  height: 720,
  durationMs: 3000,
  fps: 30,
  hasSound: true,
  bytes: 1,
  cameraMoves: false,
};

describe('media', () => {
  it('tries once more after a crash, which may be chance', async () => {
    const fine = { ok: true, value: FACTS };
    const { media, run } = mediaOver(crash(), fine);
    await expect(media.checkClip('clip')).resolves.toEqual(fine);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('makes the second try after a crash without the sound of the clip', async () => {
    const { media, run } = mediaOver(crash(), { ok: true, value: FACTS });
    await media.normaliseClip('clip', 'to', {});
    expect(run.mock.calls.map(([, args]) => args)).toMatchObject([
      { path: 'clip' },
      { path: 'clip', withoutSound: true },
    ]);
  });

  it.each([
    ['crashed', [crash()], 1],
    ['was too heavy', [fat(), late()], 2],
  ])('marks a video without the signature, and with its sound, where that %s', async (_, ends, signed) => {
    const signer = { key: 'k', chain: [] };
    const credit = (provider: string) => ({ model: provider, provider });
    const shape = { width: 1, height: 1, durationMs: 1 };
    const { media, run } = mediaWith({ signer, roots: [], credit }, [...ends, shape]);
    const how = { facts: { code: 'K7QX2M', provider: 'fal', at: 1 }, plate: false };
    await expect(media.mark('video', 'to', how)).resolves.toEqual(shape);
    const tried = run.mock.calls.map(([, args]) => args);
    expect(tried.map((args) => 'signer' in args && args.signer === signer)).toEqual([
      ...Array.from({ length: signed }, () => true),
      false,
    ]);
    for (const args of tried) expect(args).not.toHaveProperty('withoutSound');
  });

  it.each([
    ['takes too long', late],
    ['takes too much memory', fat],
  ])('calls a file too heavy, not damaged, that %s twice', async (_, end) => {
    const clip = mediaOver(end(), end());
    await expect(clip.media.checkClip('clip')).resolves.toEqual(refusal('too-heavy', 'clip'));
    const image = mediaOver(end(), end());
    await expect(image.media.checkImage('image')).resolves.toEqual(refusal('too-heavy', 'image'));
  });

  it('says that it had no time where nothing speaks against the file', async () => {
    const clip = mediaOver(stalled(), stalled(), stalled());
    await expect(clip.media.checkClip('clip')).resolves.toEqual(refusal('busy'));
    const image = mediaOver(stalled(), stalled(), stalled());
    await expect(image.media.normaliseImage('image', 'to')).resolves.toEqual(refusal('busy'));
  });

  it('says that it can not read a file that crashes its child twice', async () => {
    const clip = mediaOver(crash(), crash());
    await expect(clip.media.checkClip('clip')).resolves.toEqual(refusal('not-a-video'));
    const image = mediaOver(crash(), crash());
    await expect(image.media.checkImage('image')).resolves.toEqual(refusal('not-an-image'));
  });

  it.each([
    ['is too heavy to be decoded', late],
    ['crashes the decoder', crash],
    ['fails to be looked at', () => new TaskFailed('task', 'no such function')],
  ])('measures a paid video by its index that %s', async (_, end) => {
    const facts = { width: 1280, height: 720, durationMs: 3000 };
    const tries = end() instanceof TaskFailed ? [end()] : [end(), end()];
    const { media, run } = mediaOver(...tries, facts);
    await expect(media.probeVideo('video')).resolves.toEqual(facts);
    expect(run.mock.lastCall?.[1]).toMatchObject({ path: 'video', withoutDecoding: true });
  });

  it('says of a paid video that the machine is busy, or that a decoder finds it broken', async () => {
    const busy = mediaOver(stalled(), stalled(), stalled());
    await expect(busy.media.probeVideo('video')).rejects.toMatchObject({ name: 'MachineBusy' });
    await expect(mediaOver(null).media.probeVideo('video')).rejects.toMatchObject({ name: 'BrokenVideo' });
  });

  it('calls a render that stalled broken at once, so that what comes next is tried', async () => {
    const { media, run } = mediaOver(new TaskStalled('shrink', 3_600_000, 'slow'));
    const shrinking = media.shrink('video', 'to', { maxBytes: 1, maxSide: 1 });
    await expect(shrinking).rejects.toMatchObject({ name: 'TaskStalled' });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('does not blame the file for what is ours', async () => {
    const { media } = mediaOver(new TaskFailed('task', 'ENOSPC: no space left on device'));
    await expect(media.checkClip('clip')).rejects.toBeInstanceOf(TaskFailed);
  });

  it('passes the wish to stop on', async () => {
    const { media, run } = mediaOver({ ok: true, value: FACTS });
    const { signal } = new AbortController();
    await media.checkClip('clip', undefined, signal);
    expect(run).toHaveBeenCalledWith('checkClip', { path: 'clip' }, { signal });
  });

  it('says that a clip is too large when that is why it can not be encoded in time', async () => {
    const huge = { ok: true, value: { ...FACTS, width: 3840, height: 2160 } };
    const { media } = mediaOver(late(), late(), huge);
    await expect(media.normaliseClip('clip', 'to', {})).resolves.toEqual({
      ok: false,
      refusal: { code: 'clip-too-large', by: 'pixels', width: 3840, height: 2160, maxSide: 1920 },
    });
    const small = mediaOver(late(), late(), { ok: true, value: FACTS });
    await expect(small.media.normaliseClip('clip', 'to', {})).resolves.toEqual(refusal('too-heavy', 'clip'));
  });

  it('says that a picture is too large when that is why it takes too much memory', async () => {
    const value = { mime: 'image/jpeg', width: 7000, height: 7000, bytes: 1 };
    const { media } = mediaOver(fat(), fat(), { ok: true, value });
    await expect(media.normaliseImage('image', 'to')).resolves.toEqual({
      ok: false,
      refusal: { code: 'image-too-large', by: 'pixels', width: 7000, height: 7000, maxPixels: 12_000_000 },
    });
  });

  it.each([
    ['fails', [new TaskFailed('task', 'no model')]],
    ['takes too long', [late(), late()]],
    ['crashes', [crash(), crash()]],
  ])('knows nothing of a person when the look %s', async (_, ends) => {
    const { media } = mediaOver(...ends);
    await expect(media.findPerson('image', 'clip')).resolves.toBeUndefined();
  });

  it('stops its pool', async () => {
    const { media, stop } = mediaOver();
    await media.stop();
    expect(stop).toHaveBeenCalled();
  });
});
