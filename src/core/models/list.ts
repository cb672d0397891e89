/** The models that members may choose among, with what a choice is made by: price, usual time, abilities. */
import type { Context } from '../context.ts';
import { QUALITIES, type Quality, type RenderRequest, SCENES, type Scene, type Speed } from '../job/job.ts';
import type { Offer } from '../ports.ts';
import { eligibleProviders } from '../price/eligible-providers.ts';
import type { Micros } from '../price/money.ts';
import { bestQuote } from '../price/quote.ts';
import { hostedModels, modelsIn, offersIn } from './chosen.ts';
import type { Model } from './model.ts';
import { findModel } from './registry.ts';

export type ModelFacts = {
  model: Model;
  qualities: readonly Quality[];
  scenes: readonly Scene[];
  /** That others can be let go first, and what a short clip usually takes then, once that is known. */
  relaxed?: { usualMs?: number };
  /** The cheapest that a second comes to here; missing while nobody takes jobs for it. */
  perSecondMicros?: Micros;
  /** What a short clip usually takes, once that is known. */
  usualMs?: number;
};

export type Models = {
  /** Whether there is anything to choose anywhere: of models, of scenes, and of speeds. */
  choice(): { models: boolean; scenes: boolean; speeds: boolean };
  /** Those that members of a space may choose, the one that is taken by itself first. */
  list(spaceId: string): Promise<ModelFacts[]>;
};

/** Prices by the block or by the frame are of this many seconds, and usual times, too. */
const SECONDS = 10;

export function createModels(ctx: Context): Models {
  async function factsOf(spaceId: string, model: Model): Promise<ModelFacts> {
    const offers = offersIn(ctx, spaceId).filter((offer) => offer.model === model.id);
    const qualities = QUALITIES.filter((quality) => offers.some((offer) => offer.quality === quality));
    const scenes = SCENES.filter((scene) => offers.some((offer) => (offer.scene ?? 'picture') === scene));
    const market = eligibleProviders(ctx, spaceId);
    async function costOf({ quality, scene }: Offer, speed?: Speed) {
      const request: RenderRequest = {
        model: model.id,
        ...(scene ? { scene } : {}),
        ...(speed ? { speed } : {}),
        quality,
        orientation: 'video',
        sound: true,
        clipSeconds: SECONDS,
      };
      const quote = await bestQuote(market, { request, notes: [] }, []);
      if (!quote.ok) return [];
      const usualMs = ctx.history.usualMs(quote.value.provider, request);
      return [{ micros: quote.value.micros, usualMs }];
    }
    const cheapestOf = async (which: readonly Offer[], speed?: Speed) =>
      (await Promise.all(which.map((offer) => costOf(offer, speed))))
        .flat()
        .sort((a, b) => a.micros - b.micros)[0];
    const cheapest = await cheapestOf(offers);
    const relaxed = await cheapestOf(offers.filter(isRelaxed), 'relaxed');
    return {
      model,
      qualities,
      scenes,
      ...(relaxed ? { relaxed: relaxed.usualMs === undefined ? {} : { usualMs: relaxed.usualMs } } : {}),
      ...(cheapest ? { perSecondMicros: Math.ceil(cheapest.micros / SECONDS) } : {}),
      ...(cheapest?.usualMs === undefined ? {} : { usualMs: cheapest.usualMs }),
    };
  }

  return {
    choice: () => ({
      models: hostedModels(ctx.registry).length > 1,
      scenes: ctx.registry.all().some(({ capabilities }) => capabilities.offers.some(isOfClip)),
      speeds: ctx.registry.all().some(({ capabilities }) => capabilities.offers.some(isRelaxed)),
    }),
    list: (spaceId) =>
      Promise.all(
        modelsIn(ctx, spaceId).flatMap((id) => {
          const model = findModel(id);
          return model ? [factsOf(spaceId, model)] : [];
        }),
      ),
  };
}

const isRelaxed = ({ relaxed }: { relaxed?: true }): boolean => relaxed === true;
const isOfClip = ({ scene }: { scene?: Scene }): boolean => scene === 'clip';
