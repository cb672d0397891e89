// @ts-check
/** What was found of the pair: a line for each finding, the worst first, with a button for each change that mends it. */

import { find, make } from './dom.js';
import { say } from './say.js';

/** @import { FindingView, MendView } from './coach-contract.ts' */

const LEVELS = { 'will-fail': 'Will fail', 'may-fail': 'May fail', hint: 'Hint' };

/**
 * @param {object} events
 * @param {(mend: MendView) => void} events.onMend it was pressed
 * @param {(mend: MendView | undefined) => void} events.onAim it would be pressed next; undefined when it is left again
 */
export function findingsList({ onMend, onAim }) {
  const box = find('coach', HTMLElement);
  const title = find('coach-title', HTMLElement);
  const list = find('findings', HTMLElement);
  /** What stands there: the same is not drawn again, so that nothing jumps and no focus is lost. */
  let shown = '';
  let codes = '';

  /** @param {readonly FindingView[]} findings */
  function show(findings) {
    const next = JSON.stringify(findings);
    box.classList.remove('asking');
    if (next === shown) return;
    shown = next;
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...findings.map(line));
    box.hidden = findings.length === 0;
    onAim(undefined);
    if (hadFocus && !box.hidden) title.focus();
    announce(findings);
  }

  /** Said where it is something else than before: whoever drags hears it once. @param {readonly FindingView[]} findings */
  function announce(findings) {
    const said = findings.map(({ code, level }) => `${code} ${level}`).join();
    if (said === codes) return;
    codes = said;
    const [worst] = findings;
    const more = findings.length > 1 ? ` And ${findings.length - 1} more, below the files.` : '';
    if (worst) say(`${LEVELS[worst.level]}: ${worst.message}${more}`);
  }

  /** @param {FindingView} finding */
  function line({ code, level, message, mends }) {
    const words = make('p', {}, make('b', { class: 'level' }, LEVELS[level]), ' ', message);
    const item = make('li', { class: 'finding', 'data-level': level, 'data-code': code }, words);
    if (mends.length > 0) item.append(make('div', { class: 'row' }, ...mends.map(button)));
    return item;
  }

  /** @param {MendView} mend */
  function button(mend) {
    const pressed = make('button', { type: 'button', class: 'mend', 'data-kind': mend.kind }, mend.label);
    pressed.addEventListener('click', () => onMend(mend));
    for (const event of ['pointerenter', 'focus']) pressed.addEventListener(event, () => onAim(mend));
    for (const event of ['pointerleave', 'blur']) pressed.addEventListener(event, () => onAim(undefined));
    return pressed;
  }

  return {
    show,
    /** The price is being asked for anew: what stands there may be out of date. */
    wait: () => box.classList.add('asking'),
  };
}
