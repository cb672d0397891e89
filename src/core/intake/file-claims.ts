/** Which files work under way has, that may yet put them into a record. */
import type { KeyValueStore } from '../ports.ts';

export type FileClaims = {
  /** Whether other processes use the same files, so that what nobody here knows of may be theirs. */
  areShared: boolean;
  enter(key: string): Promise<void>;
  /** As often as it was entered. */
  leave(key: string): Promise<void>;
  has(key: string): Promise<boolean>;
};

/** Of one process that has the files to itself. */
export function ownClaims(): FileClaims {
  const counts = countByKey();
  return {
    areShared: false,
    enter: async (key) => void counts.add(key),
    leave: async (key) => void counts.take(key),
    has: async (key) => counts.has(key),
  };
}

/** No work takes as long. What a process that died had is nobody's afterwards. */
const LASTS_MS = 24 * 3_600_000;

/**
 * Of all processes on the same records: one entry for each key and process, which all can see before the file is looked
 * for. `process` is a name that no other has. For each key, the caller calls one at a time.
 */
export function sharedClaims(kv: KeyValueStore, process: string): FileClaims {
  const mine = countByKey();
  const entry = (key: string): string => `${key}:${process}`;
  return {
    areShared: true,
    async enter(key) {
      if (!mine.has(key)) await kv.set(entry(key), true, LASTS_MS);
      mine.add(key);
    },
    async leave(key) {
      if (mine.take(key) === 0) await kv.delete(entry(key));
    },
    has: async (key) => mine.has(key) || (await kv.startingWith(`${key}:`)).size > 0,
  };
}

function countByKey() {
  const counts = new Map<string, number>();
  return {
    has: (key: string): boolean => counts.has(key),
    add: (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1),
    /** How many are left. */
    take(key: string): number {
      const left = (counts.get(key) ?? 0) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
      return Math.max(0, left);
    },
  };
}
