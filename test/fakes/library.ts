/** The library in memory, held to the same contract as the real one (test/contracts/library.ts). */
import { type LibraryItem, shelfOf } from '../../src/core/library/item.ts';
import { nameKey } from '../../src/core/library/names.ts';
import type { LibraryStore, NotKept, ShelfLimits } from '../../src/core/library/store.ts';

/** Nothing is awaited between a look and its change, so each call is one step. */
export function memoryLibrary(): LibraryStore {
  const records = new Map<string, string>();
  const read = (id: string): LibraryItem | undefined => {
    const text = records.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  };
  const all = (): LibraryItem[] => [...records.keys()].sort().flatMap((id) => read(id) ?? []);

  function noRoom(item: LibraryItem, limits: ShelfLimits, isNewThere: boolean): NotKept | undefined {
    const there = all().filter(
      (one) => one.id !== item.id && one.kind === item.kind && shelfOf(one) === shelfOf(item),
    );
    if (there.some(({ name }) => nameKey(name) === nameKey(item.name))) return 'name-taken';
    if (!isNewThere) return undefined;
    if (there.length >= limits.shelf) return 'shelf-full';
    const theirs = there.filter(({ ownerId }) => ownerId === item.ownerId);
    return theirs.length >= limits.owner ? 'owner-full' : undefined;
  }

  return {
    get: async (id) => read(id),
    on: async (shelves, kind) =>
      all()
        .filter((item) => item.kind === kind && shelves.includes(shelfOf(item)))
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)),
    ofOwner: async (memberId) => all().filter(({ ownerId }) => ownerId === memberId),
    async size(shelf) {
      const there = all().filter((item) => shelfOf(item) === shelf);
      return {
        motion: there.filter(({ kind }) => kind === 'motion').length,
        character: there.filter(({ kind }) => kind === 'character').length,
        bytes: there.reduce((sum, { file, preview }) => sum + file.bytes + (preview?.bytes ?? 0), 0),
      };
    },
    async *all() {
      yield* all();
    },
    async add(item, limits) {
      if (records.has(item.id)) return 'kept';
      const why = noRoom(item, limits, true);
      if (why) return why;
      records.set(item.id, JSON.stringify(item));
      return 'kept';
    },
    async change(id, change, limitsOf) {
      const before = read(id);
      const after = before && change(before);
      if (!before || !after) return undefined;
      const why = noRoom(after, limitsOf(after), shelfOf(after) !== shelfOf(before));
      if (why) return why;
      records.set(id, JSON.stringify(after));
      return after;
    },
    async remove(id) {
      const before = read(id);
      records.delete(id);
      return before;
    },
    uses: async (key) => all().some(({ file, preview }) => file.key === key || preview?.key === key),
  };
}
