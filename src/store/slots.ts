/** Records of files that outlive the files: they must not tell which those were, and never take more than so much room. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { KeyValueStore } from '../core/ports.ts';

const slotSchema = z.object({ of: z.string(), value: z.unknown() });

/**
 * Keeps each record in one of so many slots, which the hash of its key decides, and with it the hash of the key. Of two records
 * with the same slot, the later one stays.
 */
export function inSlots(kv: KeyValueStore, slots: number): Pick<KeyValueStore, 'get' | 'set'> {
  const placeOf = (key: string): { of: string; slot: string } => {
    const of = createHash('sha256').update(`key ${key}`).digest('hex');
    return { of, slot: `slot-${Number.parseInt(of.slice(0, 8), 16) % slots}` };
  };
  return {
    async get<T>(key: string) {
      const { of, slot } = placeOf(key);
      const read = slotSchema.safeParse(await kv.get(slot));
      return read.success && read.data.of === of ? (read.data.value as T) : undefined;
    },
    set(key, value, ttlMs) {
      const { of, slot } = placeOf(key);
      return kv.set(slot, { of, value }, ttlMs);
    },
  };
}
