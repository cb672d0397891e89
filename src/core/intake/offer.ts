/** A price that waits for a yes, with everything that its job would be made of. */
import type { NamedFile, Quality, Quote, RenderRequest, Requester, Scene } from '../job/job.ts';
import type { Choices } from '../price/quote.ts';
import type { Outcome, OverQuota, PastLimit, Refusal } from '../refusals.ts';
import type { ConsentReason } from '../trust/consent-answers.ts';

/**
 * Why it was not started at once: it is dear, the member wanted to see it first, the price rose since the yes, a limit
 * has no room for it, its clip has to be cut or repeated, which nobody asked for, or the member has yet to say whom the
 * picture shows.
 */
export type OfferReason = 'price' | 'asked' | 'dearer' | 'over-limit' | 'misfit' | 'consent';

export type Offer = {
  /** The event's id, which the job will have. */
  id: string;
  code: string;
  requester: Requester;
  choices: Choices;
  request: RenderRequest;
  quote: Quote;
  image: NamedFile;
  clip: NamedFile;
  why: OfferReason;
  /** Its yes says whom the picture shows, and this is why. */
  asks?: ConsentReason;
  /** That was said. */
  consented?: true;
  /** How long a clip is that the model takes only cut or repeated. */
  misfitSeconds?: number;
  /** The limit that has no room, where that is why. */
  over?: OverQuota;
  /** The limits that an admin has lifted for it already. */
  lifted?: readonly PastLimit[];
  /** The member asked the admins for a yes. */
  askedAt?: number;
  /** Where the admins were told of that; missing until they were. */
  told?: 'log-channel' | 'here';
  expiresAt: number;
  /** What else may be chosen where it was made; missing where there is nothing else. */
  choosable?: Choosable;
};

/**
 * Models by their ids, none where there is but one; qualities and scenes of the model chosen, and whether others can be let
 * go first.
 */
export type Choosable = {
  models: readonly string[];
  qualities: readonly Quality[];
  scenes: readonly Scene[];
  relaxed?: boolean;
};

/** The limit that an admin would lift. */
export const pastOf = ({ scope, period, leftJobs }: OverQuota): PastLimit => ({
  scope,
  period,
  unit: leftJobs === undefined ? 'usd' : 'jobs',
});

/** The offer as if nobody had been asked: what was asked for is not what it is now. */
export function unasked({ askedAt: _at, told: _told, lifted: _lifted, ...offer }: Offer): Offer {
  return offer;
}

export type Misfit = { mend: Partial<Choices>; seconds: number };

/** A clip's length that does not fit, and what would make it fit, where the member has not said no to that. */
export function misfitOf(refusal: Refusal, { loop }: Choices): Misfit | undefined {
  if (refusal.code === 'clip-too-long' && refusal.canTrim)
    return { mend: { trim: true }, seconds: refusal.seconds };
  if (refusal.code === 'clip-too-short' && refusal.canLoop && loop !== false)
    return { mend: { loop: true }, seconds: refusal.seconds };
  return undefined;
}

/** The refusal that an admin may lift: of a limit of the space, not of the operator's budget. */
export function overOf(made: Outcome<unknown>): OverQuota | undefined {
  if (made.ok || made.refusal.code !== 'over-quota' || made.refusal.scope === 'operator') return undefined;
  return made.refusal;
}
