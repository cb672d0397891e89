// @ts-check
/** A shelf: what the library has of one kind, found by any part of a name, more of it as one scrolls on. */

import { call } from './calls.js';
import { find, isOff, make, setOff, tell } from './dom.js';
import { itemCard } from './item-card.js';
import { say } from './say.js';

/** @import { LibraryItemView, LibraryView } from './library-contract.ts' */
/** @import { ItemCard } from './item-card.js' */

/** So many at once: two screens of them, so that hundreds are never all drawn. */
const AT_ONCE = 24;
const TYPING_MS = 250;

const WORDS = {
  motion: {
    title: 'Motions',
    one: 'motion',
    empty: 'Nothing here yet. Save a clip under a name, and from then on one press takes it.',
  },
  character: {
    title: 'Characters',
    one: 'character',
    empty: 'Nothing here yet. Save a picture under a name, and from then on one press takes it.',
  },
};
const WHOSE = { '': 'All', space: 'Everybody’s', mine: 'Mine' };
const SORTS = { newest: 'Newest', used: 'Most used', cheapest: 'Cheapest' };

/** @typedef {ReturnType<typeof shelf>} Shelf */

/**
 * @param {LibraryItemView['kind']} kind
 * @param {{ onTake: (item: LibraryItemView) => void, onMore: (item: LibraryItemView) => void }} events
 */
export function shelf(kind, { onTake, onMore }) {
  const words = WORDS[kind];
  const box = find(`${kind}s`, HTMLDetailsElement);
  const count = make('span', { class: 'aside' });
  const search = make('input', { type: 'search', 'aria-label': `Find a ${words.one}`, placeholder: 'Find' });
  const sort = make('select', { 'aria-label': `Order of the ${kind}s` });
  for (const [value, text] of Object.entries(SORTS))
    if (kind === 'motion' || value !== 'cheapest') sort.append(make('option', { value }, text));
  const whose = make('select', { 'aria-label': `Whose ${kind}s` });
  for (const [value, text] of Object.entries(WHOSE)) whose.append(make('option', { value }, text));
  const pause = make('button', { type: 'button', class: 'quiet still-on', 'aria-pressed': 'false' }, 'Pause');
  pause.append(make('span', { class: 'sr' }, ' the previews'));
  const tools = make('div', { class: 'tools' }, search, sort, whose);
  if (kind === 'motion') tools.append(pause);
  const list = make('ul', { class: 'items', 'aria-label': words.title });
  const older = make('button', { type: 'button', class: 'older quiet' }, 'Show more');
  const last = make('li', { class: 'last' }, older);
  const empty = make('p', { class: 'hint' }, words.empty);
  const problem = make('p', { class: 'problem', role: 'alert', hidden: true });
  box.append(make('summary', {}, words.title, count), tools, empty, problem, list);

  /** @type {ItemCard[]} */
  let cards = [];
  let total = 0;
  /** @type {AbortController | undefined} */
  let asking;
  /** @type {readonly string[]} */
  let marked = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** Opened once by itself, where there is something to be seen. */
  let wasOpened = false;

  /** @param {number} offset 0 begins anew */
  async function load(offset) {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    tell(problem, undefined);
    const query = new URLSearchParams({
      kind,
      sort: sort.value,
      limit: String(AT_ONCE),
      offset: String(offset),
    });
    if (search.value.trim()) query.set('typed', search.value.trim());
    if (whose.value) query.set('scope', whose.value);
    try {
      const answer = /** @type {LibraryView} */ (
        await call(`/api/library?${query}`, { signal: mine.signal })
      );
      show(answer, offset);
    } catch (error) {
      if (!mine.signal.aborted) tell(problem, error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {LibraryView} answer @param {number} offset */
  function show({ items, total: all, known: there }, offset) {
    total = all;
    count.textContent = ` ${there}`;
    const known = new Set(offset === 0 ? [] : cards.map(({ item }) => item.id));
    const next = items.filter(({ id }) => !known.has(id)).map(cardOf);
    if (offset === 0) cards = next;
    else cards.push(...next);
    const elements = next.map(({ element }) => element);
    if (offset === 0) list.replaceChildren(...elements);
    else last.before(...elements);
    // A number of those that came, not of those that are drawn: one that was removed meanwhile must not end it.
    const isAll = items.length === 0 || offset + items.length >= total;
    if (isAll) last.remove();
    else list.append(last);
    older.dataset.next = String(offset + items.length);
    const isBare = there === 0;
    tools.hidden = isBare;
    list.hidden = cards.length === 0;
    tell(empty, isBare ? words.empty : cards.length === 0 ? noneFound() : undefined);
    if (!isBare && !wasOpened) box.open = wasOpened = true;
    mark(marked);
    if (offset === 0) reach(cards[0]);
  }

  function noneFound() {
    if (search.value.trim()) return `No ${words.one} has that in its name.`;
    return whose.value === 'mine'
      ? `You keep no ${words.one} for yourself.`
      : `There is no ${words.one} for everybody yet.`;
  }

  /** @param {LibraryItemView} item */
  const cardOf = (item) => {
    const card = itemCard(item, { onTake: () => onTake(item), onMore: () => onMore(item) });
    card.reach(false);
    return card;
  };

  /** @param {ItemCard | undefined} one */
  function reach(one) {
    for (const card of cards) card.reach(card === one);
  }

  /** Those that are taken. @param {readonly string[]} ids */
  function mark(ids) {
    marked = ids;
    for (const { item, take } of cards) take.setAttribute('aria-pressed', String(ids.includes(item.id)));
  }

  async function found() {
    await load(0);
    if (problem.hidden) say(`${total} ${total === 1 ? words.one : `${kind}s`}`);
  }
  search.addEventListener('input', (event) => {
    // It is no part of what is to be made: the price stays.
    event.stopPropagation();
    clearTimeout(timer);
    timer = setTimeout(found, TYPING_MS);
  });
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault();
  });
  for (const choice of [sort, whose])
    choice.addEventListener('input', (event) => {
      event.stopPropagation();
      void found();
    });
  pause.addEventListener('click', () => {
    const isStill = list.classList.toggle('stand-still');
    pause.setAttribute('aria-pressed', String(isStill));
  });

  older.addEventListener('click', async () => {
    if (isOff(older)) return;
    setOff(older, true);
    const hadFocus = document.activeElement === older;
    const before = cards.length;
    await load(Number(older.dataset.next));
    setOff(older, false);
    if (hadFocus) focusOn(cards[before]);
  });
  new IntersectionObserver(
    (seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting) && problem.hidden) older.click();
    },
    { root: list, rootMargin: '50%' },
  ).observe(last);

  /** @param {ItemCard | undefined} card */
  function focusOn(card) {
    if (!card) return;
    reach(card);
    card.take.focus();
  }
  list.addEventListener('focusin', ({ target }) => {
    const card = cards.find(({ element }) => target instanceof Node && element.contains(target));
    if (card) reach(card);
  });
  list.addEventListener('keydown', (event) => {
    const at = cards.findIndex(({ element }) => element.contains(document.activeElement));
    const step = { ArrowRight: 1, ArrowDown: across(), ArrowLeft: -1, ArrowUp: -across() }[event.key];
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? cards.length - 1 : at + (step ?? 0);
    if (at < 0 || to === at) return;
    event.preventDefault();
    focusOn(cards[Math.min(cards.length - 1, Math.max(0, to))]);
  });

  /** How many lie beside each other. */
  function across() {
    const top = cards[0]?.element.offsetTop;
    const next = cards.findIndex(({ element }) => element.offsetTop !== top);
    return Math.max(next, 1);
  }

  return {
    box,
    mark,
    /** Asks anew, from the first one on. */
    refresh: () => load(0),
    /** Shows it, wherever it was sorted to. */
    open() {
      box.open = true;
    },
    /** The one with the focus is gone, or drawn anew. @param {string} [id] */
    focus(id) {
      const card = cards.find(({ item }) => item.id === id) ?? cards[0];
      if (card) focusOn(card);
      else box.querySelector('summary')?.focus();
    },
  };
}
