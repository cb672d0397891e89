import type { Files } from '../../src/core/ports.ts';

export type FakeFiles = Files & { kept: Set<string> };

/** Files that are only names: what the core does with them needs no bytes. `sizes`: of temporary files, by path. */
export function fakeFiles(sizes: ReadonlyMap<string, number> = new Map()): FakeFiles {
  const kept = new Set<string>();
  let made = 0;
  return {
    kept,
    async keep(tempPath, mime, within = (_key, put) => put()) {
      const key = `kept-${tempPath}`;
      await within(key, async () => {
        // Moved, as the true one does: a file that was ours under another name is not there any more.
        kept.delete(tempPath.replace(/^\/kept\//, ''));
        kept.add(key);
      });
      return { key, bytes: sizes.get(tempPath) ?? 1000, mime };
    },
    hasRoom: async () => true,
    async *olderThan() {
      yield* kept;
    },
    path: async ({ key }) => `/kept/${key}`,
    has: async ({ key }) => kept.has(key),
    async remove(key, isNeeded) {
      const wasThere = kept.delete(key);
      if (wasThere && (await isNeeded?.())) kept.add(key);
    },
    async temp(extension) {
      made += 1;
      return { path: `/temp/${made}.${extension}`, async [Symbol.asyncDispose]() {} };
    },
  };
}
