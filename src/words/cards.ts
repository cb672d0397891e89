/** What a member sees of a job, free of any platform: each chat renders it with its own means. */
import type { Form, Job, JobIn } from '../core/job.ts';
import { cancellable } from '../core/jobs.ts';
import type { Offer } from '../core/offer-shelf.ts';
import { etaSeconds } from '../core/progress.ts';
import type { QuotaLine } from '../core/quota-lines.ts';
import type { FailureCode } from '../core/refusals.ts';
import { filesLine, providerName, qualityName, quoteLines, SEPARATOR } from './facts.ts';
import type { Words } from './index.ts';
import { costText } from './jobs.ts';
import { leftLines } from './quota.ts';

/** What a button does. */
export type Verb =
  | 'cancel'
  | 'again'
  | 'new-image'
  | 'new-motion'
  | 'delete'
  | 'details'
  | 'send'
  | 'confirm'
  | 'decline';

/** Plain text throughout: a front escapes what its platform would read as markup. */
export type Card = {
  title: string;
  lines: string[];
  /** How far it is, from 0 to 1. */
  bar?: number;
  /** When it should be done, epoch milliseconds. */
  endsAt?: number;
  buttons: readonly Verb[];
};

/** A render that has not ended is never shown as full. */
const FULLEST = 0.95;

/** How a job stands. Once it is delivered it shrinks to its title: the result has a card of its own. */
export function statusCard(
  words: Words,
  job: Job,
  { usualMs, now }: { usualMs: number | undefined; now: number },
): Card {
  const title = titleOf(words, job);
  if (job.state === 'delivered') return { title, lines: [], buttons: [] };
  const files = filesLine(words, job.inputs);
  const code = words.t('card.job', { code: job.code });
  if (job.state === 'failed') {
    const lines = [files, words.failureReason(job.failure), costText(words, job), code];
    return { title, lines, buttons: BY_THE_FILES[job.failure] ? [] : ['again'] };
  }
  if (job.state === 'cancelled') return { title, lines: [files, words.job(job), code], buttons: [] };

  const { late, ...time } = timeOf(job, usualMs, now);
  const asked = cancelAsked(job);
  const more = job.state === 'unknown' || asked ? [words.job(job)] : late ? [words.t('card.longer')] : [];
  return {
    title,
    lines: [files, ...quoteLines(words, job.quote, job.request.quality), ...more, code],
    ...time,
    buttons: cancellable(job) && !asked ? ['cancel'] : [],
  };
}

/** Whether the same files would fail again. */
const BY_THE_FILES = {
  'no-person-in-image': true,
  'no-person-in-clip': true,
  'content-refused': true,
  'image-rejected': true,
  'clip-rejected': true,
  'provider-busy': false,
  'provider-out-of-balance': false,
  'provider-down': false,
  'result-lost': false,
  'timed-out': false,
  'unknown-fate': false,
} satisfies Record<FailureCode, boolean>;

const cancelAsked = (job: Job): boolean => 'cancelAskedAt' in job && job.cancelAskedAt !== undefined;

function titleOf(words: Words, job: Job): string {
  const { t } = words;
  switch (job.state) {
    case 'delivered':
      return words.job(job);
    case 'created':
      return job.place ? t('card.waiting-at', { place: job.place }) : t('card.created');
    case 'queued':
      if (cancelAsked(job)) return t('card.cancelling');
      return job.position ? t('card.queued-at', { position: job.position }) : t('card.queued');
    case 'running':
      if (job.phase.kind === 'fetching') return t('card.fetching');
      return t(cancelAsked(job) ? 'card.cancelling' : 'card.running');
    default:
      return t(`card.${job.state}`);
  }
}

/** How far the render is and when it should end, as far as there is something to say it from. */
function timeOf(
  job: Job,
  usualMs: number | undefined,
  now: number,
): { bar?: number; endsAt?: number; late?: true } {
  if (job.state !== 'queued' && job.state !== 'running') return {};
  const eta = etaSeconds(job, usualMs, now);
  // One second is the least that etaSeconds says: whatever it went by has run out.
  const late = eta === 1;
  const leftMs = (eta ?? 0) * 1000;
  const elapsedMs = Math.max(0, now - job.submittedAt);
  const told = job.state === 'running' && job.phase.kind === 'rendering' ? job.phase.progress : undefined;
  const guessed = eta === undefined ? undefined : elapsedMs / (elapsedMs + leftMs);
  const bar = told ?? guessed;
  return {
    ...(bar === undefined ? {} : { bar: Math.min(FULLEST, Math.max(0, bar)) }),
    ...(eta === undefined || late ? {} : { endsAt: now + leftMs }),
    ...(late ? { late } : {}),
  };
}

/** A price that waits for a yes, and until when it does. */
export function offerCard(words: Words, offer: Offer): Card {
  const { t, price, date } = words;
  return {
    title: t('confirm.ask', { price: price(offer.quote.micros) }),
    lines: [
      ...(offer.why === 'dearer' ? [t('confirm.dearer')] : []),
      filesLine(words, offer),
      ...quoteLines(words, offer.quote, offer.request.quality),
      t('confirm.waiting', { until: date(offer.expiresAt) }),
    ],
    buttons: ['confirm', 'decline'],
  };
}

/** The finished video's own card. `form` is how it is handed over; `left` what the limits still have room for. */
export function resultCard(
  words: Words,
  job: JobIn<'completed' | 'delivered'>,
  { left, link, form = 'original', now }: ResultFacts,
): Card {
  const { t, price, seconds, duration, date } = words;
  const original = link && link.until > now ? link : undefined;
  const facts = [
    price(job.costMicros),
    providerName(words, job.provider),
    qualityName(words, job.request.quality),
    seconds(job.video.durationMs / 1000),
    t('result.took', { time: duration(job.completedAt - job.submittedAt) }),
  ];
  return {
    title: t('result.title'),
    lines: [
      facts.join(SEPARATOR),
      ...(form === 'smaller' ? [t('result.smaller')] : []),
      ...(form === 'link' ? [t('told.link-only')] : []),
      ...(original ? [t('result.link', { until: date(original.until) })] : []),
      // It is on the page of whoever runs the bot, who finds it by that code.
      ...(form === 'smaller' && !original ? [t('result.original', { code: job.code })] : []),
      ...leftLines(words, left),
      t('result.ai'),
    ],
    buttons: ['again', 'new-image', 'new-motion', 'delete', 'details'],
  };
}

export type ResultFacts = {
  left: readonly QuotaLine[];
  link?: { url: string; until: number };
  form?: Form;
  now: number;
};
