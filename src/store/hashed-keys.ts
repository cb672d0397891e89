/** Records of files that outlive the files: they must not tell which those were. */
import { createHash } from 'node:crypto';
import type { KeyValueStore } from '../core/ports.ts';

/** Keeps each record under a hash of its key. What lies under keys that start alike can't be told. */
export function withHashedKeys(kv: KeyValueStore): Pick<KeyValueStore, 'get' | 'set' | 'delete'> {
  const hashed = (key: string): string => createHash('sha256').update(`key ${key}`).digest('hex');
  return {
    get: (key) => kv.get(hashed(key)),
    set: (key, value, ttlMs) => kv.set(hashed(key), value, ttlMs),
    delete: (key) => kv.delete(hashed(key)),
  };
}
