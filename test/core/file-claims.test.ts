import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownClaims, sharedClaims } from '../../src/core/intake/file-claims.ts';
import { createFileUse } from '../../src/core/intake/file-use.ts';
import type { KeyValueStore } from '../../src/core/ports.ts';

const log = {
  debug() {},
  info() {},
  warn() {},
  error: (facts: object) => expect.fail(JSON.stringify(facts)),
};

/** Records that many see; `s` decides when each call comes about. */
function recordsOf(s: fc.Scheduler) {
  const all = new Map<string, unknown>();
  const kv: KeyValueStore = {
    get: async () => undefined,
    set: s.scheduleFunction(async (key: string, value: unknown) => void all.set(key, value)),
    delete: s.scheduleFunction(async (key: string) => all.delete(key)),
    startingWith: s.scheduleFunction(
      async (prefix: string) => new Map([...all].filter(([key]) => key.startsWith(prefix))),
    ) as KeyValueStore['startingWith'],
  };
  return { all, kv };
}

/** One place, where a file that is removed is out of sight before it is gone; each step of it takes its time. */
function placeOf(s: fc.Scheduler) {
  const there = new Set(['a', 'b']);
  const step = <T>(work: () => T): Promise<T> => s.scheduleFunction(async () => work())();
  return {
    there,
    files: {
      has: ({ key }: { key: string }) => step(() => there.has(key)),
      async keep(
        path: string,
        mime: string,
        within: (key: string, put: () => Promise<void>) => Promise<void> = (_key, put) => put(),
      ) {
        await within(path, async () => {
          if (!(await step(() => there.has(path)))) await step(() => there.add(path));
        });
        return { key: path, bytes: 1, mime };
      },
      async remove(key: string, isNeeded?: () => Promise<boolean>) {
        if (!(await step(() => there.delete(key)))) return;
        if (await isNeeded?.()) await step(() => there.add(key));
      },
    },
  };
}

describe('several processes with the same files, in any order of keeping, naming, forgetting and ending', () => {
  it('lose no file that a record names, and leave none that nobody needs', async () => {
    const step = fc.record({
      process: fc.integer({ min: 0, max: 1 }),
      what: fc.constantFrom('work', 'forget'),
      file: fc.constantFrom('a', 'b'),
      named: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 6 }), async (s, steps) => {
        const { kv, all } = recordsOf(s);
        const { there, files } = placeOf(s);
        // A job names each of them already.
        const names = new Map([...there].map((key) => [key, 1]));
        const use = [0, 1].map((process) =>
          createFileUse({
            files,
            records: [s.scheduleFunction(async (key: string) => (names.get(key) ?? 0) > 0)],
            claims: sharedClaims(kv, `process ${process}`),
            log,
          }),
        );
        const run = async ({ process, what, file, named }: (typeof steps)[number]) => {
          const mine = use[process];
          if (!mine) return;
          if (what === 'forget') {
            if ((names.get(file) ?? 0) === 0) return;
            names.set(file, (names.get(file) ?? 0) - 1);
            return mine.release([file]);
          }
          await using work = mine.begin();
          await work.keep(file, 'image/png');
          await s.schedule(Promise.resolve());
          if (named) names.set(file, (names.get(file) ?? 0) + 1);
        };
        await s.waitFor(Promise.all(steps.map(run)));
        expect([...there].sort()).toEqual([...names].flatMap(([key, n]) => (n > 0 ? [key] : [])).sort());
        expect([...all]).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what work has', () => {
  it('is had for as long as any of it goes on, in one process and in all', async () => {
    const kv = new Map<string, unknown>();
    const records: KeyValueStore = {
      get: async <T>(key: string) => kv.get(key) as T,
      set: async (key, value) => void kv.set(key, value),
      delete: async (key) => kv.delete(key),
      startingWith: async <T>(prefix: string) =>
        new Map([...kv].filter(([key]) => key.startsWith(prefix))) as Map<string, T>,
    };
    const other = sharedClaims(records, 'other');
    for (const claims of [ownClaims(), sharedClaims(records, 'this')]) {
      await claims.enter('a');
      await claims.enter('a');
      await claims.leave('a');
      expect([await claims.has('a'), await claims.has('b')]).toEqual([true, false]);
      expect(await other.has('a')).toBe(claims.areShared);
      await claims.leave('a');
      expect([await claims.has('a'), await other.has('a')]).toEqual([false, false]);
    }
  });

  it('is nobody’s a day after the process that had it has died', async () => {
    const lives: (number | undefined)[] = [];
    const kv: KeyValueStore = {
      get: async () => undefined,
      set: async (_key, _value, ttlMs) => void lives.push(ttlMs),
      delete: async () => true,
      startingWith: async () => new Map(),
    };
    await sharedClaims(kv, 'this').enter('a');
    expect(lives).toEqual([24 * 3_600_000]);
  });
});
