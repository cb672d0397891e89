// @ts-check
/** Which of the files that somebody dropped, chose or pasted is the picture and which the clip. */

/** @import { LibraryItemView } from './library-contract.ts' */

/** @typedef {'image' | 'clip'} Slot */
/** @typedef {File | LibraryItemView} Held what a slot has: a file of the member's own, or something of the library */

const CLIP_ENDINGS = /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g|3gp)$/i;
const IMAGE_ENDINGS = /\.(jpe?g|png|avif|hei[cf]|hif)$/i;

/**
 * What a file most likely is, and whether it may be the other as well: GIF and WebP stand still or move, and only the
 * place where they were dropped, or what else came along, can tell. Browsers know no type for some files (MKV,
 * HEIC), so the name counts too.
 * @param {{ name: string, type: string }} file
 * @returns {{ kind: Slot | 'neither', sure: boolean }}
 */
export function kindOf({ name, type }) {
  if (type === 'image/gif' || /\.gif$/i.test(name)) return { kind: 'clip', sure: false };
  if (type === 'image/webp' || /\.webp$/i.test(name)) return { kind: 'image', sure: false };
  if (type.startsWith('video/') || CLIP_ENDINGS.test(name)) return { kind: 'clip', sure: true };
  if (type.startsWith('image/') || IMAGE_ENDINGS.test(name)) return { kind: 'image', sure: true };
  return { kind: 'neither', sure: false };
}

/** @param {Slot} slot @returns {Slot} */
const other = (slot) => (slot === 'image' ? 'clip' : 'image');

/**
 * Sorts files into the two slots. A single file goes where it was dropped, unless it is surely of the other kind; one
 * that is neither stays there too, since the server's refusal says what is wrong with it. Among several the type
 * decides, and a GIF or WebP takes the slot that is still free. `left` are those without a place.
 * @template {{ name: string, type: string }} F
 * @param {readonly F[]} files
 * @param {{ target?: Slot | undefined, filled: Record<Slot, boolean> }} place
 * @returns {{ image?: F, clip?: F, left: F[] }}
 */
export function sortFiles(files, { target, filled }) {
  const [only] = files;
  if (only !== undefined && files.length === 1 && target !== undefined) {
    const { kind, sure } = kindOf(only);
    return { [sure && kind !== 'neither' ? kind : target]: only, left: [] };
  }
  /** @type {{ image?: F, clip?: F, left: F[] }} */
  const sorted = { left: [] };
  const bySureness = [...files].sort((a, b) => Number(kindOf(b).sure) - Number(kindOf(a).sure));
  for (const file of bySureness) {
    const { kind, sure } = kindOf(file);
    if (kind === 'neither') sorted.left.push(file);
    else if (sure && sorted[kind] === undefined) sorted[kind] = file;
    else if (sure) sorted.left.push(file);
    else {
      const taken = (/** @type {Slot} */ slot) => sorted[slot] !== undefined;
      const better =
        !taken(kind) && (files.length > 1 || !filled[kind] || filled[other(kind)]) ? kind : other(kind);
      if (taken(better)) sorted.left.push(file);
      else sorted[better] = file;
    }
  }
  return sorted;
}
