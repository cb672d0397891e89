// @ts-check
/** The press of Animate: one job of what is asked for, however often the button is pressed for it. */

import { newKey, persist, Refused, send, Unreachable } from './calls.js';
import { askWhom } from './consent.js';
import { isOff, setOff } from './dom.js';
import { say } from './say.js';
import { REST_MS } from './second-click.js';

/** @import { PriceView, Problem } from './contract.ts' */
/** @import { CurrentJob } from './current.js' */
/** @import { Stage } from './stage.js' */

/**
 * What is asked for, at the price that is shown. `shows`: whom the picture shows, where that is known.
 * @typedef {{ body: FormData, priced: PriceView, picture: string | undefined, shows: string | undefined }} Order
 */

/**
 * @param {HTMLButtonElement} button
 * @param {object} page
 * @param {() => Order | undefined} page.order nothing while a file or its price is missing
 * @param {() => Promise<boolean>} page.mayBeSent what may fail is asked about
 * @param {Stage} page.screen
 * @param {CurrentJob} page.current
 * @param {(problem: Problem) => void} page.onRefusal
 * @param {(detail: string) => void} page.onTrouble
 */
export function animateButton(button, { order, mayBeSent, screen, current, onRefusal, onTrouble }) {
  let pressed = false;
  /** The key of a press whose answer never came: the same order pressed again must not be a second job. */
  /** @type {string | undefined} */
  let openKey;

  const arm = () => setOff(button, pressed || order() === undefined);

  // A key held down presses a button again and again.
  button.addEventListener('keydown', (event) => {
    if (event.repeat) event.preventDefault();
  });
  button.addEventListener('click', async () => {
    const wanted = order();
    if (isOff(button) || !wanted || !(await mayBeSent())) return;
    const { body, priced } = wanted;
    const answer = priced.consent && (wanted.shows ?? (await askWhom(priced.consent)));
    if (priced.consent && answer === undefined) return;
    if (answer !== undefined) body.set('consent', answer);
    // What was shown is what is agreed to.
    body.set('max_usd', String(priced.quote.usd));
    pressed = true;
    arm();
    await submit(wanted).finally(() => setTimeout(rest, REST_MS));
  });

  function rest() {
    pressed = false;
    arm();
  }

  /** @param {Order} order */
  async function submit({ body, priced, picture }) {
    const before = current.leave();
    const stop = new AbortController();
    const onProgress = screen.showUpload({ picture, stop: () => stop.abort() });
    openKey ??= newKey();
    const key = openKey;
    try {
      const job = await persist(
        () => send('/api/jobs', body, { key, onProgress, signal: stop.signal }),
        stop.signal,
      );
      openKey = undefined;
      delete priced.consent;
      current.open(job);
    } catch (error) {
      if (!(error instanceof Unreachable)) openKey = undefined;
      current.goBack(before);
      if (stop.signal.aborted) {
        say('Cancelled');
        // The last byte may have been faster than the hand: a job that was made all the same must be seen.
        setTimeout(() => current.load().catch(() => {}), REST_MS);
      }
      if (error instanceof Refused) onRefusal(error.problem);
      else if (!stop.signal.aborted)
        onTrouble(
          `${error instanceof Error ? error.message : error} Press Animate again; it will not be made twice.`,
        );
    }
  }

  return {
    /** What is asked for may have become whole, or no more so. */
    arm,
    /** It is another order from now on. */
    forget() {
      openKey = undefined;
    },
    focus: () => button.focus(),
  };
}
