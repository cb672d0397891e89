// @ts-check
/** Asks before something is done that can't be undone. */

import { find } from './dom.js';

/** @import { JobView } from './contract.ts' */

/** @param {JobView} job @returns {Promise<boolean>} whether it is to be deleted; leaving the question says no */
export function askToDelete(job) {
  const dialog = find('ask', HTMLDialogElement);
  find('ask-title', HTMLElement).textContent = `Delete video ${job.code}?`;
  dialog.returnValue = '';
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'delete'), { once: true });
    dialog.showModal();
  });
}
