/** A price that waits for a yes, with everything that its job would be made of. */
import type { PricedFinding } from '../coach/finding.ts';
import type { Job, NamedFile, Quality, Quote, RenderRequest, Requester, Scene } from '../job/job.ts';
import type { Choices } from '../price/quote.ts';
import { accept, type Outcome, type OverQuota, type PastLimit, type Refusal } from '../refusals.ts';
import type { ConsentReason } from '../trust/consent-answers.ts';

/**
 * Why it was not started at once: it is dear, the member wanted to see it first, the price rose since the yes, a limit
 * has no room for it, its clip has to be cut or repeated, which nobody asked for, the member has yet to say whom the
 * picture shows, or the model may refuse or spoil it.
 */
export type OfferReason = 'price' | 'asked' | 'dearer' | 'over-limit' | 'misfit' | 'consent' | 'findings';

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
  /** What was seen that may go wrong; missing on those of an earlier version. */
  findings?: readonly PricedFinding[];
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
  /** The same of a limit that is not in the way any more. */
  askedBefore?: true;
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

/** What of it comes from its files and choices. */
export const offered = ({
  plan,
  quote,
  findings,
}: Required<Pick<Offer, 'quote' | 'findings'>> & { plan: Pick<Offer, 'request'> }) => ({
  request: plan.request,
  quote,
  findings,
});

/** The limit that an admin would lift. */
export const pastOf = ({ scope, period, leftJobs }: OverQuota): PastLimit => ({
  scope,
  period,
  unit: leftJobs === undefined ? 'usd' : 'jobs',
});

type Over = Pick<Offer, 'over' | 'lifted' | 'askedAt' | 'askedBefore' | 'told' | 'expiresAt'>;

/** The offer as if nobody had been asked: what was asked for is not what it is now. */
function unasked<O extends Over>(before: O) {
  const { askedAt: _at, told: _told, lifted: _lifted, ...offer } = before;
  return wasAsked(before) ? { ...offer, askedBefore: true as const } : offer;
}

/** What the admins were asked for must stay what they say yes to: what they read of it stands there, with its buttons. */
export const wasAsked = ({ askedAt, askedBefore }: Pick<Offer, 'askedAt' | 'askedBefore'>): boolean =>
  askedAt !== undefined || askedBefore === true;

/** What the admins were asked for holds for the limit that they were told of; of another one it is good until `expiresAt`. */
export function overLimit<O extends Over>(offer: O, over: OverQuota, expiresAt: number): O {
  const isSame = offer.over && JSON.stringify(pastOf(offer.over)) === JSON.stringify(pastOf(over));
  return { ...(isSame ? offer : { ...unasked(offer), expiresAt }), over } as O;
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

/** `over`: a limit has no room; the files wait a while, in case the member asks the admins for a yes. */
export type IntakeResult =
  | { kind: 'job'; job: Job }
  | { kind: 'offer'; offer: Offer }
  | { kind: 'over'; offer: Offer; refusal: OverQuota };

export const takenOf = (offer: Offer): IntakeResult =>
  offer.over ? { kind: 'over', offer, refusal: offer.over } : { kind: 'offer', offer };

export const jobOf = (made: Outcome<Job>): Outcome<IntakeResult> =>
  made.ok ? accept({ kind: 'job', job: made.value }) : made;
