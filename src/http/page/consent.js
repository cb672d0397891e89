// @ts-check
/** Asks whom the picture shows: before the first job, and now and then. */

import { Refused } from './calls.js';
import { find, make } from './dom.js';

/** @import { ConsentView } from './contract.ts' */

/** @param {ConsentView} question @returns {Promise<string | undefined>} the answer; leaving the question gives none */
export function askWhom({ lines }) {
  const dialog = find('consent', HTMLDialogElement);
  find('consent-lines', HTMLElement).replaceChildren(...lines.map((line) => make('p', {}, line)));
  dialog.returnValue = '';
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue || undefined), { once: true });
    dialog.showModal();
  });
}

/**
 * Tries it, and once more with the answer where one is needed.
 * @template T
 * @param {(answer: string | undefined) => Promise<T>} attempt
 * @returns {Promise<T | undefined>} undefined where nobody answered
 */
export async function withAnswer(attempt) {
  try {
    return await attempt(undefined);
  } catch (error) {
    const question = error instanceof Refused ? error.problem.consent : undefined;
    if (!question) throw error;
    const answer = await askWhom(question);
    return answer === undefined ? undefined : attempt(answer);
  }
}
