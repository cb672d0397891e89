// @ts-check
/** A table of figures: the first column names, the last ones count. */

import { make } from './dom.js';

/**
 * @param {string[]} heads
 * @param {{ name: string, about?: string, cells: string[] }[]} rows `about` stands small below the name
 * @param {string} empty what is said where there are none
 * @returns {HTMLElement}
 */
export function table(heads, rows, empty) {
  if (rows.length === 0) return make('p', { class: 'hint' }, empty);
  return make(
    'table',
    {},
    make('thead', {}, make('tr', {}, ...heads.map((head) => make('th', { scope: 'col' }, head)))),
    make(
      'tbody',
      {},
      ...rows.map(({ name, about, cells }) =>
        make(
          'tr',
          {},
          make('th', { scope: 'row' }, name, ...(about ? [make('span', { class: 'about' }, about)] : [])),
          ...cells.map((cell) => make('td', {}, cell)),
        ),
      ),
    ),
  );
}
