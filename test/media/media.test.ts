import { describe, expect, it, vi } from 'vitest';
import type { ClipFacts } from '../../src/core/media.ts';
import { createMedia } from '../../src/media/index.ts';
import type { Pool } from '../../src/media/pool.ts';
import { TaskCrashed, TaskFailed, TaskOutOfMemory, TaskTimedOut } from '../../src/media/task-errors.ts';

/** A pool whose tasks end as told, one after the other. */
function mediaOver(...ends: unknown[]) {
  const run = vi.fn(async () => {
    const end = ends.shift();
    if (end instanceof Error) throw end;
    return end;
  });
  const stop = vi.fn(async () => {});
  return { media: createMedia({ pool: { run, stop } as unknown as Pool }), run, stop };
}

const crash = () => new TaskCrashed('task', 'SIGSEGV');
const BROKEN = { ok: false, refusal: { code: 'broken-file', what: 'clip' } };
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

  it.each([
    ['crashes its child twice', [crash(), crash()]],
    ['takes too long', [new TaskTimedOut('task', 10_000)]],
    ['takes too much memory', [new TaskOutOfMemory('task', 2, 1)]],
  ])('calls a file broken that %s', async (_, ends) => {
    const { media } = mediaOver(...ends);
    await expect(media.checkClip('clip')).resolves.toEqual(BROKEN);
    const again = mediaOver(...ends);
    await expect(again.media.checkImage('image')).resolves.toMatchObject({ refusal: { what: 'image' } });
  });

  it('does not blame the file for what is ours', async () => {
    const { media } = mediaOver(new TaskFailed('task', 'ENOSPC: no space left on device'));
    await expect(media.checkClip('clip')).rejects.toBeInstanceOf(TaskFailed);
  });

  it('passes the wish to stop on', async () => {
    const { media, run } = mediaOver({ ok: true, value: FACTS });
    const { signal } = new AbortController();
    await media.checkClip('clip', signal);
    expect(run).toHaveBeenCalledWith('checkClip', { path: 'clip' }, { signal });
  });

  it('says that a clip is too large when that is why it can not be encoded in time', async () => {
    const huge = { ok: true, value: { ...FACTS, width: 3840, height: 2160 } };
    const { media } = mediaOver(new TaskTimedOut('task', 60_000), huge);
    await expect(media.normaliseClip('clip', 'to', {})).resolves.toEqual({
      ok: false,
      refusal: { code: 'clip-too-large', by: 'pixels', width: 3840, height: 2160, maxSide: 1920 },
    });
    const small = mediaOver(new TaskTimedOut('task', 60_000), { ok: true, value: FACTS });
    await expect(small.media.normaliseClip('clip', 'to', {})).resolves.toEqual(BROKEN);
  });

  it('says that a picture is too large when that is why it takes too much memory', async () => {
    const value = { mime: 'image/jpeg', width: 7000, height: 7000, bytes: 1 };
    const { media } = mediaOver(new TaskOutOfMemory('task', 2, 1), { ok: true, value });
    await expect(media.normaliseImage('image', 'to')).resolves.toEqual({
      ok: false,
      refusal: { code: 'image-too-large', by: 'pixels', width: 7000, height: 7000, maxPixels: 12_000_000 },
    });
  });

  it.each([
    ['fails', new TaskFailed('task', 'no model')],
    ['takes too long', new TaskTimedOut('task', 8_000)],
    ['crashes', crash()],
  ])('knows nothing of a person when the look %s', async (_, end) => {
    const { media, run } = mediaOver(end);
    await expect(media.findPerson('image', 'clip')).resolves.toBeUndefined();
    expect(run).toHaveBeenCalledWith(
      'findPerson',
      { imagePath: 'image', clipPath: 'clip' },
      { deadlineMs: 8_000 },
    );
  });

  it('stops its pool', async () => {
    const { media, stop } = mediaOver();
    await media.stop();
    expect(stop).toHaveBeenCalled();
  });
});
