// @ts-check
/** The jobs of this page, newest first; each is a link that puts it on the screen. */

import { call } from './calls.js';
import { find, isOff, make, setOff } from './dom.js';
import { ago, isOver, lengthOf, percent, stateWord } from './words.js';

/** @import { JobsView, JobView } from './contract.ts' */

const AT_ONCE = 50;
const LOOK_AGAIN_MS = 4000;

/** Where a job stands on this page: survives a reload, and the back button works. @param {string} id */
export const hashOf = (id) => `#job=${encodeURIComponent(id)}`;

/** @param {string} hash */
export const idIn = (hash) => (hash.startsWith('#job=') ? decodeURIComponent(hash.slice(5)) : undefined);

export function recentJobs() {
  const list = find('jobs', HTMLElement);
  const empty = find('recent-empty', HTMLElement);
  const older = find('older', HTMLButtonElement);
  let limit = AT_ONCE;
  /** @type {JobView[]} */
  let jobs = [];
  /** @type {Map<string, ReturnType<typeof card>>} */
  const cards = new Map();
  /** @type {string | undefined} */
  let current;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function render() {
    const now = Date.now();
    empty.hidden = jobs.length > 0;
    const ids = new Set(jobs.map((job) => job.id));
    for (const [id, { item }] of cards) {
      if (ids.has(id)) continue;
      item.remove();
      cards.delete(id);
    }
    jobs.forEach((job, index) => {
      const known = cards.get(job.id) ?? card(job);
      cards.set(job.id, known);
      known.show(job, now, job.id === current);
      if (list.children[index] !== known.item) list.insertBefore(known.item, list.children[index] ?? null);
    });
  }

  /** Asks for the list; again by itself while a job in it is under way. */
  async function refresh() {
    clearTimeout(timer);
    try {
      const answer = /** @type {JobsView} */ (await call(`/api/jobs?limit=${limit}`));
      jobs = answer.jobs;
      older.hidden = !answer.more;
      render();
    } finally {
      clearTimeout(timer);
      if (jobs.some((job) => !isOver(job)))
        timer = setTimeout(() => void refresh().catch(() => {}), LOOK_AGAIN_MS);
    }
  }

  older.addEventListener('click', async () => {
    if (isOff(older)) return;
    setOff(older, true);
    const next = list.children.length;
    limit += AT_ONCE;
    try {
      await refresh();
      list.children[next]?.querySelector('a')?.focus();
    } catch {
      // The line about the connection says why.
      limit -= AT_ONCE;
    } finally {
      setOff(older, false);
    }
  });

  return {
    refresh,
    /** @param {JobView} job */
    put(job) {
      jobs = jobs.some(({ id }) => id === job.id)
        ? jobs.map((known) => (known.id === job.id ? job : known))
        : [job, ...jobs];
      render();
    },
    /** @param {string} id */
    drop(id) {
      jobs = jobs.filter((job) => job.id !== id);
      render();
    },
    /** @param {string | undefined} id */
    select(id) {
      current = id;
      render();
    },
    /** @param {string} id */
    get: (id) => jobs.find((job) => job.id === id),
    /** The newest job under way, to be picked up after a reload. */
    underWay: () => jobs.find((job) => !isOver(job)),
  };
}

/** @param {JobView} job */
function card(job) {
  const picture = make('img', { alt: '', loading: 'lazy', decoding: 'async' });
  picture.addEventListener('error', () => picture.toggleAttribute('hidden', true));
  const chip = make('span', { class: 'chip' });
  const line = make('span', { class: 'facts' });
  const code = make('b', {}, job.code);
  const link = make(
    'a',
    { href: hashOf(job.id) },
    make('span', { class: 'thumb' }, picture, chip),
    code,
    line,
  );
  const item = make('li', {}, link);

  return {
    item,
    /** @param {JobView} next @param {number} now @param {boolean} selected */
    show(next, now, selected) {
      const source = next.links.poster ?? next.links.image;
      if (source && picture.getAttribute('src') !== source) picture.src = source;
      const word = stateWord(next);
      chip.textContent =
        next.state === 'running' && next.progress !== undefined ? percent(next.progress) : word;
      chip.dataset.state = next.state;
      line.textContent = [
        lengthOf(next.seconds),
        next.cost ?? next.quote.price,
        ago(next.createdAt, now),
      ].join(' · ');
      if (selected) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    },
  };
}
