/**
 * Quotes a job: its length, orientation, provider and price, and the warnings that a member should read before paying.
 */
import type { Orientation, Quality, Quote, QuoteNote, QuoteWarning, RenderRequest } from '../job/job.ts';
import type { ClipFacts } from '../media.ts';
import type { Provider } from '../ports.ts';
import { accept, type Outcome, type Refusal, refuse } from '../refusals.ts';
import type { ProviderRegistry } from './provider-registry.ts';

/** What a member chose; `auto` and the missing quality are decided here. */
export type Choices = {
  orientation: 'auto' | Orientation;
  quality: Quality | undefined;
  sound: boolean;
  trim: boolean;
  /** Missing: a clip is repeated where it is of a kind that players repeat. */
  loop?: boolean;
  prompt?: string;
  negativePrompt?: string;
};

export type Plan = {
  request: RenderRequest;
  /** Where the clip must be cut, when it is longer than the orientation allows. */
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
  clip: Pick<ClipFacts, 'container' | 'durationMs' | 'fps' | 'cameraMoves'>,
  quality: Quality,
): Outcome<Plan> {
  const notes: QuoteNote[] = [];
  const seconds = clip.durationMs / 1000;
  let orientation = choices.orientation;
  if (orientation === 'auto') {
    // The picture's own framing follows a moving camera better (fal.ai's page), but takes 10 s at most.
    orientation =
      clip.cameraMoves && billedSeconds(clip.durationMs) <= MAX_CLIP_SECONDS.image ? 'image' : 'video';
    if (orientation === 'image') notes.push('orientation-from-camera');
  }
  const maxSeconds = MAX_CLIP_SECONDS[orientation];
  let billed = billedSeconds(clip.durationMs);
  let cutAtSeconds: number | undefined;
  let loopToSeconds: number | undefined;
  if (clip.durationMs < MIN_CLIP_SECONDS * 1000 - 50) {
    // A single picture stays one, however often it is shown.
    const canLoop = Math.round(clip.fps * seconds) > 1;
    if (!canLoop || !(choices.loop ?? REPEATED.includes(clip.container)))
      return refuse({ code: 'clip-too-short', seconds, minSeconds: MIN_CLIP_SECONDS, canLoop });
    loopToSeconds = MIN_CLIP_SECONDS;
    billed = MIN_CLIP_SECONDS;
    notes.push('looped');
  }
  if (billed > maxSeconds) {
    if (!choices.trim) return refuse({ code: 'clip-too-long', seconds, maxSeconds, canTrim: true });
    cutAtSeconds = maxSeconds;
    billed = maxSeconds;
    notes.push('trimmed');
  }
  const request: RenderRequest = {
    quality,
    orientation,
    sound: choices.sound,
    ...(choices.prompt ? { prompt: choices.prompt } : {}),
    ...(choices.negativePrompt ? { negativePrompt: choices.negativePrompt } : {}),
    clipSeconds: billed,
  };
  return accept({
    request,
    notes,
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
  return accept({
    provider: best.provider.id,
    micros: best.offer.micros,
    seconds: request.clipSeconds,
    notes: [...notes, ...best.offer.notes, ...fromTable, ...ignored],
    warnings,
  });
}

function noOffer(market: Market, request: RenderRequest): Refusal {
  const closed = market.closed((provider) => canDo(provider, request));
  if (closed) return { code: closed };
  if (market.open().length === 0) return { code: 'no-provider' };
  return { code: 'no-provider-for-quality', quality: request.quality };
}

/** Whether a provider takes such requests at all. */
function canDo({ capabilities }: Provider, { quality, orientation }: RenderRequest): boolean {
  return capabilities.qualities.includes(quality) && capabilities.orientations.includes(orientation);
}

/** Padding that encoders leave at a clip's end; a 4.02 s clip is a 4 s clip. DESIGN §7. */
const PADDING_MS = 50;

/** The clip's length limits, from the model's own page (fal.ai, Kling v2.6 motion control, 2026-11-21). */
export const MIN_CLIP_SECONDS = 3;
export const MAX_CLIP_SECONDS = { video: 30, image: 10 } as const;

/** The whole seconds that a price counts: rounded up, after taking off 50 ms of padding. */
export function billedSeconds(durationMs: number): number {
  return Math.max(1, Math.ceil((durationMs - PADDING_MS) / 1000));
}
