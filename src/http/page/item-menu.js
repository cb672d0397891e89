// @ts-check
/** What is known of one thing of the library, with what can be done to it: another name, for whom it is, first of all, removed. */

import { call } from './calls.js';
import { find, isOff, make, setOff, tell } from './dom.js';
import { factsOf, pictureOf } from './item-card.js';
import { say } from './say.js';

/** @import { LibraryItemView } from './library-contract.ts' */

const WHOSE = { space: 'for everybody here', mine: 'for you alone' };

/**
 * @param {object} events
 * @param {(item: LibraryItemView) => void} events.onChange it is called otherwise now, or lies elsewhere
 * @param {(item: LibraryItemView) => void} events.onGone it was removed, now or before
 * @param {(item: LibraryItemView) => void} events.onClose
 */
export function itemMenu({ onChange, onGone, onClose }) {
  const dialog = find('item', HTMLDialogElement);
  const name = find('item-name', HTMLInputElement);
  const rename = find('item-rename', HTMLButtonElement);
  const move = find('item-move', HTMLButtonElement);
  const pin = find('item-pin', HTMLButtonElement);
  const remove = find('item-remove', HTMLButtonElement);
  const problem = find('item-problem', HTMLElement);
  const sure = find('item-sure', HTMLElement);
  /** @type {LibraryItemView | undefined} */
  let shown;

  /** @param {LibraryItemView} item */
  function show(item) {
    shown = item;
    find('item-title', HTMLElement).textContent = item.name;
    const { usual, meanCost, why } = item.numbers;
    const more = [meanCost && `${meanCost} on average`, usual && `usually ${usual}`].filter(Boolean);
    find('item-facts', HTMLElement).textContent = [factsOf(item), ...more, WHOSE[item.scope]].join(' · ');
    find('item-why', HTMLElement).replaceChildren(
      ...why.map(({ message, count }) => make('li', {}, `${count} × ${message}`)),
    );
    for (const one of [find('item-naming', HTMLElement), move, pin, remove]) one.hidden = !item.mayChange;
    move.textContent = item.scope === 'space' ? 'Keep for me alone' : 'Give to everybody';
    // What only one sees stands first for nobody.
    pin.hidden ||= item.scope === 'mine';
    pin.textContent = item.pinned ? 'Not first any more' : 'Put first';
  }

  /** @param {LibraryItemView} item */
  async function open(item) {
    show(item);
    find('item-preview', HTMLElement).replaceChildren(pictureOf(item.kind, item.links.preview));
    name.value = item.name;
    tell(problem, undefined);
    unsure();
    dialog.showModal();
    // One alone is told more of than a whole shelf.
    await act(undefined, async () => show(await call(item.links.self)));
  }

  /** @param {HTMLButtonElement | undefined} button @param {(item: LibraryItemView) => Promise<void>} work */
  async function act(button, work) {
    if (shown === undefined || (button && isOff(button))) return;
    if (button) setOff(button, true);
    tell(problem, undefined);
    try {
      await work(shown);
    } catch (error) {
      if (error instanceof Error && 'problem' in error && isGone(error.problem)) {
        onGone(shown);
        for (const one of [find('item-naming', HTMLElement), move, pin, remove]) one.hidden = true;
      }
      tell(problem, error instanceof Error ? error.message : String(error));
    } finally {
      if (button) setOff(button, false);
    }
  }

  function unsure() {
    sure.hidden = true;
    remove.textContent = 'Remove';
    remove.classList.remove('bad');
    remove.classList.add('quiet');
  }

  const renamed = () =>
    act(rename, async ({ links }) => {
      const next = await call(`${links.self}/rename?name=${encodeURIComponent(name.value.trim())}`, {
        method: 'POST',
      });
      show(next);
      onChange(next);
      say(`Called ${next.name} now`);
    });
  rename.addEventListener('click', renamed);
  name.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    void renamed();
  });
  move.addEventListener('click', () =>
    act(move, async ({ links, scope }) => {
      const to = scope === 'space' ? 'mine' : 'space';
      const next = await call(`${links.self}/move?scope=${to}`, { method: 'POST' });
      show(next);
      onChange(next);
      say(next.scope === 'space' ? 'Everybody here can use it now' : 'It is for you alone now');
    }),
  );
  pin.addEventListener('click', () =>
    act(pin, async ({ links, pinned }) => {
      const next = await call(`${links.self}/pin?pinned=${!pinned}`, { method: 'POST' });
      show(next);
      onChange(next);
      say(next.pinned ? 'Stands first now' : 'Stands among the others now');
    }),
  );
  remove.addEventListener('click', ({ detail }) => {
    // A double click is one press.
    if (detail > 1) return;
    if (sure.hidden) {
      sure.hidden = false;
      remove.textContent = 'Remove it for good';
      remove.classList.replace('quiet', 'bad');
      say('Videos that were made with it stay. Press once more to remove it for good.');
      return;
    }
    void act(remove, async (item) => {
      await call(item.links.self, { method: 'DELETE' });
      onGone(item);
      say('Removed');
      dialog.close();
    });
  });
  dialog.addEventListener('close', () => {
    if (shown) onClose(shown);
  });

  return { open };
}

/** @param {unknown} problem */
const isGone = (problem) =>
  typeof problem === 'object' && problem !== null && 'code' in problem && problem.code === 'no-such-item';
