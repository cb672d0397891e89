/** One motion with several characters at a price for all, which waits for a yes. */
import type { Offer } from '../intake/offer.ts';
import type { Micros } from '../price/money.ts';
import type { ConsentReason } from '../trust/consent-answers.ts';

/**
 * What it is made of lies in the library, and is looked up again with the yes. Its `id` is the event's: the jobs have it
 * with a number behind.
 */
export type CastOffer = Pick<
  Offer,
  | 'id'
  | 'code'
  | 'requester'
  | 'choices'
  | 'over'
  | 'lifted'
  | 'askedAt'
  | 'askedBefore'
  | 'told'
  | 'expiresAt'
> & {
  motion: { id: string; name: string };
  characters: readonly { id: string; name: string; micros: Micros }[];
  micros: Micros;
  seconds: number;
  provider: string;
  /** Its yes says whom the pictures show, and this is why. */
  asks?: ConsentReason;
  /** That was said. */
  consented?: true;
  /** It costs more than it did. */
  dearer?: true;
  /** Its jobs were made. One of them may be deleted since, and is not made anew. */
  made?: true;
};

export const castJobIds = ({ id, characters }: Pick<CastOffer, 'id' | 'characters'>): string[] =>
  characters.map((_, at) => `${id}-${at + 1}`);

/** What a member may ask the admins for. */
export type AskedOffer = Offer | CastOffer;

/** What a yes to it makes; the first of these where it is several jobs. */
export const jobIdsOf = (offer: AskedOffer): [string, ...string[]] => {
  if (!('characters' in offer)) return [offer.id];
  const [first = offer.id, ...others] = castJobIds(offer);
  return [first, ...others];
};

export const priceOf = (offer: AskedOffer): Micros =>
  'characters' in offer ? offer.micros : offer.quote.micros;
