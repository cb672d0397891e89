/** Library items, and what waits to be one, as scripts and the page read them. */
import { type ItemScope, type LibraryItem, secondsOf } from '../core/library/item.ts';
import type { ListedItem } from '../core/library/library.ts';
import { meanCost } from '../core/library/numbers.ts';
import type { Saving } from '../core/library/saving.ts';
import { type Micros, usdFromMicros } from '../core/price/money.ts';
import { CONSENT_ANSWERS } from '../core/trust/consent-answers.ts';
import { findingText } from '../words/coach.ts';
import { wordsFor } from '../words/index.ts';
import { offerPrice } from '../words/jobs.ts';
import { numbersText } from '../words/library.ts';
import type { LibraryItemView, SavingView } from './page/library-contract.ts';

const words = wordsFor('en');

export function presentItem(listed: ListedItem & { usualMs?: number }): LibraryItemView {
  const { item, numbers, micros, mayChange, usualMs } = listed;
  const self = `/api/library/${item.id}`;
  const seconds = secondsOf(item);
  const cost = meanCost(numbers);
  return {
    id: item.id,
    kind: item.kind,
    name: item.name,
    scope: item.scope,
    pinned: item.pinned === true,
    createdAt: item.createdAt,
    ...(seconds === undefined ? {} : { seconds: rounded(seconds) }),
    ...priceView(micros),
    numbers: {
      used: numbers.used,
      delivered: numbers.delivered,
      failed: numbers.failed,
      text: numbersText(words, numbers),
      why: numbers.why.map(({ failure, count }) => ({
        code: failure,
        message: words.failureReason(failure),
        count,
      })),
      ...(cost === undefined ? {} : { meanCost: words.price(cost) }),
      ...(usualMs === undefined ? {} : { usual: words.duration(usualMs) }),
    },
    mayChange,
    links: { self, ...filesUnder(self, item) },
  };
}

/** `scopes`: for whom whoever asks may keep it. */
export function presentSaving(saving: Saving, scopes: readonly ItemScope[]): SavingView {
  const { code, kind, name, taken, findings, expiresAt } = saving;
  const self = `/api/library/savings/${code}`;
  return {
    code,
    kind,
    name,
    ...(taken === undefined ? {} : { taken }),
    findings: findings.map((finding) => ({
      code: finding.code,
      level: finding.level,
      message: findingText(words, finding),
    })),
    ...(saving.kind === 'motion' ? motionView(saving) : {}),
    ...(saving.kind === 'character'
      ? { consent: { answers: [...CONSENT_ANSWERS], lines: [words.t('library.whom')] } }
      : {}),
    scopes: [...scopes],
    expiresAt,
    links: { self, ...filesUnder(self, saving) },
  };
}

function motionView({
  facts,
  stretch,
  wholeSeconds,
  micros,
  parts,
  takesWhole,
}: Extract<Saving, { kind: 'motion' }>): Partial<SavingView> {
  const span = (one: (typeof parts)[number]) => ({ from: one.fromSeconds, to: one.toSeconds });
  return {
    seconds: rounded(facts.durationMs / 1000),
    wholeSeconds: rounded(wholeSeconds),
    ...(stretch ? { stretch: span(stretch) } : {}),
    ...priceView(micros),
    ...(parts.length > 0 ? { parts: parts.map(span), takesWhole } : {}),
  };
}

const priceView = (micros: Micros | undefined): { usd?: number; price?: string } =>
  micros === undefined ? {} : { usd: usdFromMicros(micros), price: offerPrice(words, { micros, notes: [] }) };

const filesUnder = (self: string, { preview }: Pick<LibraryItem, 'preview'>) => ({
  ...(preview ? { preview: `${self}/preview` } : {}),
  file: `${self}/file`,
});

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;
