/** What a member says of the person in the picture, before it is animated. */

/** "It's me", "I have this person's yes", "No real person". */
export const CONSENT_ANSWERS = ['self', 'permission', 'no-person'] as const;
export type ConsentAnswer = (typeof CONSENT_ANSWERS)[number];
