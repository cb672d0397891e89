/** An offer may have to be answered by whom its picture shows: the answer is its yes, and stays with it. */
import type { Consents, GivenConsent } from '../trust/consent.ts';
import type { Offer } from './offer.ts';
import type { OfferStore } from './offer-store.ts';

export function createQuestion(consents: Consents, kv: Pick<OfferStore, 'save'>) {
  const reasonToAsk = ({ requester, image }: Offer) => consents.reasonToAsk(requester, image);
  return {
    /** The offer with what the member has answered now; undefined where an answer is still to come. */
    async answered(offer: Offer, given: GivenConsent | undefined): Promise<Offer | undefined> {
      if (offer.consented) return offer;
      if (!given) return (await reasonToAsk(offer)) ? undefined : offer;
      await consents.give(offer, offer.image, given, offer.quote.provider);
      return kv.save({ ...offer, consented: true });
    },
    /** It may have been offered before there was anything to ask. */
    async askAnew(offer: Offer): Promise<Offer> {
      const asks = await reasonToAsk(offer);
      return kv.save({ ...offer, ...(asks ? { asks } : {}) });
    },
  };
}
