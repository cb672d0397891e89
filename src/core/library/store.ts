/** The edge of the library to its records. */
import type { ItemKind, LibraryItem } from './item.ts';

/** What has no room: names on a shelf are told apart, and shelves have an end. */
export type NotKept = 'name-taken' | 'shelf-full' | 'owner-full';
/** How many of a kind may lie on the shelf, and how many of them may be one member's. */
export type ShelfLimits = { shelf: number; owner: number };

/** Items on disk. Whatever two do at once, in whichever processes, comes one after the other. */
export type LibraryStore = {
  get(id: string): Promise<LibraryItem | undefined>;
  /** All that lies on those shelves, the newest first. */
  on(shelves: readonly string[], kind: ItemKind): Promise<LibraryItem[]>;
  /** All that a member has saved, on whichever shelf. */
  ofOwner(memberId: string): Promise<LibraryItem[]>;
  /** How many of each kind lie on a shelf, and how many bytes their files have. */
  size(shelf: string): Promise<Record<ItemKind, number> & { bytes: number }>;
  /** One by one, for whoever looks through all of them. */
  all(): AsyncIterable<LibraryItem>;
  /** Keeps a new one; one with the same id is there already and stays as it is. */
  add(item: LibraryItem, limits: ShelfLimits): Promise<'kept' | NotKept>;
  /** What `change` makes of it, if anything; it may be asked again. Undefined where there is none. */
  change(
    id: string,
    change: (item: LibraryItem) => LibraryItem | undefined,
    limitsOf: (after: LibraryItem) => ShelfLimits,
  ): Promise<LibraryItem | NotKept | undefined>;
  /** The item that was there. */
  remove(id: string): Promise<LibraryItem | undefined>;
  /** Whether an item has the file of that key. */
  uses(fileKey: string): Promise<boolean>;
};
