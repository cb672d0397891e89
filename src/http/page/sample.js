// @ts-check
/** A picture and a clip of our own, for whoever has none at hand: one press puts both in, as a free draft. */

import { find, tell } from './dom.js';

/** @import { Slot } from './files.js' */

const FILES = /** @type {const} */ ({
  image: { attribute: 'character', ending: 'jpg', type: 'image/jpeg' },
  clip: { attribute: 'motion', ending: 'mp4', type: 'video/mp4' },
});

/**
 * @param {{ put: (slot: Slot, file: File) => void }} events
 * @returns {{ isOurs: (file: File | undefined) => boolean }}
 */
export function samples({ put }) {
  /** @type {WeakSet<File>} */
  const ours = new WeakSet();
  const problem = find('sample-problem', HTMLElement);
  const choice = find('sample-choice', HTMLElement);

  /** @param {Slot} slot */
  const buttons = (slot) =>
    [...choice.querySelectorAll(`button[data-${FILES[slot].attribute}]`)].filter(
      (one) => one instanceof HTMLButtonElement,
    );
  /** @param {HTMLButtonElement} button @param {Slot} slot */
  const nameOf = (button, slot) => button.dataset[FILES[slot].attribute] ?? '';

  /** @param {Slot} slot @param {HTMLButtonElement} chosen */
  async function choose(slot, chosen) {
    for (const one of buttons(slot)) one.setAttribute('aria-pressed', String(one === chosen));
    const { ending, type } = FILES[slot];
    const name = `${nameOf(chosen, slot)}.${ending}`;
    const answer = await fetch(`/samples/${name}`);
    if (!answer.ok) throw new Error(`${answer.status}`);
    const file = new File([await answer.blob()], name, { type });
    ours.add(file);
    // Somebody may have pressed another one meanwhile.
    if (chosen.getAttribute('aria-pressed') === 'true') put(slot, file);
  }

  /** @param {() => Promise<unknown>} work */
  const trying = async (work) => {
    tell(problem, undefined);
    await work().catch(() => tell(problem, 'The sample could not be fetched. Is Strut still running?'));
  };

  find('sample', HTMLButtonElement).addEventListener('click', () => {
    choice.hidden = false;
    const draft = document.querySelector('#quality input[value=draft]');
    if (draft instanceof HTMLInputElement) draft.checked = true;
    void trying(async () => {
      for (const slot of /** @type {Slot[]} */ (['image', 'clip'])) {
        const [first] = buttons(slot);
        const chosen = buttons(slot).find((one) => one.getAttribute('aria-pressed') === 'true') ?? first;
        if (chosen) await choose(slot, chosen);
      }
    });
  });
  for (const slot of /** @type {Slot[]} */ (['image', 'clip']))
    for (const button of buttons(slot))
      button.addEventListener('click', () => void trying(() => choose(slot, button)));

  return { isOurs: (file) => file !== undefined && ours.has(file) };
}
