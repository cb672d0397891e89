/** What a member can say of the person in a picture. */
import { CONSENT_ANSWERS } from '../core/trust/consent-answers.ts';
import type { Words } from '../words/index.ts';
import type { Button } from './page.ts';

/** Each of them is the yes that the offer waits for. */
export const answerButtons = ({ t }: Words, code: string): Button[] =>
  CONSENT_ANSWERS.map((answer) => ({
    verb: 'consent',
    code,
    arg: answer,
    label: t(`button.consent-${answer}`),
    tone: 'success',
    wide: true,
  }));
