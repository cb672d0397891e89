import type { Files } from '../../src/core/ports.ts';

/** Files that are only names: what the core does with them needs no bytes. */
export function fakeFiles(): Files {
  const kept = new Set<string>();
  let made = 0;
  return {
    async keep(tempPath, mime) {
      const key = `kept-${tempPath}`;
      kept.add(key);
      return { key, bytes: 1000, mime };
    },
    hasRoom: async () => true,
    pathOf: ({ key }) => `/kept/${key}`,
    has: async ({ key }) => kept.has(key),
    async remove(key) {
      kept.delete(key);
    },
    async temp(extension) {
      made += 1;
      return { path: `/temp/${made}.${extension}`, async [Symbol.asyncDispose]() {} };
    },
  };
}
