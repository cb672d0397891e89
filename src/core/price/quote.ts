/**
 * Quotes a job: its length, orientation, provider and price, and the warnings that a member should read before paying.
 */
import { isTrimmed, stretchOf } from '../coach/parts.ts';
import type { Quality, Quote, QuoteNote, QuoteWarning, RenderRequest, Scene, Speed } from '../job/job.ts';
import type { Choices } from '../job/wishes.ts';
import type { ClipFacts } from '../media.ts';
import type { Model } from '../models/model.ts';
import { modelOf } from '../models/registry.ts';
import type { Provider } from '../ports.ts';
import { accept, type Outcome, type Refusal, refuse } from '../refusals.ts';
import type { ProviderRegistry } from './provider-registry.ts';

export type { Choices } from '../job/wishes.ts';

/** What is rendered, once what was chosen, set and offered has been put together. */
export type Target = { model: Model; quality: Quality; scene: Scene; speed?: Speed };

export type Plan = {
  request: RenderRequest;
  /** Where the clip is to begin, and after how many seconds it is cut: as was asked for, or as the model takes no more. */
  fromSeconds?: number;
  cutAtSeconds?: number;
  /** Until when the clip must be repeated, when it is shorter than any model takes. */
  loopToSeconds?: number;
  notes: QuoteNote[];
};

/** What every player shows over and over. */
const REPEATED: readonly string[] = ['GIF', 'animated WebP', 'animated PNG'];

/** Turns choices and the clip's facts into a request that every provider understands, or says what is wrong with it. */
export function plan(
  choices: Choices,
  clip: Pick<ClipFacts, 'container' | 'durationMs' | 'fps' | 'cameraMoves'> & { hasSound?: boolean },
  { model, quality, scene, speed }: Target,
): Outcome<Plan> {
  const { understands, clip: limits } = model;
  const { minSeconds } = limits;
  const notes: QuoteNote[] = [];
  const wholeSeconds = clip.durationMs / 1000;
  const stretch = stretchOf(choices, wholeSeconds);
  if (!stretch)
    return refuse({ code: 'bad-option', option: 'trim_from', allowed: [`< ${Math.floor(wholeSeconds)}`] });
  const isPart = isTrimmed(stretch, wholeSeconds);
  const durationMs = isPart ? (stretch.toSeconds - stretch.fromSeconds) * 1000 : clip.durationMs;
  const seconds = durationMs / 1000;
  let { orientation } = choices;
  if (!understands.orientation) {
    if (orientation === 'image') notes.push('orientation-ignored');
    orientation = 'video';
  } else if (orientation === 'auto') {
    // The picture's own framing follows a moving camera better (fal.ai's page), but takes less of it.
    orientation =
      clip.cameraMoves && billedSeconds(durationMs) <= limits.maxSeconds.image ? 'image' : 'video';
    if (orientation === 'image') notes.push('orientation-from-camera');
  }
  const maxSeconds = limits.maxSeconds[orientation];
  let billed = billedSeconds(durationMs);
  let cutAtSeconds = isPart ? seconds : undefined;
  let loopToSeconds: number | undefined;
  if (durationMs < minSeconds * 1000 - PADDING_MS) {
    // A single picture stays one, however often it is shown.
    const hasFrames = Math.round(clip.fps * seconds) > 1;
    // Whoever chose a part of a clip can choose more of it, so that a part is repeated only when asked for.
    const loops = choices.loop ?? (!isPart && REPEATED.includes(clip.container));
    if (!hasFrames || !loops)
      return refuse({ code: 'clip-too-short', seconds, minSeconds, canLoop: hasFrames && !isPart });
    loopToSeconds = minSeconds;
    billed = minSeconds;
    notes.push('looped');
  }
  if (billed > maxSeconds) {
    if (!choices.trim) return refuse({ code: 'clip-too-long', seconds, maxSeconds, canTrim: true });
    cutAtSeconds = maxSeconds;
    billed = maxSeconds;
    notes.push('trimmed');
  }
  const isDraft = quality === 'draft';
  if (choices.prompt && !understands.prompt && !isDraft) notes.push('prompt-ignored');
  if (choices.sound && clip.hasSound && !understands.sound) notes.push('sound-unsure');
  const request: RenderRequest = {
    model: model.id,
    ...(scene === 'picture' ? {} : { scene }),
    ...(speed === 'relaxed' ? { speed } : {}),
    quality,
    orientation,
    sound: choices.sound,
    ...(choices.prompt ? { prompt: choices.prompt } : {}),
    ...(choices.negativePrompt ? { negativePrompt: choices.negativePrompt } : {}),
    clipSeconds: billed,
    ...(isPart ? { stretch } : {}),
    ...(choices.crop ? { crop: choices.crop } : {}),
  };
  return accept({
    request,
    notes,
    ...(isPart && stretch.fromSeconds > 0 ? { fromSeconds: stretch.fromSeconds } : {}),
    ...(cutAtSeconds === undefined ? {} : { cutAtSeconds }),
    ...(loopToSeconds === undefined ? {} : { loopToSeconds }),
  });
}

/** Who may be asked for a price. */
export type Market = Pick<ProviderRegistry, 'open' | 'rank' | 'closed'>;

/**
 * Asks every provider for its price and takes the cheapest. Ties go to the one that heeds a negative prompt, then to
 * the one that does better lately, then by the order they are listed in.
 */
export async function bestQuote(
  market: Market,
  { request, notes }: Plan,
  warnings: QuoteWarning[],
): Promise<Outcome<Quote>> {
  const able = market.open().filter((provider) => canDo(provider, request));
  const asked = await Promise.all(able.map(async (p) => ({ provider: p, offer: await p.quote(request) })));
  const offers = asked.flatMap(({ provider, offer }) => (offer ? [{ provider, offer }] : []));
  const ignoresNegative = (p: Provider) => (request.negativePrompt && !p.capabilities.negativePrompt ? 1 : 0);
  offers.sort(
    (a, b) =>
      a.offer.micros - b.offer.micros ||
      ignoresNegative(a.provider) - ignoresNegative(b.provider) ||
      market.rank(a.provider.id) - market.rank(b.provider.id),
  );
  const best = offers[0];
  if (!best) return refuse(noOffer(market, request));
  const ignored: QuoteNote[] = ignoresNegative(best.provider) ? ['negative-prompt-ignored'] : [];
  // "About" says it already.
  const inTable = best.offer.priceFrom === 'built-in' && !best.offer.notes.includes('price-is-approximate');
  const fromTable: QuoteNote[] = inTable ? ['price-from-table'] : [];
  const heeded = notes.filter((note) => note !== 'prompt-ignored' || !best.provider.capabilities.prompt);
  const final: QuoteNote[] = best.provider.capabilities.neverCancels ? ['no-cancel'] : [];
  const patient: QuoteNote[] = request.speed === 'relaxed' ? ['relaxed'] : [];
  return accept({
    provider: best.provider.id,
    micros: best.offer.micros,
    seconds: request.clipSeconds,
    notes: [...heeded, ...best.offer.notes, ...fromTable, ...ignored, ...final, ...patient],
    warnings,
  });
}

function noOffer(market: Market, request: RenderRequest): Refusal {
  const closed = market.closed((provider) => canDo(provider, request));
  if (closed) return { code: closed };
  if (market.open().length === 0) return { code: 'no-provider' };
  const model = modelOf(request);
  if (!market.open().some(({ capabilities }) => capabilities.offers.some((one) => one.model === model.id)))
    return { code: 'no-provider-for-model', model: model.name ?? model.id };
  return { code: 'no-provider-for-quality', quality: request.quality };
}

/** Whether a provider takes such requests at all. */
export function canDo(
  { capabilities }: { capabilities: Pick<Provider['capabilities'], 'offers'> },
  request: RenderRequest,
): boolean {
  const { id } = modelOf(request);
  const { quality, scene = 'picture', speed } = request;
  return capabilities.offers.some(
    (offer) =>
      offer.model === id &&
      offer.quality === quality &&
      (offer.scene ?? 'picture') === scene &&
      (speed !== 'relaxed' || offer.relaxed === true),
  );
}

/** Padding that encoders leave at a clip's end; a 4.02 s clip is a 4 s clip. DESIGN §7. */
const PADDING_MS = 50;

/** The whole seconds that a price counts: rounded up, after taking off 50 ms of padding. */
export function billedSeconds(durationMs: number): number {
  return Math.max(1, Math.ceil((durationMs - PADDING_MS) / 1000));
}
