/** A price that waits for a yes, as a page. */
import type { Offer } from '../core/intake/offer.ts';
import type { Quote } from '../core/job/job.ts';
import { partLines } from '../words/coach.ts';
import { filesLine, quoteLines } from '../words/facts.ts';
import type { Words } from '../words/index.ts';
import { answerButtons, asksOf, questionLines } from './answers.ts';
import { jobButton } from './cards.ts';
import { choiceRows } from './choice-rows.ts';
import { coachLines, isDoomed, mendRows } from './coach.ts';
import type { Button, Page } from './page.ts';
import { yesArg } from './yes.ts';

/** A price that waits for a yes, until when it does, and every choice that may still be made about it. */
export function offerPage(words: Words, offer: Offer): Page {
  const { t, date } = words;
  const { code, request, quote } = offer;
  const told = new Set<string>((offer.findings ?? []).map((finding) => finding.code));
  const warnings = quote.warnings.filter((warning) => !told.has(warning));
  return {
    title: titleOfOffer(words, offer),
    tone: 'plain',
    askedBy: offer.requester.memberId,
    lines: [
      ...(offer.why === 'dearer' ? [t('confirm.dearer')] : []),
      ...misfitLines(words, offer),
      filesLine(words, offer),
      ...quoteLines(words, { ...quote, warnings, notes: notesOf(offer) }, request),
      ...partLines(words, request),
      ...coachLines(words, offer),
      ...questionLines(words, offer),
      t('confirm.waiting', { until: date(offer.expiresAt) }),
    ],
    rows: [
      ...mendRows(words, offer),
      ...(offer.why === 'consent' ? [] : choiceRows(words, offer)),
      [
        ...(asksOf(offer) ? answerButtons(words, offer) : [confirmButton(words, offer)]),
        jobButton(words, 'decline', code),
      ],
    ],
  };
}

function titleOfOffer({ t, price }: Words, offer: Offer): string {
  if (isDoomed(offer)) return t('coach.ask');
  if (offer.why === 'consent') return t('consent.ask');
  const { micros } = offer.quote;
  return micros === 0 ? t('confirm.ask-free') : t('confirm.ask', { price: price(micros) });
}

const confirmButton = (words: Words, offer: Offer): Button => ({
  ...jobButton(words, 'confirm', offer.code),
  arg: yesArg(offer.quote.micros),
  ...(isDoomed(offer) ? { label: words.t('button.send-anyway'), tone: 'danger' as const } : {}),
});

/** Why a yes is needed for a clip that does not fit, where it still does not with what was chosen since. */
function misfitLines({ t, seconds }: Words, { misfitSeconds, quote }: Offer): string[] {
  if (misfitSeconds === undefined) return [];
  const [length, limit] = [seconds(misfitSeconds), seconds(quote.seconds)];
  if (quote.notes.includes('trimmed')) return [t('confirm.misfit-long', { seconds: length, max: limit })];
  return quote.notes.includes('looped') ? [t('confirm.misfit-short', { seconds: length, min: limit })] : [];
}

/** Without what the reason has said already. */
const notesOf = ({ misfitSeconds, quote: { notes } }: Offer): Quote['notes'] =>
  misfitSeconds === undefined ? notes : notes.filter((note) => note !== 'trimmed' && note !== 'looped');
