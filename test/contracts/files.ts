import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { StoredFile } from '../../src/core/job/job.ts';
import type { Files } from '../../src/core/ports.ts';

type Subject = {
  files: Files;
  /** Where the place is used by several: what another process has of it. */
  another?: () => Files;
};

/** What the core may count on, wherever files are kept. `holdsBytes`: it is more than names. */
export function filesContract(
  name: string,
  make: () => Promise<Subject> | Subject,
  { holdsBytes = true } = {},
): void {
  async function keep(files: Files, content = 'a picture', within?: Parameters<Files['keep']>[2]) {
    await using temp = await files.temp('bin');
    if (holdsBytes) await writeFile(temp.path, content);
    return await files.keep(temp.path, 'image/png', within);
  }
  const olderThan = async (files: Files, at: number): Promise<string[]> => {
    const found: string[] = [];
    for await (const key of files.olderThan(at)) found.push(key);
    return found.sort();
  };
  /** No clock of a place is a day ahead. */
  const tomorrow = () => Date.now() + 24 * 3_600_000;

  describe(`${name} keeps the contract of files`, () => {
    it('has a file from the moment that it was kept until it is removed', async () => {
      const { files } = await make();
      const file = await keep(files);
      expect(file.mime).toBe('image/png');
      expect(await files.has(file)).toBe(true);
      await files.remove(file.key);
      expect(await files.has(file)).toBe(false);
    });

    it('removes what is not there without a word, and keeps it anew', async () => {
      const { files } = await make();
      const file = await keep(files);
      await files.remove(file.key);
      await files.remove(file.key);
      await files.remove(file.key, async () => true);
      expect(await files.has(file)).toBe(false);
      if (holdsBytes) expect(await keep(files)).toEqual(file);
    });

    it('hands out the key before it looks whether the file is there, and puts it within that', async () => {
      const { files } = await make();
      const seen: unknown[] = [];
      const file = await keep(files, 'b', async (key, put) => {
        seen.push(key);
        await put();
        seen.push(await files.has({ key, bytes: holdsBytes ? 1 : 1000, mime: '' }));
      });
      expect(seen).toEqual([file.key, true]);
    });

    it('keeps nothing where whoever asked for the key says no', async () => {
      const { files } = await make();
      let asked = '';
      const kept = keep(files, 'b', async (key) => {
        asked = key;
        throw new Error('no');
      });
      await expect(kept).rejects.toThrow('no');
      expect(await files.has({ key: asked, bytes: 1, mime: '' })).toBe(false);
    });

    it('lists all that has lain there since before then', async () => {
      const { files } = await make();
      expect(await olderThan(files, tomorrow())).toEqual([]);
      const kept = [await keep(files, 'a'), await keep(files, 'b'), await keep(files, 'c')];
      expect(await olderThan(files, tomorrow())).toEqual(kept.map(({ key }) => key).sort());
      if (holdsBytes) expect(await olderThan(files, 1)).toEqual([]);
    });

    it('gives fresh paths for files in the making, which need not be used', async () => {
      const { files } = await make();
      await using first = await files.temp('mp4');
      await using second = await files.temp('mp4');
      expect(first.path).toMatch(/\.mp4$/);
      expect(first.path).not.toBe(second.path);
      expect(await files.hasRoom()).toBe(true);
    });

    if (!holdsBytes) return;

    it('has the same bytes at a path of this machine', async () => {
      const { files, another = () => files } = await make();
      const content = 'x'.repeat(300_000);
      const file = await keep(files, content);
      expect(file.bytes).toBe(300_000);
      for (const one of [files, another()]) {
        expect(await readFile(await one.path(file), 'utf8')).toBe(content);
        expect(await one.has(file)).toBe(true);
      }
    });

    it('names a path where nothing lies for a file that is gone', async () => {
      const { files } = await make();
      const file = await keep(files);
      await files.remove(file.key);
      await expect(readFile(await files.path(file))).rejects.toMatchObject({ code: 'ENOENT' });
    });

    it('does not take a file of another length for this one', async () => {
      const { files } = await make();
      const file = await keep(files);
      expect(await files.has({ ...file, bytes: file.bytes + 1 })).toBe(false);
    });

    it('keeps the same bytes once, also when they come many times at once', async () => {
      const { files } = await make();
      const all = await Promise.all(Array.from({ length: 6 }, () => keep(files)));
      expect(new Set(all.map(({ key }) => key)).size).toBe(1);
      expect(await olderThan(files, tomorrow())).toEqual([all[0]?.key]);
    });

    it('rejects when there is nothing to keep, and what is no key of its own', async () => {
      const { files } = await make();
      await expect(files.keep('/nowhere/at/all', 'image/png')).rejects.toMatchObject({ code: 'ENOENT' });
      const stranger: StoredFile = { key: '../../strut.sqlite', bytes: 1, mime: 'image/png' };
      await expect(files.path(stranger)).rejects.toThrow(RangeError);
      await expect(files.remove(stranger.key)).rejects.toThrow(RangeError);
      await expect(files.temp('../x')).rejects.toThrow(RangeError);
    });
  });
}

/** What several processes on the same place may count on. */
export function sharedFilesContract(
  name: string,
  make: () => Promise<Required<Subject>> | Required<Subject>,
): void {
  async function keep(files: Files, content = 'a picture') {
    await using temp = await files.temp('bin');
    await writeFile(temp.path, content);
    return await files.keep(temp.path, 'image/png');
  }

  describe(`${name} keeps the contract of files that several processes use`, () => {
    it('shows nobody a file that is asked about once more before it goes', async () => {
      const { files, another } = await make();
      const file = await keep(files);
      const other = another();
      const seen: boolean[] = [];
      await files.remove(file.key, async () => {
        seen.push(await other.has(file));
        return false;
      });
      expect(seen).toEqual([false]);
      expect(await other.has(file)).toBe(false);
    });

    it('puts a file back that is needed after all, whole', async () => {
      const { files, another } = await make();
      const file = await keep(files);
      await files.remove(file.key, async () => true);
      const other = another();
      expect(await other.has(file)).toBe(true);
      expect(await readFile(await other.path(file), 'utf8')).toBe('a picture');
    });

    it('puts a file back where nobody can say whether it is needed', async () => {
      const { files, another } = await make();
      const file = await keep(files);
      const unsure = files.remove(file.key, () => Promise.reject(new Error('the database is gone')));
      await expect(unsure).rejects.toThrow('the database is gone');
      expect(await another().has(file)).toBe(true);
    });

    it.each([true, false])(
      'leaves alone what another process keeps while it removes the same bytes (still needed: %s)',
      async (isNeeded) => {
        const { files, another } = await make();
        const file = await keep(files);
        const other = another();
        await files.remove(file.key, async () => {
          expect(await keep(other)).toEqual(file);
          return isNeeded;
        });
        expect(await other.has(file)).toBe(true);
        expect(await readFile(await other.path(file), 'utf8')).toBe('a picture');
      },
    );
  });
}
