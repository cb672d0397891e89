/**
 * What the button of a yes says: the price that stands above it and, where that is asked, whom the picture shows. The message
 * may be older than what is offered by then, and a second tap of a double tap has seen no other price than the first.
 */
import type { Micros } from '../core/price/money.ts';
import { type ConsentAnswer, readConsentAnswer } from '../core/trust/consent-answers.ts';

const BETWEEN = '.';
const PRICE = /^\d{1,15}$/;

/** `420000`, `420000.self` */
export const yesArg = (micros: Micros, answer?: ConsentAnswer): string =>
  answer === undefined ? String(micros) : micros + BETWEEN + answer;

/** The same of an admin's yes. `where`: what the chat needs to know again of where it was asked. */
export const approvalArg = (micros: Micros, where: string | undefined): string =>
  where === undefined ? yesArg(micros) : [yesArg(micros), where].join(BETWEEN);

/** What stands there for the chat: a group's id, which is no price, as it begins with a minus. */
export const whereIn = (arg = ''): string | undefined =>
  arg.split(BETWEEN).find((part) => part !== '' && !PRICE.test(part));

/** Buttons of earlier versions say no price. */
export function readYes(arg = ''): { agreedMicros: Micros | undefined; answer: ConsentAnswer | undefined } {
  const parts = arg.split(BETWEEN);
  const price = parts.find((part) => PRICE.test(part));
  const answer = parts.map(readConsentAnswer).find((part) => part !== undefined);
  return { agreedMicros: price === undefined ? undefined : Number(price), answer };
}
