/**
 * What a member says of the person in a picture before it is animated: asked once in a while, and each time where
 * somebody else posted the picture. Their answers lie in the audit log and nowhere else.
 */

import { codeOf } from '../job/code.ts';
import type { Event, Requester } from '../job/job.ts';
import type { Clock } from '../ports.ts';
import type { AuditLog } from './audit.ts';
import type { ConsentAnswer, ConsentReason } from './consent-answers.ts';

/** Goes up when the question says something else than before: then everybody is asked anew. */
export const CONSENT_WORDS_VERSION = 1;

/** Shown in the question, too. */
export const CONSENT_HOLDS_DAYS = 90;
const HOLDS_MS = CONSENT_HOLDS_DAYS * 24 * 3_600_000;

/** `language`: the one that the question was read in. */
export type GivenConsent = { answer: ConsentAnswer; language: string };

type Poster = { postedBy?: string };

const PASSED_ON = 'passed-on:';

/** `postedBy` of what a member linked to or forwarded: it is nobody knows whose, on a message of theirs. */
export const passedOn = (by = ''): string => `${PASSED_ON}${by}`;
export const isPassedOn = (postedBy: string | undefined): boolean => postedBy?.startsWith(PASSED_ON) ?? false;
/** The member on whose message a file was, also where they only passed it on. */
export const messengerOf = (postedBy: string): string => postedBy.replace(PASSED_ON, '');

/** Whether somebody else than the requester posted that file, or made what they passed on. */
const isOthers = ({ postedBy }: Poster, { memberId }: Pick<Requester, 'memberId'>): boolean =>
  postedBy !== undefined && postedBy !== memberId;

export type Consents = {
  /** Why the member must answer before this picture is animated, if so. */
  reasonToAsk(requester: Requester, image: Poster): Promise<ConsentReason | undefined>;
  /** Writes the answer down; once for each job, however often it is tried. `provider`: whom the question named. */
  give(event: Event, image: Poster, given: GivenConsent, provider: string): Promise<void>;
};

export function createConsents({ audit, clock }: { audit: AuditLog; clock: Clock }): Consents {
  return {
    async reasonToAsk(requester, image) {
      if (isOthers(image, requester)) return 'not-theirs';
      // What was said of somebody else's picture was said of that picture alone.
      const last = await audit.last('consent-given', requester.memberId, { aboutNobody: true });
      // Also one that a wrong clock dated far ahead ends.
      const holds =
        last?.wordsVersion === CONSENT_WORDS_VERSION && Math.abs(clock.now() - last.atMs) < HOLDS_MS;
      return holds ? undefined : 'not-lately';
    },
    async give({ id, requester }, image, { answer, language }, provider) {
      const { memberId, spaceId } = requester;
      const jobCode = codeOf(id);
      const last = await audit.last('consent-given', memberId);
      if (last?.jobCode === jobCode && last.answer === answer) return;
      await audit.append({
        kind: 'consent-given',
        atMs: clock.now(),
        spaceId,
        by: memberId,
        ...(isOthers(image, requester)
          ? { about: isPassedOn(image.postedBy) ? 'somebody-else' : image.postedBy }
          : {}),
        jobCode,
        answer,
        wordsVersion: CONSENT_WORDS_VERSION,
        language,
        provider,
      });
    },
  };
}
