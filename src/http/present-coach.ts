/** What the coach says, as scripts and the page read it. */
import type { PricedFinding, PricedMend } from '../core/coach/finding.ts';
import type { Seen } from '../core/coach/findings.ts';
import type { Box, Span } from '../core/coach/look.ts';
import { mendTexts } from '../core/coach/mend-texts.ts';
import { stretchOf } from '../core/coach/parts.ts';
import type { PreparedJob } from '../core/intake/intake.ts';
import { type Micros, usdFromMicros } from '../core/price/money.ts';
import { findingText, mendText } from '../words/coach.ts';
import { wordsFor } from '../words/index.ts';
import { offerPrice } from '../words/jobs.ts';
import type { BoxView, FindingView, LookView, MendView, SpanView } from './page/coach-contract.ts';

const words = wordsFor('en');

const boxView = ({ left, top, width, height }: Box): BoxView => ({ left, top, width, height });
const spanView = ({ fromSeconds, toSeconds }: Span): SpanView => ({ from: fromSeconds, to: toSeconds });

type Prepared = Pick<PreparedJob, 'findings' | 'seen' | 'best' | 'quote' | 'plan'>;

/** `look` is missing where one of the files could not be looked at. */
export function presentCoach({ findings, seen, best = [], quote, plan }: Prepared): {
  findings: FindingView[];
  look?: LookView;
} {
  const look = seen && presentLook(seen, best, plan.request);
  return {
    findings: findings.map((finding) => presentFinding(finding, quote.micros)),
    ...(look ? { look } : {}),
  };
}

function presentFinding(finding: PricedFinding, nowMicros: Micros): FindingView {
  const { code, level, about, measured, boxes, spans, mends } = finding;
  return {
    code,
    level,
    about,
    message: findingText(words, finding),
    measured: { ...measured },
    ...(boxes ? { boxes: boxes.map(boxView) } : {}),
    ...(spans ? { spans: spans.map(spanView) } : {}),
    mends: mends.map((mend) => presentMend(code, mend, nowMicros)),
  };
}

function presentMend(code: PricedFinding['code'], mend: PricedMend, nowMicros: Micros): MendView {
  const { kind, choices, person, micros } = mend;
  return {
    kind,
    label: mendText(words, code, mend, nowMicros),
    fields: mendTexts(choices),
    usd: usdFromMicros(micros),
    price: offerPrice(words, { micros, notes: [] }),
    ...(person === undefined ? {} : { person }),
  };
}

function presentLook(
  { picture, clip }: Seen,
  best: readonly Span[],
  { stretch, clipSeconds }: PreparedJob['plan']['request'],
): LookView | undefined {
  if (!picture || !clip) return undefined;
  const all = stretchOf({}, clip.seconds) ?? { fromSeconds: 0, toSeconds: clip.seconds };
  const from = (stretch ?? all).fromSeconds;
  return {
    image: { people: picture.people.map(({ box }, at) => ({ person: at + 1, ...boxView(box) })) },
    clip: {
      seconds: clip.seconds,
      cuts: clip.cuts.map(({ atSeconds }) => atSeconds),
      best: best.map(spanView),
      used: { from, to: Math.min((stretch ?? all).toSeconds, from + clipSeconds) },
    },
  };
}
