// @ts-check
/** The library on the page: two shelves, what is done to one thing on them, and saving something new. */

import { castBar } from './cast.js';
import { find, tell } from './dom.js';
import { itemMenu } from './item-menu.js';
import { fileToKeep, jobToKeep, keepDialog } from './keep.js';
import { say } from './say.js';
import { shelf } from './shelf.js';

/** @import { JobView } from './contract.ts' */
/** @import { Held, Slot } from './files.js' */
/** @import { LibraryItemView } from './library-contract.ts' */
/** @import { ToKeep } from './keep.js' */

/** @typedef {LibraryItemView['kind']} Kind */

/** @type {Record<Kind, Slot>} */
const SLOT_OF = { motion: 'clip', character: 'image' };

/**
 * @param {HTMLFormElement} form
 * @param {object} page
 * @param {(slot: Slot, item: LibraryItemView | undefined) => void} page.put takes it in the place of a file; undefined empties it
 * @param {(slot: Slot, item: LibraryItemView) => void} page.redraw the same, with another name
 * @param {(slot: Slot) => Held | undefined} page.held
 * @param {(slot: Slot) => string | undefined} page.tooLarge
 * @param {(jobs: JobView[]) => void} page.onJobs
 */
export function library(form, { put, redraw, held, tooLarge, onJobs }) {
  const keep = keepDialog();
  const motions = shelf('motion', {
    onTake: (item) => put('clip', item),
    onMore: (item) => menu.open(item),
  });
  const characters = shelf('character', {
    onTake(item) {
      if (!cast.toggle(item)) put('image', item);
    },
    onMore: (item) => menu.open(item),
  });
  const shelves = { motion: motions, character: characters };
  const cast = castBar(form, {
    box: characters.box,
    motion: () => itemIn('clip'),
    onMark: mark,
    onJobs,
  });

  /** @param {Slot} slot */
  function itemIn(slot) {
    const there = held(slot);
    return there instanceof File ? undefined : there;
  }

  const menu = itemMenu({
    onChange(item) {
      if (itemIn(SLOT_OF[item.kind])?.id === item.id) redraw(SLOT_OF[item.kind], item);
      void shelves[item.kind].refresh();
    },
    onGone(item) {
      cast.drop(item.id);
      if (itemIn(SLOT_OF[item.kind])?.id === item.id) put(SLOT_OF[item.kind], undefined);
      void shelves[item.kind].refresh();
    },
    onClose: (item) => shelves[item.kind].focus(item.id),
  });

  /** @param {ToKeep} what @param {{ from: string, to: string }} [part] */
  async function save(what, part) {
    const item = await keep(what, part);
    if (!item) return;
    say(`Saved as ${item.name}`);
    shelves[item.kind].open();
    await shelves[item.kind].refresh();
  }

  for (const kind of /** @type {Kind[]} */ (['motion', 'character'])) {
    const slot = SLOT_OF[kind];
    find(`${slot}-keep`, HTMLButtonElement).addEventListener('click', () => {
      const file = held(slot);
      if (!(file instanceof File)) return;
      const large = tooLarge(slot);
      if (large) return tell(find(`${slot}-problem`, HTMLElement), large);
      const chosen = new FormData(form);
      const [from, to] = [String(chosen.get('trim_from') || '0'), String(chosen.get('trim_to') ?? '')];
      const crop = kind === 'character' ? String(chosen.get('crop') ?? '') : '';
      void save(fileToKeep(kind, file, crop), to === '' ? undefined : { from, to });
    });
  }

  function mark() {
    const [motion, character] = [itemIn('clip'), itemIn('image')];
    motions.mark(motion ? [motion.id] : []);
    characters.mark(cast.isOn() ? cast.ids() : character ? [character.id] : []);
  }

  return {
    /** The slots, or what is wished for, have changed. */
    changed() {
      mark();
      cast.changed();
    },
    refresh: () => Promise.all([motions.refresh(), characters.refresh()]),
    /** @param {JobView} job @param {Kind} kind */
    saveFrom: (job, kind) => save(jobToKeep(kind, job.links.self)),
  };
}
