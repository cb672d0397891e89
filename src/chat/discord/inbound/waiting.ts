/**
 * Members' files that no job names yet: of asks under way, and of forms that are open. Notes on the key-value store name them, one
 * for each ask, so that they are neither removed before their time nor left behind.
 */
import type { FileUse, NamesFile } from '../../../core/intake/file-use.ts';
import { createLocks } from '../../../core/locks.ts';
import type { Clock, KeyValueStore, Log } from '../../../core/ports.ts';

/** `userId`: whose it is, where nothing but that member will ever come back for it. */
type Entry = { id: string; keys: string[]; until: number; userId?: string };

const PREFIX = 'waiting:';
/** Longer than a form stays open, or an ask is worked on. */
const WAITS_MS = 24 * 3_600_000;
const SWEEP_EVERY_MS = 3_600_000;
const entriesOf = async (kv: KeyValueStore): Promise<Entry[]> => [
  ...(await kv.startingWith<Entry>(PREFIX)).values(),
];

/** Whether something that waits on this key-value store needs the file. */
export const namedByWaiting =
  (kv: KeyValueStore): NamesFile =>
  async (key) =>
    (await entriesOf(kv)).some(({ keys }) => keys.includes(key));

export type FormMemory = {
  /** From now on these files stay for that ask's sake. */
  hold(id: string, keys: readonly string[], userId?: string): Promise<void>;
  /** The ask is over: what nobody else needs goes. */
  release(id: string): Promise<void>;
  /** Lets go of what was held for that member by name, and answers with the ids. */
  forget(userId: string): Promise<string[]>;
  /** Lets go of what nobody came back for, now and every hour. */
  start(): Promise<void>;
  stop(): void;
};

export function createWaiting(parts: {
  kv: KeyValueStore;
  fileUse: FileUse;
  clock: Clock;
  log: Log;
}): FormMemory {
  const { kv, fileUse, clock, log } = parts;
  const locks = createLocks();
  let timer: NodeJS.Timeout | undefined;

  /** Lets go of it, unless it has changed since it was looked at. */
  async function drop(id: string, goes: (entry: Entry) => boolean = () => true): Promise<boolean> {
    const dropped = await locks.run(id, async () => {
      const entry = await kv.get<Entry>(PREFIX + id);
      if (!entry || !goes(entry)) return undefined;
      await kv.delete(PREFIX + id);
      return entry;
    });
    await fileUse.release(dropped?.keys ?? []);
    return dropped !== undefined;
  }

  async function dropWhere(goes: (entry: Entry) => boolean): Promise<string[]> {
    const dropped: string[] = [];
    for (const entry of await entriesOf(kv))
      if (goes(entry) && (await drop(entry.id, goes))) dropped.push(entry.id);
    return dropped;
  }

  const sweep = () => dropWhere(({ until }) => until <= clock.now());

  return {
    async hold(id, keys, userId) {
      const entry = { id, keys: [...keys], until: clock.now() + WAITS_MS, ...(userId ? { userId } : {}) };
      const before = await locks.run(id, async () => {
        const held = await kv.get<Entry>(PREFIX + id);
        await kv.set(PREFIX + id, entry);
        return held;
      });
      await fileUse.release(before?.keys ?? []);
    },
    async release(id) {
      await drop(id);
    },
    forget: (userId) => dropWhere((entry) => entry.userId === userId),
    async start() {
      timer = setInterval(() => {
        sweep().catch((err: unknown) => log.warn({ err }, 'files of forms that nobody sent stay for now'));
      }, SWEEP_EVERY_MS);
      await sweep();
    },
    stop: () => clearInterval(timer),
  };
}
