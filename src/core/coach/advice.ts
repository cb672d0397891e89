/** What is said of a pair, with the price of each mend: the same request with that one change, quoted as any other. */
import type { Context } from '../context.ts';
import type { Quote, RenderRequest } from '../job/job.ts';
import type { ClipFacts } from '../media.ts';
import { chosenIn, modelsIn } from '../models/chosen.ts';
import type { Model } from '../models/model.ts';
import { findModel, modelOf } from '../models/registry.ts';
import { eligibleProviders } from '../price/eligible-providers.ts';
import type { Micros } from '../price/money.ts';
import { bestQuote, type Choices, type Plan, plan } from '../price/quote.ts';
import { peopleIn } from './boxes.ts';
import type { Finding, Mend, PricedFinding } from './finding.ts';
import { findingsOf, rank, type Seen } from './findings.ts';
import type { Span } from './look.ts';
import { factsOfPart } from './parts.ts';
import type { CoachRequest } from './sighting.ts';
import { stretchesOf } from './stretches.ts';

type Prepared = { plan: Plan; quote: Quote };

/** Of files that were planned and quoted. */
export async function adviceOn(
  ctx: Pick<Context, 'registry' | 'settings' | 'rules' | 'lessons'>,
  spaceId: string,
  {
    seen,
    choices,
    clip,
    prepared: { plan: planned, quote },
  }: { seen: Seen; choices: Choices; clip: ClipFacts; prepared: Prepared },
): Promise<{ findings: PricedFinding[]; best: Span[] }> {
  const model = modelOf(planned.request);
  const { orientation } = planned.request;
  const { micros } = quote;
  const stepSeconds = stepOf(ctx.registry, quote.provider, planned.request);
  const request: CoachRequest = { model, choices, orientation, stepSeconds };
  const lessons = await ctx.lessons.read();
  const found = lessons.applied(model.id, findingsOf(seen, request)).sort((a, b) => rank(a) - rank(b));
  const others = modelsIn(ctx, spaceId).flatMap((id) => (id === model.id ? [] : (findModel(id) ?? [])));

  async function priceOf(wished: Choices): Promise<Micros | undefined> {
    const target = chosenIn(ctx, spaceId, wished);
    const again = target.ok ? plan(wished, factsOfPart(clip, wished, seen.clip), target.value) : target;
    const quoted = again.ok ? await bestQuote(eligibleProviders(ctx, spaceId), again.value, []) : again;
    return quoted.ok ? quoted.value.micros : undefined;
  }

  const prices = new Map<string, Promise<Micros | undefined>>();
  /** What is only shown of the picture costs nothing more or less. */
  const price = ({ kind, choices: changed }: Mend): Promise<Micros | undefined> => {
    if (kind === 'crop') return Promise.resolve(micros);
    const key = JSON.stringify(changed);
    const asked = prices.get(key) ?? priceOf({ ...choices, ...changed });
    prices.set(key, asked);
    return asked;
  };
  const findings = await Promise.all(
    found.map(async (finding) => {
      const mends = [...finding.mends, ...otherModel(finding, others, clip)];
      const priced = await Promise.all(mends.map(async (mend) => ({ ...mend, micros: await price(mend) })));
      return {
        ...finding,
        mends: priced.flatMap(({ micros, ...mend }) => (micros === undefined ? [] : [{ ...mend, micros }])),
      };
    }),
  );
  return { findings, best: bestOf(seen, request) };
}

/** What could be used of the clip, the best first, in whole billing steps. */
function bestOf({ picture, clip }: Seen, { model, choices, ...wanted }: CoachRequest): Span[] {
  const framing = picture && peopleIn(picture, choices.crop)[0]?.framing;
  return clip ? stretchesOf(clip, { ...wanted, clip: model.clip, framing }) : [];
}

/** Seconds that a provider bills together for such a request. */
function stepOf(
  registry: Pick<Context['registry'], 'all'>,
  provider: string,
  request: RenderRequest,
): number | undefined {
  const { id } = modelOf(request);
  const { scene = 'picture', quality } = request;
  return registry
    .all()
    .find((one) => one.id === provider)
    ?.capabilities.offers.find(
      (offer) => offer.model === id && offer.quality === quality && (offer.scene ?? 'picture') === scene,
    )?.bills?.blockSeconds;
}

/** One that what was seen does no harm, where nothing else mends it; for a clip that is too short, one that takes it as it is. */
function otherModel(
  { code, level, mends }: Finding,
  others: readonly Model[],
  { durationMs }: ClipFacts,
): Mend[] {
  if (code === 'clip-repeated') {
    const other = others.find((one) => one.clip.minSeconds * 1000 <= durationMs);
    return other ? [{ kind: 'model', choices: { model: other.id, loop: false } }] : [];
  }
  if (level === 'hint' || mends.length > 0) return [];
  const other = others.find(({ findings }) => (findings[code] ?? 'hint') === 'hint');
  return other ? [{ kind: 'model', choices: { model: other.id } }] : [];
}
