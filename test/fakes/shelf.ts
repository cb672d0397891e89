import type { Shelf } from '../../src/core/ports.ts';

/** A shelf in memory. Keeps copies, as a disk would. */
export function memoryShelf(): Shelf {
  const records = new Map<string, string>();
  return {
    async get<T>(key: string) {
      const record = records.get(key);
      return record === undefined ? undefined : (JSON.parse(record) as T);
    },
    set: async (key, value) => records.set(key, JSON.stringify(value)),
    delete: async (key) => records.delete(key),
  };
}
