/** What was learnt from jobs, by name: the newest of each, all under one key. Several processes may learn at once. */
import { follow } from './follow.ts';
import { createLocks } from './locks.ts';
import type { KeyValueStore } from './ports.ts';
import type { Sharing } from './sharing.ts';

const TOPIC = 'lessons';

export type Lessons<T> = { of(name: string): readonly T[]; add(name: string, lesson: T): Promise<void> };

/** `kept`: so many of each name. Without `sharing`, this process is the only one. */
export async function openLessons<T>(
  kv: KeyValueStore,
  key: string,
  kept: number,
  sharing?: Sharing,
): Promise<Lessons<T>> {
  const locks = sharing?.locks ?? createLocks();
  let all = new Map<string, T[]>();
  async function read(): Promise<void> {
    all = new Map(Object.entries((await kv.get<Record<string, T[]>>(key)) ?? {}));
  }
  await read();
  if (sharing)
    follow(sharing.bus, TOPIC, {
      ...sharing,
      read: async (which) => (which === key ? read() : undefined),
      readAll: read,
    });
  return {
    of: (name) => all.get(name) ?? [],
    add: (name, lesson) =>
      locks.run(`lessons ${key}`, async () => {
        // As it is by now: others learn as well.
        await read();
        all.set(name, [...(all.get(name) ?? []), lesson].slice(-kept));
        await kv.set(key, Object.fromEntries(all));
        sharing?.bus.publish(TOPIC, key);
      }),
  };
}
