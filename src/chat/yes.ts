/**
 * What the button of a yes says: the price that stands above it and, where that is asked, whom the picture shows. The message
 * may be older than what is offered by then, and a second tap of a double tap has seen no other price than the first.
 */
import type { Micros } from '../core/price/money.ts';
import { type ConsentAnswer, readConsentAnswer } from '../core/trust/consent-answers.ts';

const BETWEEN = '.';

/** `420000`, `420000.self` */
export const yesArg = (micros: Micros, answer?: ConsentAnswer): string =>
  answer === undefined ? String(micros) : micros + BETWEEN + answer;

/** Buttons of earlier versions say no price. */
export function readYes(arg = ''): { agreedMicros: Micros | undefined; answer: ConsentAnswer | undefined } {
  const parts = arg.split(BETWEEN);
  const price = parts.find((part) => /^\d{1,15}$/.test(part));
  const answer = parts.map(readConsentAnswer).find((part) => part !== undefined);
  return { agreedMicros: price === undefined ? undefined : Number(price), answer };
}
