/** The gallery of motions or characters, page by page. */
import type { Core } from '../core/command.ts';
import type { ItemKind } from '../core/library/item.ts';
import { type ListedItem, SORTS, type Sort } from '../core/library/library.ts';
import type { Caller } from '../core/limits/access.ts';
import { accept, type Outcome } from '../core/refusals.ts';

/** Two rows of three: larger previews say more than more of them. */
const GALLERY_PAGE = 6;

/** Which part of the gallery is wanted; `page` counts from nought. */
export type GalleryWish = { kind: ItemKind; sort: Sort; page: number; find?: string };

export type Gallery = {
  wish: GalleryWish;
  listed: readonly ListedItem[];
  pages: number;
  /** Of all that fit, and how many the space has, of how many it may have. */
  total: number;
  inSpace: number;
  most: number;
};

/** Beyond the last page there is the last one: something may have gone since the button was made. */
export async function galleryOf(
  { library, settings }: Pick<Core, 'library' | 'settings'>,
  { seenByAll = false, ...caller }: Caller & { seenByAll?: boolean },
  { kind, sort, page, find }: GalleryWish,
): Promise<Outcome<Gallery>> {
  const scope = seenByAll ? 'space' : undefined;
  const all = await library.list(caller, { kind, sort, typed: find, scope });
  if (!all.ok) return all;
  const pages = Math.max(1, Math.ceil(all.value.length / GALLERY_PAGE));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const { spaceId } = caller.requester;
  return accept({
    wish: { kind, sort, page: shown, ...(find ? { find } : {}) },
    listed: all.value.slice(shown * GALLERY_PAGE, (shown + 1) * GALLERY_PAGE),
    pages,
    total: all.value.length,
    inSpace: (await library.size(spaceId))[kind],
    most: settings.of(spaceId).library.most,
  });
}

/** `used.2`: what a button says of it. A button for the sort alone says no page, as no two may say the same. */
export const galleryArg = ({ sort, page }: Pick<GalleryWish, 'sort' | 'page'>): string => `${sort}.${page}`;

/** Undefined for what none of our buttons says; anybody can make one up. */
export function readGalleryArg(arg: string): Pick<GalleryWish, 'sort' | 'page'> | undefined {
  const [name, number = '0'] = arg.split('.');
  const sort = SORTS.find((one) => one === name);
  return sort && /^\d{1,3}$/.test(number) ? { sort, page: Number(number) } : undefined;
}
