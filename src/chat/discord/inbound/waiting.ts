/**
 * Members' files that no job names yet: of asks under way, and of forms that are open. A list on the shelf names them,
 * so that they are neither removed before their time nor left behind.
 */
import type { FileUse, NamesFile } from '../../../core/file-use.ts';
import { createLocks } from '../../../core/locks.ts';
import type { Clock, Log, Shelf } from '../../../core/ports.ts';

/** `userId`: whose it is, where nothing but that member will ever come back for it. */
type Entry = { id: string; keys: string[]; until: number; userId?: string };

const INDEX = 'waiting';
/** Longer than a form stays open, or an ask is worked on. */
const WAITS_MS = 24 * 3_600_000;
const SWEEP_EVERY_MS = 3_600_000;
const entriesOf = async (shelf: Shelf): Promise<Entry[]> => (await shelf.get<Entry[]>(INDEX)) ?? [];

/** Whether something that waits on this shelf needs the file. */
export const namedByWaiting =
  (shelf: Shelf): NamesFile =>
  async (key) =>
    (await entriesOf(shelf)).some(({ keys }) => keys.includes(key));

export type Waiting = {
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

export function createWaiting(parts: { shelf: Shelf; fileUse: FileUse; clock: Clock; log: Log }): Waiting {
  const { shelf, fileUse, clock, log } = parts;
  const locks = createLocks();
  let timer: NodeJS.Timeout | undefined;

  async function change(how: (entries: Entry[]) => Entry[]): Promise<Entry[]> {
    const dropped = await locks.run(INDEX, async () => {
      const before = await entriesOf(shelf);
      const after = how(before);
      await shelf.set(INDEX, after);
      return before.filter((entry) => !after.includes(entry));
    });
    await fileUse.release(dropped.flatMap(({ keys }) => keys));
    return dropped;
  }

  const sweep = () => change((entries) => entries.filter(({ until }) => until > clock.now()));

  return {
    async hold(id, keys, userId) {
      const entry = { id, keys: [...keys], until: clock.now() + WAITS_MS, ...(userId ? { userId } : {}) };
      await change((entries) => [...entries.filter((one) => one.id !== id), entry]);
    },
    async release(id) {
      if ((await entriesOf(shelf)).some((entry) => entry.id === id))
        await change((entries) => entries.filter((entry) => entry.id !== id));
    },
    async forget(userId) {
      const dropped = await change((entries) => entries.filter((entry) => entry.userId !== userId));
      return dropped.map(({ id }) => id);
    },
    async start() {
      timer = setInterval(() => {
        sweep().catch((err: unknown) => log.warn({ err }, 'files of forms that nobody sent stay for now'));
      }, SWEEP_EVERY_MS);
      await sweep();
    },
    stop: () => clearInterval(timer),
  };
}
