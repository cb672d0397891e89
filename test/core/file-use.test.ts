import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFileUse } from '../../src/core/intake/file-use.ts';
import type { StoredFile } from '../../src/core/job/job.ts';
import { createFiles } from '../../src/store/files.ts';
import { fakeFiles } from '../fakes/files.ts';
import { freshFolder } from '../fakes/folder.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** True files, and one set of names that stands for all records. */
function up() {
  const files = createFiles(freshFolder());
  const named = new Set<string>();
  const use = createFileUse({ files, records: [async () => false, async (key) => named.has(key)], log });
  async function bring(work: ReturnType<typeof use.begin>, content: string): Promise<StoredFile> {
    await using temp = await files.temp('bin');
    writeFileSync(temp.path, content);
    return await work.keep(temp.path, 'image/png');
  }
  return { files, named, use, bring };
}

describe('a file that work brings in', () => {
  it('stays when a record names it by the end, and goes when none does', async () => {
    const { files, named, use, bring } = up();
    const work = use.begin();
    const [wanted, unwanted] = [await bring(work, 'a'), await bring(work, 'b')];
    named.add(wanted.key);
    expect(await files.has(unwanted)).toBe(true);
    await work[Symbol.asyncDispose]();
    expect([await files.has(wanted), await files.has(unwanted)]).toEqual([true, false]);
  });

  it('is not released under it, and not under other work with the same file', async () => {
    const { files, use, bring } = up();
    const [first, second] = [use.begin(), use.begin()];
    const file = await bring(first, 'a');
    expect(await bring(second, 'a')).toEqual(file);
    await use.release([file.key]);
    await first[Symbol.asyncDispose]();
    expect(await files.has(file)).toBe(true);
    await second[Symbol.asyncDispose]();
    expect(await files.has(file)).toBe(false);
  });

  it('is there whole, though the same file was just about to be removed', async () => {
    const { files, use, bring, named } = up();
    const old = use.begin();
    const file = await bring(old, 'a');
    named.add(file.key);
    await old[Symbol.asyncDispose]();
    named.delete(file.key);
    const work = use.begin();
    await Promise.all([use.release([file.key]), bring(work, 'a'), use.release([file.key])]);
    expect(await files.has(file)).toBe(true);
  });
});

describe('a file that lies there already', () => {
  it('can be held while it is there', async () => {
    const { files, use, bring, named } = up();
    const old = use.begin();
    const file = await bring(old, 'a');
    named.add(file.key);
    await old[Symbol.asyncDispose]();
    const work = use.begin();
    expect(await work.hold(file)).toBe(true);
    named.clear();
    await use.release([file.key]);
    expect(await files.has(file)).toBe(true);
    await work[Symbol.asyncDispose]();
    expect(await files.has(file)).toBe(false);
    expect(await use.begin().hold(file)).toBe(false);
  });
});

describe('a release', () => {
  it('that cannot check whether a file is needed leaves it, and still deletes the others', async () => {
    const files = fakeFiles();
    const use = createFileUse({
      files,
      records: [async (key) => (key === 'kept-/a' ? Promise.reject(new Error('locked')) : false)],
      log,
    });
    const work = use.begin();
    for (const path of ['/a', '/b']) await work.keep(path, 'image/png');
    await work[Symbol.asyncDispose]();
    expect([...files.kept]).toEqual(['kept-/a']);
  });
});

describe('in any order of keeping, naming, forgetting and ending', () => {
  it('no file goes that a record or work needs, and none stays that nobody needs', async () => {
    const step = fc.record({
      what: fc.constantFrom('work', 'forget'),
      file: fc.integer({ min: 0, max: 2 }),
      named: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 12 }), async (s, steps) => {
        const files = fakeFiles();
        // How many jobs name each file.
        const names = new Map<string, number>();
        const uses = s.scheduleFunction(async (key: string) => (names.get(key) ?? 0) > 0);
        const use = createFileUse({
          files: {
            keep: s.scheduleFunction(files.keep),
            has: files.has,
            remove: s.scheduleFunction(files.remove),
          },
          records: [uses],
          log,
        });
        const run = async ({ what, file, named }: (typeof steps)[number]) => {
          const key = `kept-/${file}`;
          if (what === 'forget') {
            if ((names.get(key) ?? 0) === 0) return;
            names.set(key, (names.get(key) ?? 0) - 1);
            return use.release([key]);
          }
          await using work = use.begin();
          await work.keep(`/${file}`, 'image/png');
          await s.schedule(Promise.resolve());
          expect(files.kept.has(key)).toBe(true);
          if (named) names.set(key, (names.get(key) ?? 0) + 1);
        };
        const all = Promise.all(steps.map(run));
        await s.waitFor(all);
        expect([...files.kept].sort()).toEqual([...names].flatMap(([key, n]) => (n > 0 ? [key] : [])).sort());
      }),
    );
  });
});
