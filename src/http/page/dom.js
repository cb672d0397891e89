// @ts-check
/** The few things that the page does with the document. */

/**
 * The element of this id. Throws when the document lacks it or it is of another kind: a bug in index.html.
 * @template {Element} T
 * @param {string} id
 * @param {new (...args: never[]) => T} kind
 * @returns {T}
 */
export function find(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html has no ${kind.name} #${id}`);
  return element;
}

/**
 * A new element. Text children go in as text, never as markup.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | boolean>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false) continue;
    element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/**
 * Shows a line of text, or hides the element when there is nothing to say. Unchanged text is left alone, so that a
 * live region does not read it twice.
 * @param {HTMLElement} element
 * @param {string | undefined} text
 */
export function tell(element, text) {
  element.hidden = !text;
  if (element.textContent !== (text ?? '')) element.textContent = text ?? '';
}

/** Whether the member asked their system for less motion. */
export const wantsLessMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * `disabled` would take the keyboard's focus away in the middle of a press; this only says and dims it.
 * Whoever listens to the button must ask `isOff`.
 * @param {HTMLButtonElement} button
 * @param {boolean} off
 */
export function setOff(button, off) {
  button.setAttribute('aria-disabled', String(off));
}

/** @param {HTMLButtonElement} button */
export const isOff = (button) => button.getAttribute('aria-disabled') === 'true';

/** @param {Element} element */
export function bringIntoView(element) {
  element.scrollIntoView({ behavior: wantsLessMotion() ? 'auto' : 'smooth', block: 'nearest' });
}
