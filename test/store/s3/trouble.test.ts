import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Files } from '../../../src/core/ports.ts';
import { FilesRefused, FilesUnreachable } from '../../../src/store/errors.ts';
import { placeOf } from '../../../src/store/file-keys.ts';
import { s3World } from './world.ts';

const OBJECT = /\.mp4$/;

async function keep(files: Files, content: string | Buffer = 'a video') {
  await using temp = await files.temp('mp4');
  writeFileSync(temp.path, content);
  return await files.keep(temp.path, 'video/mp4');
}

describe('a store that speaks S3 and', () => {
  it.each([
    ['answers 500', { status: 500 }],
    ['answers 503 SlowDown', { status: 503, text: '<Error><Code>SlowDown</Code></Error>' }],
    ['answers 400 RequestTimeout', { status: 400, text: '<Error><Code>RequestTimeout</Code></Error>' }],
    ['is cut off', 'cut' as const],
    ['does what it is asked, and is cut off before it says so', 'lose-answer' as const],
  ])('%s, gets the file all the same when it is back', async (_, how) => {
    const { sim, processOn } = await s3World();
    const { files } = processOn();
    sim.fault({ method: 'PUT', path: OBJECT, how, times: 2 });
    const file = await keep(files);
    expect(sim.faultsLeft()).toBe(0);
    expect(sim.objects.get(`of strut/${placeOf(file.key)}`)?.body.toString()).toBe('a video');
  });

  it.each([
    ['half of a file', { cutAfterBytes: 100_000 }],
    ['half of a file, and then nothing', { stallAfterBytes: 100_000 }],
    ['nothing at all', 'hang' as const],
    ['other bytes', { status: 200, text: 'not the video' }],
  ])('hands out %s, is asked again, and no half file is ever at the path', async (_, how) => {
    const { sim, processOn } = await s3World();
    const content = 'x'.repeat(150_000);
    const file = await keep(processOn().files, content);
    const { files, dataDir } = processOn({ silenceMs: 500 });
    sim.fault({ method: 'GET', path: OBJECT, how, times: 2 });
    expect(readFileSync(await files.path(file), 'utf8')).toBe(content);
    expect(sim.faultsLeft()).toBe(0);
    expect(readdirSync(join(dataDir, 'temp'))).toEqual([]);
  });

  it('is slow with a file, but never silent, may take as long as that needs', async () => {
    const { processOn } = await s3World();
    const file = await keep(processOn().files);
    const { files } = processOn();
    // As if the time for any call were over at once.
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    onTestFinished(() => void vi.restoreAllMocks());
    expect(readFileSync(await files.path(file), 'utf8')).toBe('a video');
  });

  it('stays broken says so, and the file in the making is still there to be kept later', async () => {
    const { sim, processOn } = await s3World();
    const { files } = processOn();
    sim.fault({ path: OBJECT, how: { status: 500 }, times: 100 });
    await using temp = await files.temp('mp4');
    writeFileSync(temp.path, 'a paid video');
    const failed = await files.keep(temp.path, 'video/mp4').catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(FilesUnreachable);
    expect(failed).toMatchObject({ retryHelps: true });
    expect(readFileSync(temp.path, 'utf8')).toBe('a paid video');
  });

  it('refuses the key says so at once, without a secret and without being asked again', async () => {
    const { sim, processOn } = await s3World({ secretAccessKey: 'a-wrong-secret' });
    const { files } = processOn();
    const failed = await keep(files).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(FilesRefused);
    expect(failed).toMatchObject({ retryHelps: false, status: 403 });
    expect(String(failed)).not.toContain('wrong-secret');
    expect(sim.requests).toHaveLength(1);
  });

  it('can not say whether a file is there is not believed that it is gone', async () => {
    const { sim, processOn } = await s3World();
    const { files } = processOn();
    const file = await keep(files);
    sim.fault({ method: 'HEAD', path: OBJECT, how: { status: 500 }, times: 100 });
    await expect(files.has(file)).rejects.toThrow(FilesUnreachable);
    sim.denied.add('read');
    await expect(processOn().files.path(file)).rejects.toThrow(FilesRefused);
  });
});

describe('a large file', () => {
  const large = Buffer.alloc(250_001, 'all of a video');

  it('goes out in parts and comes back whole', async () => {
    const { sim, processOn } = await s3World();
    const file = await keep(processOn().files, large);
    expect(sim.requestsTo('PUT', OBJECT).map(({ body }) => body.length)).toEqual([
      64_000, 64_000, 64_000, 58_001,
    ]);
    expect(sim.uploads.size).toBe(0);
    expect(readFileSync(await processOn().files.path(file)).equals(large)).toBe(true);
  });

  it('goes on after a part that failed, with that part', async () => {
    const { sim, processOn } = await s3World();
    sim.fault({ method: 'PUT', path: OBJECT, how: 'cut' });
    const file = await keep(processOn().files, large);
    expect(await processOn().files.has(file)).toBe(true);
    expect(sim.requestsTo('PUT', OBJECT)).toHaveLength(5);
  });

  it('is there although the answer to its last call was lost', async () => {
    const { sim, processOn } = await s3World();
    const { files } = processOn();
    // The first call begins, and goes as it should; the second completes.
    sim.fault({ method: 'POST', path: OBJECT, how: { chunkMs: 1 } });
    sim.fault({ method: 'POST', path: OBJECT, how: 'lose-answer' });
    const file = await keep(files, large);
    expect(sim.requestsTo('POST', OBJECT)).toHaveLength(3);
    expect(await files.has(file)).toBe(true);
  });

  it('leaves no parts behind where it can not be kept', async () => {
    const { sim, processOn } = await s3World();
    sim.fault({ method: 'PUT', path: OBJECT, how: { status: 500 }, times: 100 });
    await expect(keep(processOn().files, large)).rejects.toThrow(FilesUnreachable);
    expect(sim.uploads.size).toBe(0);
    expect(sim.objects.size).toBe(0);
  });
});

describe('a bucket of many files', () => {
  it('is listed to the end, page by page, and names nothing that is not a file of ours', async () => {
    const { sim, processOn } = await s3World();
    const { files, objects } = processOn();
    sim.pageSize = 2;
    const kept: string[] = [];
    for (const content of ['a', 'b', 'c', 'd', 'e']) kept.push((await keep(files, content)).key);
    await objects.putText('home', 'x');
    await objects.putText(`ab/${'0'.repeat(64)}.mp4`, 'in a folder of another name');
    const found: string[] = [];
    for await (const key of files.olderThan(Date.now() + 60_000)) found.push(key);
    expect(found).toEqual(kept.sort());
  });

  it('gets back what a crash left on its way out', async () => {
    const { processOn } = await s3World();
    const { files, objects } = processOn();
    const file = await keep(files);
    await objects.copy(placeOf(file.key), `removed/1.${file.key}`);
    await objects.remove(placeOf(file.key));
    const next = processOn();
    await next.files.putBack();
    expect(await next.files.has(file)).toBe(true);
    const left: string[] = [];
    for await (const { name } of objects.list('removed/')) left.push(name);
    expect(left).toEqual([]);
  });
});

describe('an address that the bucket signed', () => {
  it('opens the file in that way and no other, for ten minutes, with the type that is on record', async () => {
    const { sim, processOn } = await s3World();
    const { files } = processOn();
    const file = await keep(files);
    const address = (await files.addressOf?.({ ...file, mime: 'video/webm' }, 'GET')) ?? '';
    // Some stores take a plus for what it is.
    expect(address).toContain('private%2C%20no-store');
    const answer = await fetch(address, { headers: { range: 'bytes=2-' } });
    expect([answer.status, await answer.text()]).toEqual([206, 'video']);
    expect(answer.headers.get('content-type')).toBe('video/webm');
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    expect((await fetch(address, { method: 'HEAD' })).status).toBe(403);
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(address.replace('webm', 'mp4'))).status).toBe(403);
    sim.now = () => Date.now() + 601_000;
    expect((await fetch(address)).status).toBe(403);
  });

  it('names the endpoint as members reach it', async () => {
    const { processOn } = await s3World({ publicEndpoint: 'https://files.example.com' });
    const { files } = processOn();
    const address = (await files.addressOf?.(await keep(files), 'GET')) ?? '';
    expect(new URL(address).origin).toBe('https://files.example.com');
  });
});
