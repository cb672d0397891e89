import type { KeyValueStore } from '../../src/core/ports.ts';

/** A key-value store in memory. Keeps copies, as a disk would. */
export function memoryKeyValueStore(): KeyValueStore {
  const records = new Map<string, string>();
  return {
    async get<T>(key: string) {
      const record = records.get(key);
      return record === undefined ? undefined : (JSON.parse(record) as T);
    },
    set: async (key, value) => records.set(key, JSON.stringify(value)),
    startingWith: async <T>(prefix: string) =>
      new Map(
        [...records]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, record]) => [key, JSON.parse(record) as T]),
      ),
    delete: async (key) => records.delete(key),
  };
}
