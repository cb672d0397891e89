// @ts-check
/** The price, asked for by itself whenever what it depends on has changed. */

import { call, Refused } from './calls.js';
import { find, make, tell } from './dom.js';
import { placeOf } from './refusal.js';
import { lengthOf, nameOf } from './words.js';

/** @import { PriceView, Problem, QuoteView, Remark } from './contract.ts' */

/** Long enough to type a word, short enough to feel prompt. */
const PAUSE_MS = 350;

const WHERE_TO_LOOK = {
  image: 'No price yet: something is wrong with the picture.',
  clip: 'No price yet: something is wrong with the clip.',
  quote: undefined,
};

/**
 * @param {object} options
 * @param {() => FormData | string} options.body the body to ask with, or a sentence that says what is missing
 * @param {(problem: Problem | undefined) => void} options.onRefusal undefined when there is nothing (any more) to refuse
 * @param {(price: PriceView | undefined) => void} options.onPrice undefined while there is none, and while it is asked for
 */
export function liveQuote({ body, onRefusal, onPrice }) {
  const figure = find('quote-figure', HTMLElement);
  const facts = find('quote-facts', HTMLElement);
  const warnings = find('quote-warnings', HTMLElement);
  const notes = find('quote-notes', HTMLElement);
  const price = find('quote-price', HTMLElement);

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {AbortController | undefined} */
  let asking;

  /** Forgets the price and asks anew after a short pause. */
  function refresh() {
    clearTimeout(timer);
    asking?.abort();
    asking = undefined;
    onPrice(undefined);
    const form = body();
    if (typeof form === 'string') {
      show(undefined, form);
      onRefusal(undefined);
      return;
    }
    price.classList.add('asking');
    tell(facts, 'Looking at your files …');
    timer = setTimeout(ask, PAUSE_MS);
  }

  async function ask() {
    const form = body();
    if (typeof form === 'string') return;
    const mine = new AbortController();
    asking = mine;
    try {
      const answer = /** @type {PriceView} */ (
        await call('/api/quote', { method: 'POST', body: form, signal: mine.signal })
      );
      if (mine.signal.aborted) return;
      onRefusal(undefined);
      const { quote, findings } = answer;
      // What the coach says, with what mends it, is not said twice.
      const warnings = quote.warnings.filter(({ code }) =>
        findings.every((finding) => finding.code !== code),
      );
      const line = `${lengthOf(quote.seconds)} of video, made by ${nameOf(quote.provider)}`;
      show({ ...quote, warnings }, line);
      onPrice(answer);
    } catch (error) {
      if (mine.signal.aborted) return;
      if (error instanceof Refused) {
        show(undefined, WHERE_TO_LOOK[placeOf(error.problem)]);
        onRefusal(error.problem);
      } else show(undefined, error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * @param {QuoteView | undefined} quote
   * @param {string | undefined} line
   */
  function show(quote, line) {
    price.classList.remove('asking');
    price.classList.toggle('empty', quote === undefined);
    tell(figure, quote?.price);
    tell(facts, line);
    list(warnings, quote?.warnings ?? []);
    list(notes, quote?.notes ?? []);
  }

  return { refresh };
}

/**
 * @param {HTMLElement} element
 * @param {Remark[]} remarks
 */
function list(element, remarks) {
  element.hidden = remarks.length === 0;
  element.replaceChildren(...remarks.map(({ code, message }) => make('li', { 'data-code': code }, message)));
}
