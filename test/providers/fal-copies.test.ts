import { describe, expect, it } from 'vitest';
import { createProviderCopies, type ProviderCopies } from '../../src/core/job/provider-copies.ts';
import type { KeyValueStore } from '../../src/core/ports.ts';
import { createFalStorage } from '../../src/providers/fal/storage.ts';
import { createRunpod } from '../../src/providers/runpod/runpod.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';
import { answerTo, eachWithSim, fal, files, REQUEST, signal, sim, time } from './fal-subject.ts';
import { silent } from './subject.ts';

eachWithSim();

const HOUR = 3_600_000;
const NEEDED_MS = 6 * HOUR;

const copiesOn = (kv: KeyValueStore): ProviderCopies =>
  createProviderCopies({ kv, clock: time, neededMs: NEEDED_MS, log: silent });
const uploadsOf = (type: string) => [...sim.uploads.values()].filter((one) => one.type === type).length;
const clips = () => uploadsOf('video/mp4');

describe('a clip that lies in fal.ai’s storage already', () => {
  it('is not uploaded for a second job, nor after a restart, while each picture has an address of its own', async () => {
    const kv = memoryKeyValueStore();
    const first = await fal({ copies: copiesOn(kv) }).upload(files.inputs, signal);
    const second = await fal({ copies: copiesOn(kv) }).upload(files.inputs, signal);
    expect(second.clip).toBe(first.clip);
    expect(second.image).not.toBe(first.image);
    expect([clips(), uploadsOf('image/jpeg')]).toEqual([1, 2]);
  });

  it('is uploaded once where several jobs begin at the same moment', async () => {
    const provider = fal({ copies: copiesOn(memoryKeyValueStore()) });
    const all = await Promise.all([1, 2, 3, 4].map(() => provider.upload(files.inputs, signal)));
    expect(new Set(all.map(({ clip }) => clip)).size).toBe(1);
    expect(clips()).toBe(1);
  });

  it('is uploaded by the next where the upload of the first failed', async () => {
    const provider = fal({ copies: copiesOn(memoryKeyValueStore()) });
    answerTo(/\/storage\/upload\/initiate$/, { status: 503 }, 2);
    await expect(provider.upload(files.inputs, signal)).rejects.toThrow();
    const { clip } = await provider.upload(files.inputs, signal);
    expect(sim.uploads.get(new URL(clip).pathname)?.bytes).toHaveLength(files.inputs.clip.bytes);
  });

  it('is uploaded anew when it might end before a job that begins now has fetched it', async () => {
    const provider = fal({ copies: copiesOn(memoryKeyValueStore()) });
    const { clip } = await provider.upload(files.inputs, signal);
    const lifecycle = JSON.parse(sim.uploads.get(new URL(clip).pathname)?.lifecycle ?? '{}');
    const livesMs = lifecycle.expiration_duration_seconds * 1000;
    await time.advance(livesMs - NEEDED_MS);
    expect((await provider.upload(files.inputs, signal)).clip).toBe(clip);
    await time.advance(1);
    expect((await provider.upload(files.inputs, signal)).clip).not.toBe(clip);
  });

  it('serves every provider that has its files there, and not another account', async () => {
    const copies = copiesOn(memoryKeyValueStore());
    const { clip } = await fal({ copies }).upload(files.inputs, signal);
    const host = createFalStorage({ key: sim.key, restUrl: sim.url, pathOf: files.pathOf, copies });
    const runpod = createRunpod({ key: 'k', apiUrl: sim.url, host, clock: time, log: silent });
    expect((await runpod.upload(files.inputs, signal)).clip).toBe(clip);
    // The other side does not know this one: that it hears of it at all shows that the file was on its way there.
    const key = 'another-id:another-secret';
    const other = createFalStorage({ key, restUrl: sim.url, pathOf: files.pathOf, copies });
    await expect(other.urlFor(files.inputs.clip, signal, { shared: true })).rejects.toThrow();
    await Promise.all([runpod.stop?.(), host.stop(), other.stop()]);
  });

  it('is uploaded anew once it is forgotten', async () => {
    const copies = copiesOn(memoryKeyValueStore());
    const provider = fal({ copies });
    const { clip } = await provider.upload(files.inputs, signal);
    expect(await copies.isCopy(files.inputs.clip.key, clip)).toBe(true);
    await copies.forget(files.inputs.clip.key);
    expect(await copies.isCopy(files.inputs.clip.key, clip)).toBe(false);
    expect((await provider.upload(files.inputs, signal)).clip).not.toBe(clip);
  });

  it('is uploaded anew where the notes of it can not be read or written, or say something else', async () => {
    const broken: KeyValueStore = {
      ...memoryKeyValueStore(),
      get: () => Promise.reject(new Error('the disk is gone')),
      set: () => Promise.reject(new Error('the disk is gone')),
    };
    const provider = fal({ copies: copiesOn(broken) });
    await provider.upload(files.inputs, signal);
    await provider.upload(files.inputs, signal);
    expect(clips()).toBe(2);
    const odd = fal({
      copies: copiesOn({ ...memoryKeyValueStore(), get: async <T>() => ({ url: 'file:///etc' }) as T }),
    });
    expect((await odd.upload(files.inputs, signal)).clip).toMatch(/^http/);
  });

  it('leaves a note without the key of the account', async () => {
    const kv = memoryKeyValueStore();
    await fal({ copies: copiesOn(kv) }).upload(files.inputs, signal);
    const notes = JSON.stringify([...(await kv.startingWith('')).entries()]);
    expect(notes).toContain(files.inputs.clip.key);
    for (const secret of sim.key.split(':')) expect(notes).not.toContain(secret);
  });
});

describe('a lost job with a clip that others have, too', () => {
  it('is never taken for one of them', async () => {
    const copies = copiesOn(memoryKeyValueStore());
    const ids: string[] = [];
    const sent = [];
    for (let count = 0; count < 3; count += 1) {
      const provider = fal({ copies });
      const uploaded = await provider.upload(files.inputs, signal);
      sim.fault({ method: 'POST', path: /motion-control$/, how: 'lose-answer' });
      expect(await provider.submit('job', REQUEST, uploaded, signal)).toEqual({ kind: 'unknown' });
      ids.push([...sim.jobs.all.keys()].at(-1) ?? '');
      sent.push(uploaded);
    }
    expect(new Set(sent.map(({ clip }) => clip)).size).toBe(1);
    const found = await Promise.all(sent.map((uploaded) => fal().find?.('job', REQUEST, uploaded)));
    expect(found).toMatchObject(ids.map((requestId) => ({ requestId })));
  });
});

describe('a clip that fal.ai could not fetch', () => {
  async function ending(hasCount: boolean) {
    const provider = fal();
    const uploaded = await provider.upload(files.inputs, signal);
    sim.uploads.delete(new URL(uploaded.clip).pathname);
    const outcome = await provider.submit('job-1', REQUEST, uploaded, signal);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    if (!hasCount) {
      const detail = [{ loc: ['body', 'video_url'], msg: '', type: 'file_download_error' }];
      answerTo(/\/response$/, { status: 422, json: { detail } });
    }
    return provider.status(outcome.operation, signal);
  }

  it('is told as such, free where the answer counts nothing', async () => {
    expect(await ending(true)).toEqual({
      state: 'failed',
      failure: 'provider-down',
      costMicros: 0,
      unfetched: 'free',
    });
  });

  it('is not taken to be free where the answer has no count', async () => {
    expect(await ending(false)).toMatchObject({ state: 'failed', unfetched: 'unsure' });
  });
});
