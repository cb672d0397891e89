/**
 * Members' files that no job names yet: of asks under way, and of forms that are open. A list on the shelf names them,
 * so that they are neither removed before their time nor left behind.
 */
import type { FileUse, NamesFile } from '../../../core/file-use.ts';
import { createLocks } from '../../../core/locks.ts';
import type { Clock, Shelf } from '../../../core/ports.ts';

type Entry = { id: string; keys: string[]; until: number };

const INDEX = 'waiting';
/** Longer than a form stays open, or an ask is worked on. */
const WAITS_MS = 24 * 3_600_000;
const entriesOf = async (shelf: Shelf): Promise<Entry[]> => (await shelf.get<Entry[]>(INDEX)) ?? [];

/** Whether something that waits on this shelf needs the file. */
export const namedByWaiting =
  (shelf: Shelf): NamesFile =>
  async (key) =>
    (await entriesOf(shelf)).some(({ keys }) => keys.includes(key));

export type Waiting = {
  /** From now on these files stay for that ask's sake. */
  hold(id: string, keys: readonly string[]): Promise<void>;
  /** The ask is over: what nobody else needs goes. */
  release(id: string): Promise<void>;
  /** Lets go of what nobody came back for. */
  sweep(): Promise<void>;
};

export function createWaiting(parts: { shelf: Shelf; fileUse: FileUse; clock: Clock }): Waiting {
  const { shelf, fileUse, clock } = parts;
  const locks = createLocks();

  async function change(how: (entries: Entry[]) => Entry[]): Promise<void> {
    const dropped = await locks.run(INDEX, async () => {
      const before = await entriesOf(shelf);
      const after = how(before);
      await shelf.set(INDEX, after);
      return before.filter((entry) => !after.includes(entry)).flatMap(({ keys }) => keys);
    });
    await fileUse.release(dropped);
  }

  return {
    hold: (id, keys) =>
      change((entries) => [
        ...entries.filter((entry) => entry.id !== id),
        { id, keys: [...keys], until: clock.now() + WAITS_MS },
      ]),
    async release(id) {
      if ((await entriesOf(shelf)).some((entry) => entry.id === id))
        await change((entries) => entries.filter((entry) => entry.id !== id));
    },
    sweep: () => change((entries) => entries.filter(({ until }) => until > clock.now())),
  };
}
