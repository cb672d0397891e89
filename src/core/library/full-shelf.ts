/** Says which shelf has no room. */
import type { Refusal } from '../refusals.ts';
import type { LibraryItem } from './item.ts';
import type { NotKept, ShelfLimits } from './store.ts';

/** Which shelf has no room, as the member is told. */
export function fullShelf(
  why: Exclude<NotKept, 'name-taken'>,
  item: LibraryItem,
  limits: ShelfLimits,
): Refusal {
  const { kind, scope } = item;
  if (scope === 'mine') return { code: 'library-full', kind, whose: 'mine', max: limits.shelf };
  return why === 'shelf-full'
    ? { code: 'library-full', kind, whose: 'space', max: limits.shelf }
    : { code: 'library-full', kind, whose: 'member', max: limits.owner };
}
