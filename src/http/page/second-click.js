// @ts-check
/** A double click is one press, however slow. */

/** So long a button that costs money rests after it was pressed. */
export const REST_MS = 1000;

/** The second click of a double click is not for what a dialogue, opened or closed by the first one, has brought there. */
export function guardSecondClicks() {
  const opened = () => document.querySelector('dialog[open]');
  /** @type {Element | null} */
  let before = null;
  addEventListener(
    'click',
    (event) => {
      if (event.detail < 2) before = opened();
      else if (before !== opened()) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    { capture: true },
  );
}
