/** What a script says of the person in a picture, along with what it asks for. */
import type { Call } from '../core/command.ts';
import { accept, type Outcome, refuse } from '../core/refusals.ts';
import { CONSENT_ANSWERS, readConsentAnswer } from '../core/trust/consent-answers.ts';

/** The question, where somebody has read it, is in English here. */
export function withConsent(asked: Call, text: string | undefined): Outcome<Call> {
  if (!text) return accept(asked);
  const answer = readConsentAnswer(text);
  return answer
    ? accept({ ...asked, consent: { answer, language: 'en' } })
    : refuse({ code: 'bad-option', option: 'consent', allowed: CONSENT_ANSWERS });
}
