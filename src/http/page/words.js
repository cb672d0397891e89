// @ts-check
/** How figures and states are said on the page. */

/** @import { ComponentView, JobView } from './contract.ts' */

/** @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  const megabytes = bytes / 1_000_000;
  return `${megabytes < 10 ? megabytes.toFixed(1) : Math.round(megabytes)} MB`;
}

/** @param {number} seconds */
export function lengthOf(seconds) {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const rest = whole % 60;
  return rest === 0 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 60)} min ${rest} s`;
}

/** As a player shows it: 0:07, 1:12.5. @param {number} seconds */
export function clockOf(seconds) {
  const tenths = Math.round(seconds * 10);
  const minutes = Math.floor(tenths / 600);
  const rest = Number(((tenths % 600) / 10).toFixed(1));
  return `${minutes}:${rest < 10 ? 0 : ''}${rest}`;
}

/** A time left is a guess, and should look like one. @param {number} seconds */
export function timeLeft(seconds) {
  if (seconds < 3) return 'a moment left';
  if (seconds < 20) return `about ${Math.round(seconds)} s left`;
  if (seconds < 75) return `about ${Math.round(seconds / 5) * 5} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}

/** @param {number} then epoch milliseconds @param {number} now epoch milliseconds */
export function ago(then, now) {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(then).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
}

/** @param {number} share 0 to 1 */
export const percent = (share) => `${Math.round(share * 100)} %`;

/** @param {string} word */
export const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** Names of providers and chats as their makers write them; those that are not our own come with the status. */
const NAMES = new Map([['local', 'this machine']]);

/** @param {readonly ComponentView[]} components */
export function learnNames(components) {
  for (const { name, label } of components) if (label) NAMES.set(name, label);
}

/** @param {string} id */
export const nameOf = (id) => NAMES.get(id) ?? id;

const STATES = {
  created: 'Starting',
  asking: 'Your turn',
  submitting: 'Starting',
  unknown: 'Checking',
  queued: 'Queued',
  running: 'Running',
  completed: 'Delivering',
  delivered: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** The state in one word. @param {JobView} job */
export const stateWord = (job) =>
  job.phase === 'fetching' && job.state === 'running' ? 'Fetching' : STATES[job.state];

/** @param {JobView} job */
export const isOver = (job) => ['delivered', 'failed', 'cancelled'].includes(job.state);
