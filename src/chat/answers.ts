/** What a member can say of the person in a picture. */

import type { Offer } from '../core/intake/offer.ts';
import type { ConsentReason } from '../core/trust/consent-answers.ts';
import { CONSENT_ANSWERS } from '../core/trust/consent-answers.ts';
import { consentLines } from '../words/consent.ts';
import type { Words } from '../words/index.ts';
import type { Button, Line } from './page.ts';
import { yesArg } from './yes.ts';

/** Each of them is the yes that the offer waits for. */
export const answerButtons = ({ t }: Words, { code, quote }: Offer): Button[] =>
  CONSENT_ANSWERS.map((answer) => ({
    verb: 'consent',
    code,
    arg: yesArg(quote.micros, answer),
    label: t(`button.consent-${answer}`),
    tone: 'success',
    wide: true,
  }));

/** Why an offer still has to be answered, if so. */
export const asksOf = ({ asks, consented }: Offer): ConsentReason | undefined =>
  consented ? undefined : asks;

/** The question, unless it heads the offer already, and what an answer means. */
export function questionLines(words: Words, offer: Offer): Line[] {
  const asks = asksOf(offer);
  if (!asks) return [];
  const question = offer.why === 'consent' ? [] : [{ text: words.t('consent.ask'), strong: true as const }];
  return [...question, ...consentLines(words, asks, offer.quote.provider)];
}
