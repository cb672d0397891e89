// @ts-check
/** Which job is on the screen: the one just made, the one in the address, or the one under way when the page opened. */

import { call } from './calls.js';
import { hashOf, idIn, recentJobs } from './recent.js';
import { watchJob } from './watch.js';

/** @import { JobView } from './contract.ts' */
/** @import { Stage } from './stage.js' */

/** @typedef {ReturnType<typeof currentJob>} CurrentJob */

/**
 * @param {Stage} screen
 * @param {(detail: string) => void} onGone hears why a job that was being shown is no more
 */
export function currentJob(screen, onGone) {
  const recent = recentJobs();
  /** @type {() => void} */
  let stopWatching = () => {};
  /** Something that is no job yet has the screen. */
  let left = false;

  /** Puts a job on the screen and keeps it up to date there. @param {JobView} job */
  function show(job) {
    stopWatching();
    left = false;
    recent.put(job);
    recent.select(job.id);
    screen.showJob(job);
    stopWatching = watchJob(job, {
      onJob(next) {
        recent.put(next);
        screen.showJob(next);
      },
      onGone(detail) {
        goBack(undefined);
        onGone(detail);
      },
    });
  }

  /** A job just made; its address is the page's from now on. @param {JobView} job */
  function open(job) {
    history.pushState(null, '', hashOf(job.id));
    show(job);
  }

  /** Frees the screen; answers the id of the job that was there. */
  function leave() {
    stopWatching();
    left = true;
    return screen.shownId();
  }

  /** @param {string | undefined} id */
  function goBack(id) {
    left = false;
    const job = id === undefined ? undefined : recent.get(id);
    if (job) return show(job);
    stopWatching();
    recent.select(undefined);
    screen.showNothing();
  }

  /** A job that is deleted. @param {string} id */
  function drop(id) {
    recent.drop(id);
    if (screen.shownId() !== id) return;
    history.replaceState(null, '', location.pathname);
    goBack(undefined);
    screen.focus();
  }

  async function showFromAddress() {
    const id = idIn(location.hash);
    if (id === undefined || id === screen.shownId()) return;
    const known = recent.get(id);
    if (known) return show(known);
    try {
      show(/** @type {JobView} */ (await call(`/api/jobs/${encodeURIComponent(id)}`)));
    } catch {
      history.replaceState(null, '', location.pathname);
      goBack(undefined);
    }
  }

  /** Reads the list, and shows what should be on the screen when nothing is. */
  async function load() {
    await recent.refresh();
    if (left || screen.shownId() !== undefined) return;
    const waiting = recent.underWay();
    if (idIn(location.hash) === undefined && waiting) history.replaceState(null, '', hashOf(waiting.id));
    await showFromAddress();
  }

  addEventListener('hashchange', async () => {
    await showFromAddress();
    // On a phone the list lies below the screen.
    screen.reveal();
  });
  return { show, open, drop, leave, goBack, load };
}
