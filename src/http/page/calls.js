// @ts-check
/** Calls to the server: what comes back is the answer, or a `Trouble` that can be shown as it is. */

/** @import { Problem, JobView } from './contract.ts' */

/** The server said no, with words for the member. */
export class Refused extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** No answer came: the server is down, or the way to it. The same call may be made again. */
export class Unreachable extends Error {
  constructor() {
    super('Strut can’t be reached just now.');
  }
}

/** @type {Set<(reachable: boolean) => void>} */
const watchers = new Set();

/** Hears after every call whether the server answered. @param {(reachable: boolean) => void} watcher */
export const onReachable = (watcher) => watchers.add(watcher);

/** @param {boolean} reachable */
export function noteReachable(reachable) {
  for (const watcher of watchers) watcher(reachable);
}

/**
 * Throws Refused or Unreachable; an AbortError when `signal` says so.
 * @param {string} url
 * @param {RequestInit} [init]
 * @returns {Promise<any>} the JSON of the answer; each caller says which type the contract gives it
 */
export async function call(url, init) {
  let response;
  let text;
  try {
    response = await fetch(url, { ...init, headers: { accept: 'application/json', ...init?.headers } });
    text = await response.text();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    noteReachable(false);
    throw new Unreachable();
  }
  noteReachable(true);
  return read(response.status, text);
}

/**
 * @param {number} status
 * @param {string} text
 */
function read(status, text) {
  const body = parse(text);
  if (status >= 200 && status < 300) return body;
  if (status === 401) {
    location.assign('/login');
    throw new Refused({ status, code: 'not-signed-in', detail: 'Sign in first.' });
  }
  if (typeof body?.detail === 'string') throw new Refused({ code: 'bad-request', ...body, status });
  throw new Refused({
    status,
    code: 'bad-answer',
    detail: `The server answered ${status}. Its log says why.`,
  });
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A key for one press of a button: the server makes one job of all calls that carry it. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

const RETRY_AFTER_MS = [500, 1500, 4000];

/**
 * Calls again when no answer came. Only for calls that may be repeated: reads, and those with a key. The attempt
 * itself must heed `signal`; this only cuts the pause before the next one.
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export async function persist(attempt, signal) {
  for (const pauseMs of RETRY_AFTER_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, pauseMs);
        signal?.addEventListener('abort', resolve, { once: true });
      });
    }
  }
  return attempt();
}

/**
 * Sends a form with its files and tells how much has gone: fetch can't say that of an upload, XMLHttpRequest can.
 * @param {string} url
 * @param {FormData} form
 * @param {{ key: string, onProgress: (share: number) => void, signal: AbortSignal }} options
 * @returns {Promise<JobView>}
 */
export function send(url, form, { key, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('idempotency-key', key);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      noteReachable(true);
      try {
        resolve(read(request.status, request.responseText));
      } catch (error) {
        reject(error);
      }
    };
    request.onerror = () => {
      noteReachable(false);
      reject(new Unreachable());
    };
    request.onabort = () => reject(new DOMException('the upload was stopped', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    if (signal.aborted) reject(new DOMException('the upload was stopped', 'AbortError'));
    else request.send(form);
  });
}
