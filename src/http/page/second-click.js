// @ts-check
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
