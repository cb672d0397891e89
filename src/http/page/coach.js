// @ts-check
/** What was seen in the two files before they cost anything, and the changes that make them a better pair. */

import { find, make } from './dom.js';
import { findingsList } from './findings.js';
import { fillIn } from './options.js';
import { peopleOverlay } from './people.js';
import { stretchLine } from './stretch.js';

/** @import { FindingView } from './coach-contract.ts' */
/** @import { PriceView } from './contract.ts' */
/** @import { Slot } from './files.js' */

/**
 * @param {HTMLFormElement} form
 * @param {() => void} onChange something else is to be sent
 */
export function coach(form, onChange) {
  const people = peopleOverlay(onChange);
  const stretch = stretchLine(onChange);
  const list = findingsList({
    onAim: (mend) => stretch.aim(mend?.fields),
    onMend({ fields }) {
      fillIn(form, fields);
      if (fields.crop !== undefined) people.use();
      if (fields.trim_from !== undefined || fields.trim_to !== undefined) stretch.use();
    },
  });
  /** @type {readonly FindingView[]} */
  let hopeless = [];
  /** Whoever said yes once is not asked again about the same two files. */
  let agreed = false;

  return {
    /** @param {PriceView} price */
    show({ findings, look }) {
      hopeless = findings.filter(({ level }) => level === 'will-fail');
      list.show(findings);
      if (!look) return;
      people.show(look, findings);
      stretch.show(look);
    },
    /** A price is being asked for: what stands there may be out of date. */
    wait: list.wait,
    /** There is nothing to say, as a file is missing or refused. */
    clear() {
      hopeless = [];
      list.show([]);
    },
    /** What was chosen for one file is not meant for the next. @param {Slot} slot */
    forget(slot) {
      agreed = false;
      if (slot === 'image') people.forget();
      else stretch.forget();
    },
    /** Whether it may be sent: what is as good as sure to fail is asked about. */
    async mayBeSent() {
      if (hopeless.length > 0 && !agreed) agreed = await askToSend(hopeless);
      return hopeless.length === 0 || agreed;
    },
    /** @param {Slot} slot */
    warnsOf: (slot, /** @type {PriceView | undefined} */ price) =>
      price?.findings.some(({ about, level }) => about === slot && level !== 'hint') ?? false,
  };
}

/**
 * Asks whether to send it all the same.
 * @param {readonly FindingView[]} findings those that are as good as sure to fail
 * @returns {Promise<boolean>} leaving the question says no
 */
export function askToSend(findings) {
  const dialog = find('hopeless', HTMLDialogElement);
  find('hopeless-lines', HTMLElement).replaceChildren(
    ...findings.map(({ message }) => make('p', {}, message)),
  );
  dialog.returnValue = '';
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'send'), { once: true });
    dialog.showModal();
  });
}
