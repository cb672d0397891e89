// @ts-check
/** Any job by the short code that members see: the page's own, and those of the chats. */

import { call } from './calls.js';
import { find, tell } from './dom.js';

/** @import { JobView } from './contract.ts' */

/** @param {(job: JobView) => void} onJob */
export function openByCode(onJob) {
  const form = find('by-code', HTMLFormElement);
  const input = find('code', HTMLInputElement);
  const problem = find('code-problem', HTMLElement);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const code = input.value.trim();
    tell(problem, undefined);
    if (code === '') return input.focus();
    try {
      onJob(/** @type {JobView} */ (await call(`/api/jobs/${encodeURIComponent(code)}`)));
      input.value = '';
    } catch (error) {
      tell(problem, error instanceof Error ? error.message : String(error));
    }
  });
}
