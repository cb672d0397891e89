/** What the coach says: each finding in one line, what mends it, and which part of the files is used. */
import type { Finding, FindingCode, PricedFinding, PricedMend } from '../core/coach/finding.ts';
import type { RenderRequest } from '../core/job/job.ts';
import { findModel } from '../core/models/registry.ts';
import type { Micros } from '../core/price/money.ts';
import { modelName, SEPARATOR } from './facts.ts';
import type { Words } from './index.ts';

/** `0:07`, as a player shows it; with a tenth where it is no whole second. */
export function timeText({ number }: Pick<Words, 'number'>, seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const [minutes, rest] = [Math.floor(tenths / 600), (tenths % 600) / 10];
  const text = number(rest);
  return `${minutes}:${rest < 10 ? '0' : ''}${text}`;
}

const NOTHING = '…';

/** One line of it. */
export function findingText(
  words: Words,
  { code, measured, spans = [] }: Pick<Finding, 'code' | 'measured' | 'spans'>,
): string {
  const { t } = words;
  const time = (seconds: number | undefined) => (seconds === undefined ? NOTHING : timeText(words, seconds));
  switch (code) {
    case 'no-person-in-image':
    case 'no-person-in-clip':
      return t(`warning.${code}`);
    default:
      return t(`coach.finding.${code}`, {
        people: measured.people ?? NOTHING,
        at: time(measured.firstSeconds),
        from: time(spans[0]?.fromSeconds),
        to: time(spans[0]?.toSeconds),
      });
  }
}

/** What a mend does, and what it makes of the price: `Use 0:00–0:07 · $0.49 instead of $0.91`. */
export function mendText(words: Words, code: FindingCode, mend: PricedMend, nowMicros: Micros): string {
  const { t, price } = words;
  const what = mendName(words, code, mend);
  return mend.micros === nowMicros
    ? what
    : what + SEPARATOR + t('coach.price', { price: price(mend.micros), before: price(nowMicros) });
}

function mendName(words: Words, code: FindingCode, { kind, choices, person }: PricedMend): string {
  const { t } = words;
  switch (kind) {
    case 'crop':
      if (code === 'image-in-bars') return t('coach.mend.bars');
      return code === 'several-people-in-image' && person !== undefined
        ? t('coach.mend.person', { person })
        : t('coach.mend.closer');
    case 'trim':
      return t('coach.mend.trim', {
        from: timeText(words, choices.trimFrom ?? 0),
        to: timeText(words, choices.trimTo ?? 0),
      });
    case 'loop':
      return t('coach.mend.loop', {
        from: timeText(words, choices.trimFrom ?? 0),
        to: timeText(words, choices.trimTo ?? 0),
      });
    case 'orientation':
      return t('coach.mend.orientation');
    case 'sound':
      return t('coach.mend.sound');
    case 'model': {
      const model = findModel(choices.model);
      return t('coach.mend.model', { model: model ? modelName(words, model) : (choices.model ?? '') });
    }
  }
}

const SIGNS = { 'will-fail': '⛔', 'may-fail': '⚠️', hint: '💡' } as const;

/** More hints than that bury what matters. */
const HINTS_SHOWN = 2;

/** What is worth a question in full, and the foremost hints. */
export function findingLines(words: Words, findings: readonly PricedFinding[]): string[] {
  const hints = findings.filter(({ level }) => level === 'hint').slice(0, HINTS_SHOWN);
  return [...findings.filter(({ level }) => level !== 'hint'), ...hints].map(
    (finding) => `${SIGNS[finding.level]} ${findingText(words, finding)}`,
  );
}

/** Which part of its files a request uses, where that is not all of them. */
export function partLines(
  words: Words,
  { stretch, crop }: Pick<RenderRequest, 'stretch' | 'crop'>,
): string[] {
  const { t } = words;
  return [
    ...(stretch
      ? [
          t('coach.part-clip', {
            from: timeText(words, stretch.fromSeconds),
            to: timeText(words, stretch.toSeconds),
          }),
        ]
      : []),
    ...(crop ? [t('coach.part-image')] : []),
  ];
}
