/** What is said of a pair, with the price of each mend: the same request with that one change, quoted as any other. */
import type { Context } from '../context.ts';
import type { Quote } from '../job/job.ts';
import type { ClipFacts } from '../media.ts';
import { chosenIn, modelsIn } from '../models/chosen.ts';
import type { Model } from '../models/model.ts';
import { findModel, modelOf } from '../models/registry.ts';
import { eligibleProviders } from '../price/eligible-providers.ts';
import type { Micros } from '../price/money.ts';
import { bestQuote, type Choices, type Plan, plan } from '../price/quote.ts';
import type { Finding, Mend, PricedFinding } from './finding.ts';
import { findingsOf, rank, type Seen } from './findings.ts';

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
): Promise<PricedFinding[]> {
  const model = modelOf(planned.request);
  const { orientation } = planned.request;
  const { micros } = quote;
  const lessons = await ctx.lessons.read();
  const found = lessons
    .applied(model.id, findingsOf(seen, { model, choices, orientation }))
    .sort((a, b) => rank(a) - rank(b));
  const others = modelsIn(ctx, spaceId).flatMap((id) => (id === model.id ? [] : (findModel(id) ?? [])));

  async function priceOf(wished: Choices): Promise<Micros | undefined> {
    const target = chosenIn(ctx, spaceId, wished);
    const again = target.ok ? plan(wished, clip, target.value) : target;
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
  return Promise.all(
    found.map(async (finding) => {
      const mends = [...finding.mends, ...otherModel(finding, others)];
      const priced = await Promise.all(mends.map(async (mend) => ({ ...mend, micros: await price(mend) })));
      return {
        ...finding,
        mends: priced.flatMap(({ micros, ...mend }) => (micros === undefined ? [] : [{ ...mend, micros }])),
      };
    }),
  );
}

/** One that what was seen does no harm, where nothing else mends it. */
function otherModel({ code, level, mends }: Finding, others: readonly Model[]): Mend[] {
  if (level === 'hint' || mends.length > 0) return [];
  const other = others.find(({ findings }) => (findings[code] ?? 'hint') === 'hint');
  return other ? [{ kind: 'model', choices: { model: other.id } }] : [];
}
