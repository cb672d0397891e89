// @ts-check
/** What a screen reader is told while something goes on: each thing once, and not too often. */

import { find } from './dom.js';

let last = '';

/** @param {string} text */
export function say(text) {
  if (text === last) return;
  last = text;
  find('say', HTMLElement).textContent = text;
}

/**
 * Progress by quarters: often enough to know that it moves, too seldom to chatter.
 * @param {number} share 0 to 1
 */
export const quarter = (share) => Math.floor(share * 4) * 25;
