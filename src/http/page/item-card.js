// @ts-check
/** One thing of the library as it lies on its shelf: what it looks like, what it is called, and one press to take it. */

import { make } from './dom.js';
import { lengthOf } from './words.js';

/** @import { LibraryItemView } from './library-contract.ts' */

/** @typedef {ReturnType<typeof itemCard>} ItemCard */

/**
 * Of a motion its length, its price and how it went; of a character how it went.
 * @param {LibraryItemView} item
 */
export const factsOf = ({ seconds, price, numbers }) =>
  [seconds === undefined ? undefined : lengthOf(seconds), price, numbers.text].filter(Boolean).join(' · ');

/**
 * @param {LibraryItemView} item
 * @param {{ onTake: () => void, onMore: () => void }} events
 */
export function itemCard(item, { onTake, onMore }) {
  const take = make(
    'button',
    { type: 'button', class: 'take', 'aria-pressed': 'false' },
    make('span', { class: 'cell' }, pictureOf(item.kind, item.links.preview)),
    make('b', { title: item.name }, item.name),
    make('span', { class: 'facts' }, factsOf(item)),
  );
  // Said after the name, and shown over the picture.
  const chip = item.pinned ? 'First' : item.scope === 'mine' ? 'Mine' : undefined;
  if (chip) take.append(make('span', { class: 'chip' }, chip));
  const more = make(
    'button',
    { type: 'button', class: 'dots', 'aria-label': `More about ${item.name}` },
    '⋯',
  );
  take.addEventListener('click', onTake);
  more.addEventListener('click', onMore);
  return {
    item,
    element: make('li', { class: 'item' }, take, more),
    take,
    /** Of a whole shelf one thing is reached by Tab, the others by the arrows. @param {boolean} isIt */
    reach(isIt) {
      for (const button of [take, more]) button.tabIndex = isIt ? 0 : -1;
    },
  };
}

/**
 * What moves, with its first picture over it for as long as it has to stand still.
 * @param {LibraryItemView['kind']} kind
 * @param {string | undefined} source
 */
export function pictureOf(kind, source) {
  if (source === undefined) return standIn(kind);
  const image = make('img', { src: source, alt: '', loading: 'lazy', decoding: 'async', draggable: 'false' });
  const box = make('span', { class: 'moving' }, image);
  image.addEventListener('load', () => {
    const still = make('canvas', { class: 'still', 'aria-hidden': 'true' });
    still.width = image.naturalWidth;
    still.height = image.naturalHeight;
    still.getContext('2d')?.drawImage(image, 0, 0);
    box.querySelector('canvas')?.remove();
    box.append(still);
  });
  image.addEventListener('error', () => box.replaceWith(standIn(kind)));
  return box;
}

/** Where there is no preview, or it can't be shown. @param {LibraryItemView['kind']} kind */
function standIn(kind) {
  const figure = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  figure.setAttribute('viewBox', '0 0 100 140');
  figure.setAttribute('aria-hidden', 'true');
  figure.setAttribute('class', 'stand-in');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', kind === 'motion' ? '#stride' : '#standing');
  figure.append(use);
  return figure;
}
