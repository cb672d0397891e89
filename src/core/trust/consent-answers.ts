/** Why it is asked: not lately answered, or the picture was posted by somebody else. */
export type ConsentReason = 'not-lately' | 'not-theirs';

/** "It's me", "I have this person's yes", "No real person". */
export const CONSENT_ANSWERS = ['self', 'permission', 'no-person'] as const;
export type ConsentAnswer = (typeof CONSENT_ANSWERS)[number];

/** Undefined for any other text. */
export const readConsentAnswer = (text: string | undefined): ConsentAnswer | undefined =>
  CONSENT_ANSWERS.find((answer) => answer === text);
