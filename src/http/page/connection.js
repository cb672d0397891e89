// @ts-check
/** Says when the server can't be reached, keeps asking, and tells when it is back. */

import { onReachable } from './calls.js';
import { find, tell } from './dom.js';

const WHEN_LOST_MS = 2000;
const WHEN_WELL_MS = 20_000;

/**
 * @param {{ ask: () => Promise<unknown>, onBack: () => void }} options `ask` is any cheap call; `onBack` runs once
 * when the server answers again
 */
export function watchConnection({ ask, onBack }) {
  const line = find('connection', HTMLElement);
  let lost = false;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;

  function schedule() {
    clearTimeout(timer);
    timer = setTimeout(look, lost ? WHEN_LOST_MS : WHEN_WELL_MS);
  }

  async function look() {
    // A page nobody looks at stays quiet, unless it has lost the server and should be right when they come back.
    if (lost || document.visibilityState === 'visible') await ask().catch(() => {});
    schedule();
  }

  schedule();
  onReachable((reachable) => {
    if (reachable === !lost) return;
    lost = !reachable;
    tell(line, lost ? 'Connection to Strut lost. Reconnecting …' : undefined);
    schedule();
    if (!lost) onBack();
  });
}
