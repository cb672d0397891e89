// @ts-check
/** Follows one job by server-sent events until its end, through lost connections. */

import { call, noteReachable, Refused } from './calls.js';
import { isOver } from './words.js';

/** @import { JobView } from './contract.ts' */

const TRY_AGAIN_MS = 2000;

/**
 * @param {JobView} job
 * @param {{ onJob: (job: JobView) => void, onGone: (detail: string) => void }} events
 * @returns {() => void} stops following
 */
export function watchJob(job, { onJob, onGone }) {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let stopped = false;

  function stop() {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  }

  /** @param {JobView} next */
  function take(next) {
    if (stopped) return;
    if (isOver(next)) stop();
    onJob(next);
  }

  function listen() {
    if (stopped) return;
    source = new EventSource(job.links.events);
    source.addEventListener('open', () => noteReachable(true));
    source.addEventListener('job', (event) => take(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      if (stopped) return;
      // The browser's own retry is silent and, after some errors, gives up. Asking tells why, and when to go on.
      source?.close();
      timer = setTimeout(ask, 0);
    });
  }

  async function ask() {
    try {
      take(/** @type {JobView} */ (await call(job.links.self)));
      timer = setTimeout(listen, stopped ? 0 : 500);
    } catch (error) {
      if (stopped) return;
      if (error instanceof Refused && error.problem.code === 'no-such-job') {
        stop();
        onGone(error.problem.detail);
      } else timer = setTimeout(ask, TRY_AGAIN_MS);
    }
  }

  if (isOver(job)) stopped = true;
  else listen();
  return stop;
}
