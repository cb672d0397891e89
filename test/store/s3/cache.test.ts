import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Files } from '../../../src/core/ports.ts';
import { createCache } from '../../../src/store/s3/cache.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { s3World } from './world.ts';

const MINUTE_MS = 60_000;

async function keep(files: Files, letter: string) {
  await using temp = await files.temp('mp4');
  writeFileSync(temp.path, letter.repeat(1000));
  return await files.keep(temp.path, 'video/mp4');
}

/** Three files in the store, and a process with room for two of them that has none yet. */
async function threeFiles() {
  const { sim, time, processOn } = await s3World();
  const { files: first } = processOn();
  const all = [await keep(first, 'a'), await keep(first, 'b'), await keep(first, 'c')] as const;
  const { files } = processOn({ cacheBytes: 2500 });
  const fetched = () => sim.requestsTo('GET', /\.mp4$/).length;
  return { sim, time, files, all, fetched };
}

describe('copies on our own disk', () => {
  it('are fetched once, also when many ask at once', async () => {
    const { files, all, fetched } = await threeFiles();
    const paths = await Promise.all(Array.from({ length: 5 }, () => files.path(all[0])));
    expect(new Set(paths).size).toBe(1);
    expect(readFileSync(await files.path(all[0]), 'utf8')).toBe('a'.repeat(1000));
    expect(fetched()).toBe(1);
  });

  it('of what was just made here need not be fetched', async () => {
    const { files, fetched } = await threeFiles();
    const made = await keep(files, 'd');
    expect(existsSync(await files.path(made))).toBe(true);
    expect(fetched()).toBe(0);
  });

  it('make room for others, the one that was used longest ago first', async () => {
    const { files, time, all, fetched } = await threeFiles();
    const [a, b, c] = all;
    for (const file of [a, b, a]) {
      await files.path(file);
      time.now += 20 * MINUTE_MS;
    }
    const [pathOfA, pathOfB] = [await files.path(a), (await files.path(a)).replace(a.key, b.key)];
    await files.path(c);
    expect([existsSync(pathOfA), existsSync(pathOfB)]).toEqual([true, false]);
    expect(fetched()).toBe(3);
    expect(readFileSync(await files.path(b), 'utf8')).toBe('b'.repeat(1000));
    expect(fetched()).toBe(4);
  });

  it('stay while whoever was told their path may still read there, over the limit if need be', async () => {
    const { files, time, all } = await threeFiles();
    const paths = [await files.path(all[0]), await files.path(all[1])];
    time.now += 14 * MINUTE_MS;
    paths.push(await files.path(all[2]));
    expect(paths.map((path) => existsSync(path))).toEqual([true, true, true]);
  });

  it('go with the file, and an hour after their last use where it went elsewhere', async () => {
    const { files, time, all, sim } = await threeFiles();
    const path = await files.path(all[0]);
    await files.remove(all[0].key);
    expect(existsSync(path)).toBe(false);
    const old = await files.path(all[1]);
    sim.objects.clear();
    time.now += 61 * MINUTE_MS;
    await files.sweepCopies();
    expect(existsSync(old)).toBe(false);
  });

  describe('on a disk that is almost full', () => {
    async function almostFull() {
      const { time, processOn } = await s3World();
      const { files: first } = processOn();
      const all = [await keep(first, 'a'), await keep(first, 'b'), await keep(first, 'c')] as const;
      const disk = { others: 0 };
      const paths: string[] = [];
      // Room for one copy beside what has to stay free.
      const lie = () => paths.filter((path) => existsSync(path)).length;
      const freeBytes = async () => 1_000_001_500 - disk.others - 1000 * lie();
      const { files, objects } = processOn({ freeBytes });
      const bring = async (file: (typeof all)[number]) => paths.push(await files.path(file));
      return { time, files, objects, all, disk, paths, bring };
    }

    it('make room for work before it is refused, but only as much as is needed', async () => {
      const { time, files, all, disk, paths, bring } = await almostFull();
      disk.others = -2000;
      for (const file of all) await bring(file);
      time.now += 16 * MINUTE_MS;
      expect(await files.hasRoom()).toBe(true);
      expect(paths.map((path) => existsSync(path))).toEqual([true, true, true]);
      disk.others = 0;
      expect(await files.hasRoom()).toBe(true);
      expect(paths.map((path) => existsSync(path))).toEqual([false, false, true]);
      disk.others = 1000;
      await files.temp('mp4');
      expect(paths.map((path) => existsSync(path))).toEqual([false, false, false]);
    });

    it('stay while they are in use, though work is refused', async () => {
      const { files, all, disk, paths, bring } = await almostFull();
      disk.others = 1000;
      await bring(all[0]);
      expect(await files.hasRoom()).toBe(false);
      expect(existsSync(paths[0] ?? '')).toBe(true);
    });

    it('go when one more does not fit, which is then fetched again', async () => {
      const { time, objects, files, all, disk, paths, bring } = await almostFull();
      disk.others = -10_000;
      await bring(all[0]);
      time.now += 16 * MINUTE_MS;
      const { get } = objects;
      objects.get = async (...args) => {
        if (existsSync(paths[0] ?? '')) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        return get(...args);
      };
      expect(readFileSync(await files.path(all[1]), 'utf8')).toBe('b'.repeat(1000));
    });
  });

  it('are there whenever they are said to be, though the same file goes and comes at once', async () => {
    const folder = freshFolder();
    const cache = createCache(join(folder, 'cache'), 1e6, Date.now);
    onTestFinished(() => cache.stop());
    const key = 'a file';
    async function come(): Promise<void> {
      writeFileSync(join(folder, 'temp'), 'a');
      await cache.add(key, join(folder, 'temp'));
    }
    for (let round = 0; round < 100; round += 1) {
      await come();
      const comes = come();
      await setImmediate();
      await Promise.all([cache.drop(key), comes]);
      expect(existsSync(cache.pathOf(key))).toBe(cache.use(key));
    }
  });

  it('of a file that could not be fetched are not made up', async () => {
    const { files, all, sim } = await threeFiles();
    sim.objects.clear();
    expect(existsSync(await files.path(all[0]))).toBe(false);
  });
});
