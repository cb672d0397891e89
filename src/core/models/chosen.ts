/** Which model a request is for: what was wished, what the admins allow, and what is offered here, put together. */
import type { Context } from '../context.ts';
import type { Choosable } from '../intake/offer.ts';
import { isOperatorsOwn, QUALITIES, type Quality, type RenderRequest, type Requester } from '../job/job.ts';
import type { Offer } from '../ports.ts';
import { eligibleProviders, mayRender } from '../price/eligible-providers.ts';
import type { Choices, Target } from '../price/quote.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { DEFAULT_MODEL, DRAFT, findModel, MODELS } from './registry.ts';

type Parts = Pick<Context, 'registry' | 'settings' | 'rules'>;
type Wishes = Pick<Choices, 'model' | 'quality' | 'scene' | 'speed'>;

/** The ids of the hosted models that anybody configured here offers, in the registry's order. */
export function hostedModels(registry: Parts['registry']): string[] {
  const offered = new Set(
    registry.all().flatMap(({ capabilities }) => capabilities.offers.map(({ model }) => model)),
  );
  return MODELS.map(({ id }) => id).filter((id) => id !== DRAFT && offered.has(id));
}

/** What the configured providers offer that may render in a space, but for drafts. */
export function offersIn(
  { registry, settings }: Pick<Parts, 'registry' | 'settings'>,
  spaceId: string,
): Offer[] {
  const may = mayRender(settings.of(spaceId).providers);
  const offers = registry.all().flatMap(({ id, capabilities }) => (may(id) ? capabilities.offers : []));
  return offers.filter(({ model }) => model !== DRAFT);
}

/** The ids of the hosted models that members may choose among in a space, the one that is taken by itself first. */
export function modelsIn(parts: Pick<Parts, 'registry' | 'settings'>, spaceId: string): string[] {
  const offered = new Set(offersIn(parts, spaceId).map(({ model }) => model));
  const allowed: readonly string[] = parts.settings.of(spaceId).models ?? MODELS.map(({ id }) => id);
  return allowed.filter((id) => offered.has(id));
}

/** Refuses what nobody offers here, with what there is. */
export function chosenIn(parts: Parts, spaceId: string, wishes: Wishes): Outcome<Target> {
  const { defaultQuality } = parts.rules;
  const hosted = parts.registry.all().some(({ id }) => id !== 'local');
  const quality = wishes.quality ?? (wishes.model === DRAFT ? 'draft' : defaultQuality);
  // This machine stands in for every model where nobody else is there to render.
  if (!hosted || quality === 'draft') return draft(quality, wishes);
  const models = modelsIn(parts, spaceId);
  // A draft is chosen by its quality: whoever wants more of it than that means a model that has more.
  const wished = wishes.model === DRAFT ? undefined : wishes.model;
  const model = findModel(wished ?? models[0]);
  if (!model || !models.includes(model.id)) {
    if (models.length > 0)
      return refuse({ code: 'bad-option', option: 'model', allowed: [...models, DRAFT] });
    const meant = findModel(wished ?? parts.settings.of(spaceId).models?.[0]) ?? DEFAULT_MODEL;
    return refuse({ code: 'no-provider-for-model', model: meant.name ?? meant.id });
  }
  const offers = offersIn(parts, spaceId);
  const scenes = scenesOf(offers, model.id);
  const scene = wishes.scene ?? scenes[0] ?? 'picture';
  if (!scenes.includes(scene)) return refuse({ code: 'bad-option', option: 'scene', allowed: scenes });
  const { speed } = wishes;
  if (speed === 'relaxed' && !canRelax(offers, model.id)) return refuse(NOT_RELAXED);
  return accept({ model, quality, scene, ...(speed ? { speed } : {}) });
}

/** Whether anybody there renders the model so on request. */
const canRelax = (offers: readonly Offer[], model: string): boolean =>
  offers.some((offer) => offer.model === model && offer.relaxed === true);

const NOT_RELAXED = { code: 'bad-option', option: 'speed', allowed: ['normal'] } as const;

/**
 * The choices with the speed that the space has set for members without a role, where that goes with the rest and can be
 * had now: whoever chose one, and whoever has a role, is not concerned.
 */
export function withUsualSpeed(parts: Parts, requester: Requester, choices: Choices): Choices {
  const { spaceId, platform, roles = [] } = requester;
  const isConcerned = choices.speed === undefined && roles.length === 0 && !isOperatorsOwn(platform);
  if (!isConcerned || parts.settings.of(spaceId).speed !== 'relaxed') return choices;
  const relaxed = { ...choices, speed: 'relaxed' } as const;
  const chosen = chosenIn(parts, spaceId, relaxed);
  const isThere =
    chosen.ok &&
    eligibleProviders(parts, spaceId)
      .open()
      .some(({ capabilities }) => canRelax(capabilities.offers, chosen.value.model.id));
  return isThere ? relaxed : choices;
}

/** One choice more, `news`, on top of others: what does not go with it is chosen anew, rather than refused. */
export function fitting(parts: Parts, spaceId: string, chosen: Choices, news: Partial<Choices>): Choices {
  const { scene, quality, model, speed, ...rest } = chosen;
  const offers = offersIn(parts, spaceId);
  const target = chosenIn(parts, spaceId, { ...(model ? { model } : {}), quality });
  const id = target.ok ? target.value.model.id : undefined;
  const has = (one: Partial<Offer>): boolean =>
    offers.some(
      (offer) =>
        offer.model === id &&
        (one.quality === undefined || offer.quality === one.quality) &&
        (one.scene === undefined || (offer.scene ?? 'picture') === one.scene) &&
        (one.relaxed === undefined || offer.relaxed === true),
    );
  const isDraft = quality === 'draft' && news.model === undefined;
  return {
    ...rest,
    ...(model ? { model } : {}),
    quality: isDraft || 'quality' in news || (quality && has({ quality })) ? quality : undefined,
    ...(scene && ('scene' in news || has({ scene })) ? { scene } : {}),
    ...(speed && (speed === 'normal' || 'speed' in news || has({ relaxed: true })) ? { speed } : {}),
  };
}

/** What may still be chosen about a request. A draft can become one of any model. */
export function choosableIn(
  parts: Pick<Parts, 'registry' | 'settings'>,
  spaceId: string,
  request: RenderRequest,
): Choosable {
  const models = modelsIn(parts, spaceId);
  const meant = request.model === DRAFT ? models[0] : request.model;
  const qualities = Object.keys(findModel(meant)?.qualities ?? {});
  const offers = offersIn(parts, spaceId);
  return {
    models: models.length > 1 ? models : [],
    qualities: QUALITIES.filter((one) => one === 'draft' || qualities.includes(one)),
    scenes: request.model === DRAFT ? ['picture'] : scenesOf(offers, meant ?? ''),
    ...(request.model !== DRAFT && canRelax(offers, meant ?? '') ? { relaxed: true } : {}),
  };
}

const scenesOf = (offers: readonly Offer[], model: string) =>
  (['picture', 'clip'] as const).filter((scene) =>
    offers.some((offer) => offer.model === model && (offer.scene ?? 'picture') === scene),
  );

function draft(quality: Quality, { scene, speed }: Wishes): Outcome<Target> {
  const model = findModel(DRAFT) ?? DEFAULT_MODEL;
  if (speed === 'relaxed') return refuse(NOT_RELAXED);
  return scene === 'clip'
    ? refuse({ code: 'bad-option', option: 'scene', allowed: ['picture'] })
    : accept({ model, quality, scene: 'picture' });
}
