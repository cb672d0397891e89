import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startS3 } from '../../simulators/s3.ts';
import { FilesUnusable } from '../../src/store/errors.ts';
import { type OpenPlace, openPlace } from '../../src/store/files-place.ts';
import { createStore } from '../../src/store/index.ts';
import { startFiles } from '../../src/store/start-files.ts';
import { freshFolder } from '../fakes/folder.ts';
import { placeOn } from './s3/world.ts';

async function bucket(change: Partial<Parameters<typeof placeOn>[0]> = {}) {
  const sim = await startS3();
  onTestFinished(() => sim.close());
  const at = { kind: 's3', ...placeOn({ ...sim, ...change }), cacheBytes: 1e9 } as const;
  const place = openPlace(freshFolder(), at);
  onTestFinished(() => place.stop());
  const why = (): Promise<string> =>
    place.check().then(
      () => 'nothing',
      (error: unknown) => (error instanceof FilesUnusable ? error.message : String(error)),
    );
  return { sim, at, why };
}

describe('a start with files in a bucket', () => {
  it('finds that all can be done there, and leaves nothing behind', async () => {
    const { sim, why } = await bucket();
    expect(await why()).toBe('nothing');
    expect(sim.objects.size).toBe(0);
    expect(new Set(sim.requests.map(({ method }) => method))).toEqual(new Set(['PUT', 'GET', 'DELETE']));
  });

  it.each(['put', 'read', 'list', 'delete'] as const)('says that it can not %s there', async (right) => {
    const { sim, why } = await bucket();
    sim.denied.add(right);
    expect(await why()).toMatch(new RegExp(`not possible there: ${right} \\(403 AccessDenied\\)$`));
  });

  it('says all that it can not do at once', async () => {
    const { sim, why } = await bucket();
    sim.denied.add('list').add('delete');
    expect(await why()).toMatch(/: list \(403 AccessDenied\), delete \(403 AccessDenied\)$/);
  });

  it('says which word the store has for a wrong bucket and a wrong key, and names no secret', async () => {
    expect(await (await bucket({ bucket: 'another' })).why()).toContain('put (404 NoSuchBucket)');
    const wrong = await (await bucket({ secretAccessKey: 'not-the-secret' })).why();
    expect(wrong).toContain('put (403 SignatureDoesNotMatch)');
    expect(wrong).not.toContain('not-the-secret');
  });

  it('knows the bucket as that of its database, and ends before it touches that of another', async () => {
    const { at, sim } = await bucket();
    const open = async (folder: string) => {
      const store = createStore(folder, () => {}, at);
      await using _ = { [Symbol.asyncDispose]: () => store.close() };
      const isAtHome = await store.isAtHome();
      await using temp = await store.files.temp('mp4');
      writeFileSync(temp.path, 'a video');
      await store.files.keep(temp.path, 'video/mp4');
      return isAtHome;
    };
    const folder = freshFolder();
    expect([await open(folder), await open(folder)]).toEqual([true, true]);
    sim.objects.set(`of strut/removed/1.${'0'.repeat(64)}.mp4`, {
      body: Buffer.from('on its way out'),
      type: '',
      etag: '',
      changedAt: 0,
    });
    const before = [...sim.objects.keys()];
    await expect(open(freshFolder())).rejects.toThrow(FilesUnusable);
    expect([...sim.objects.keys()]).toEqual(before);
  });

  it('goes on without what an outage hides, says so, and looks again until it is there', async () => {
    const { at, sim } = await bucket();
    const store = createStore(freshFolder(), () => {}, at);
    const said: string[] = [];
    const log = {
      info: (text: string) => void said.push(text),
      warn: (text: string) => void said.push(text),
      error: (_: object, text: string) => void said.push(text),
    };
    sim.fault({ path: /./, how: { status: 503 }, times: 5 });
    const started = await startFiles(store, log, 1);
    onTestFinished(async () => {
      started.stop();
      await store.close();
    });
    expect(started.isAtHome()).toBe(false);
    expect(said).toEqual([expect.stringContaining('PUT was answered with 503')]);
    await expect.poll(() => said.at(-1)).toContain('is there again');
    expect(started.isAtHome()).toBe(true);
  });

  it('ends at once for what does not pass', async () => {
    const { at, sim } = await bucket();
    const store = createStore(freshFolder(), () => {}, at);
    onTestFinished(() => store.close());
    sim.denied.add('list');
    const log = { info() {}, warn() {}, error() {} };
    await expect(startFiles(store, log)).rejects.toThrow('list (403 AccessDenied)');
  });
});

describe('a start with files in a shared folder', () => {
  it('finds that all can be done there, and leaves nothing behind', async () => {
    const root = join(freshFolder(), 'not yet there');
    await openPlace(freshFolder(), { kind: 'folder', path: root }).check();
    expect(readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())).toEqual(
      [],
    );
  });

  it('says what it can not do there', async () => {
    const root = freshFolder();
    const place = openPlace(freshFolder(), { kind: 'folder', path: root });
    writeFileSync(join(root, 'check'), 'no folder');
    await expect(place.check()).rejects.toThrow('put (EEXIST), read (ENOTDIR), list (ENOTDIR)');
  });

  it('says so where there can be no folder', () => {
    const taken = join(freshFolder(), 'taken');
    writeFileSync(taken, '');
    expect(() => openPlace(freshFolder(), { kind: 'folder', path: taken })).toThrow(FilesUnusable);
  });

  it('leaves alone what another process has in the making, unless that died a day ago', async () => {
    const root = freshFolder();
    const at = { kind: 'folder', path: root } as const;
    const other = openPlace(freshFolder(), at).files;
    const temp = await other.temp('mp4');
    writeFileSync(temp.path, 'half a video');
    await openPlace(freshFolder(), at).clearUp();
    expect(existsSync(temp.path)).toBe(true);
    const dayBeforeYesterday = Date.now() / 1000 - 2 * 24 * 3600;
    utimesSync(join(temp.path, '..'), dayBeforeYesterday, dayBeforeYesterday);
    const next = openPlace(freshFolder(), at);
    expect(existsSync(temp.path)).toBe(true);
    await next.clearUp();
    expect(existsSync(temp.path)).toBe(false);
    // Whom it belonged to lives, and was only idle.
    const another = await other.temp('mp4');
    writeFileSync(another.path, 'half a video');
    expect(existsSync(another.path)).toBe(true);
  });

  it('gets back what a crash left on its way out', async () => {
    const root = freshFolder();
    const at = { kind: 'folder', path: root } as const;
    const { files } = openPlace(freshFolder(), at);
    const temp = await files.temp('mp4');
    writeFileSync(temp.path, 'a video');
    const file = await files.keep(temp.path, 'video/mp4');
    const dies = files.remove(file.key, () => new Promise(() => {}));
    await expect.poll(() => files.has(file)).toBe(false);
    const next = openPlace(freshFolder(), at);
    await next.clearUp();
    expect(await next.files.has(file)).toBe(true);
    void dies;
  });
});

describe('a look, now and then, whether files can be reached', () => {
  const ROUND_MS = 10_000;

  /** Each look is later than the last one was remembered. */
  function lookAt({ files: { ping = async () => expect.fail('it has nothing to look at') } }: OpenPlace) {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    return () => {
      vi.setSystemTime(Date.now() + ROUND_MS);
      return ping().then(
        () => 'there',
        (error: Error) => error.message,
      );
    };
  }

  it('hears of a bucket that is in trouble, and when it is over', async () => {
    const { sim, at } = await bucket();
    const place = openPlace(freshFolder(), at);
    onTestFinished(() => place.stop());
    const look = lookAt(place);
    expect(await look()).toBe('there');
    sim.fault({ path: /./, how: { status: 503 }, times: 2 });
    expect(await look()).toMatch(/: GET was answered with 503/);
    sim.denied.add('read');
    expect(await look()).toContain('403 AccessDenied');
    sim.denied.clear();
    expect(await look()).toBe('there');
  });

  it('asks the bucket once, however often anybody asks us', async () => {
    const { sim, at } = await bucket();
    const place = openPlace(freshFolder(), at);
    onTestFinished(() => place.stop());
    await Promise.all(Array.from({ length: 50 }, () => place.files.ping?.()));
    expect(sim.requests).toHaveLength(1);
  });

  it('knows an empty folder for one that is not mounted any more', async () => {
    const root = freshFolder();
    const place = openPlace(freshFolder(), { kind: 'folder', path: root });
    const look = lookAt(place);
    // Nobody has put a mark there yet.
    expect(await look()).toBe('there');
    await place.texts.write('home', 'ours');
    expect(await look()).toBe('there');
    rmSync(join(root, 'home'));
    expect(await look()).toContain('is it mounted?');
    await place.texts.write('home', 'ours');
    expect(await look()).toBe('there');
  });
});
