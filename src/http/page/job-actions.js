// @ts-check
/** What can be done about the job on the screen. What goes wrong is thrown, and shown there. */

import { askToDelete } from './ask.js';
import { call, newKey, persist, Refused } from './calls.js';
import { withAnswer } from './consent.js';
import { say } from './say.js';

/** @import { JobView } from './contract.ts' */

/**
 * @param {object} screen
 * @param {(job: JobView) => void} screen.show
 * @param {(job: JobView) => void} screen.open a job just made
 * @param {(id: string) => void} screen.drop
 */
export function jobActions({ show, open, drop }) {
  /** @param {JobView} job @param {number} usd at most */
  async function againFor(job, usd) {
    const key = newKey();
    const answer = await withAnswer((consent) => {
      const said = consent === undefined ? '' : `&consent=${consent}`;
      return persist(() =>
        call(`${job.links.again}?max_usd=${usd}${said}`, {
          method: 'POST',
          headers: { 'idempotency-key': key },
        }),
      );
    });
    if (isJob(answer)) open(answer);
  }

  return {
    /** @param {JobView} job */
    async onCancel(job) {
      const answer = await call(job.links.cancel, { method: 'POST' });
      if (isJob(answer)) show(answer);
    },
    /** @param {JobView} job */
    async onGoOn(job) {
      const answer = job.links.goOn && (await call(job.links.goOn, { method: 'POST' }));
      if (isJob(answer)) show(answer);
    },
    /** @param {JobView} job */
    async onAgain(job) {
      try {
        await againFor(job, job.quote.usd);
      } catch (error) {
        const dearer =
          error instanceof Refused && error.problem.code === 'price-rose' ? error.problem : undefined;
        if (!dearer) throw error;
        const usd = Number(dearer.micros) / 1e6;
        if (confirm(`The price has gone up to $${usd}. Go on?`)) await againFor(job, usd);
      }
    },
    /** @param {JobView} job */
    async onDelete(job) {
      if (!(await askToDelete(job))) return;
      await call(job.links.self, { method: 'DELETE' });
      drop(job.id);
      say('Deleted');
    },
  };
}

/** @param {unknown} answer @returns {answer is JobView} */
const isJob = (answer) =>
  typeof answer === 'object' && answer !== null && 'id' in answer && 'state' in answer;
