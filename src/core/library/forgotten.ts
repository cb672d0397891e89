/** What becomes of an item whose owner, or whoever posted it, wants to be forgotten. */
import { FORGOTTEN } from '../trust/audit.ts';
import { messengerOf, passedOn } from '../trust/consent.ts';
import type { LibraryItem } from './item.ts';

/** The admins have said that it stays; not where it shows whoever gave it. */
export const isSpaces = (item: LibraryItem): boolean =>
  item.scope === 'space' && item.pinned === true && !(item.kind === 'character' && item.shows === 'self');

/** The item without their name. */
export function withoutMember(item: LibraryItem, memberId: string): LibraryItem {
  const { postedBy, ...rest } = item;
  const isPosted = postedBy !== undefined && messengerOf(postedBy) === memberId;
  const poster = postedBy === undefined ? {} : { postedBy: isPosted ? passedOn() : postedBy };
  return { ...rest, ...poster, ownerId: rest.ownerId === memberId ? FORGOTTEN : rest.ownerId } as LibraryItem;
}
