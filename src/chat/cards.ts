import { cancellable } from '../core/job/cancel.ts';
import { type Form, type Job, type JobIn, waitsForRoom } from '../core/job/job.ts';
import { etaSeconds } from '../core/job/progress.ts';
import type { QuotaLine } from '../core/limits/quota.ts';
import type { FailureCode } from '../core/refusals.ts';
import { partLines } from '../words/coach.ts';
import { filesLine, labelText, providerName, quoteLines, renderedName, SEPARATOR } from '../words/facts.ts';
import type { Words } from '../words/index.ts';
import { costText, offerPrice } from '../words/jobs.ts';
import { leftLines } from '../words/quota.ts';
import { askingPage } from './asking.ts';
import { castStatus } from './cast-status.ts';
import type { Button, Page, Tone } from './page.ts';

/** What the buttons of a job do. `get`: the member comes for a video that can't be posted. */
type Verb =
  | 'cancel'
  | 'again'
  | 'new-image'
  | 'new-motion'
  | 'delete'
  | 'details'
  | 'report'
  | 'keep-motion'
  | 'keep-character'
  | 'send'
  | 'get'
  | 'confirm'
  | 'decline';

const LOOKS: Partial<Record<Verb, Pick<Button, 'tone' | 'wide'>>> = {
  again: { tone: 'primary' },
  get: { tone: 'primary' },
  send: { tone: 'primary' },
  confirm: { tone: 'success' },
  cancel: { tone: 'danger' },
  delete: { tone: 'danger' },
  'new-image': { wide: true },
  'new-motion': { wide: true },
};

export const jobButton = ({ t }: Words, verb: Verb, code: string): Button => ({
  verb,
  code,
  label: t(verb === 'get' ? 'button.get-video' : `button.${verb}`),
  ...LOOKS[verb],
});

/** A render that has not ended is never shown as full. */
const FULLEST = 0.95;

/** How a job stands. Once it is delivered it shrinks to its title: the result has a card of its own. */
export function statusPage(
  words: Words,
  job: Job,
  { usualMs, now, cast = [] }: { usualMs: number | undefined; now: number; cast?: readonly Job[] },
): Page & { title: string } {
  if (cast.length > 1) return castStatus(words, cast, (one) => titleOf(words, one));
  const page = { title: titleOf(words, job), tone: TONES[job.state] };
  const rows = (...verbs: Verb[]) => ({ rows: [verbs.map((verb) => jobButton(words, verb, job.code))] });
  if (job.state === 'delivered' && !job.hidden) return { ...page, lines: [] };
  const code = words.t('card.job', { code: job.code });
  if (job.hidden && 'video' in job)
    return { title: words.t('card.hidden'), tone: 'over', lines: [words.job(job), code] };
  const files = filesLine(words, job.inputs);
  if (job.state === 'failed') {
    const lines = [files, words.failureReason(job.failure), costText(words, job), code];
    return { ...page, lines, ...(BY_THE_FILES[job.failure] ? {} : rows('again')) };
  }
  if (job.state === 'asking') return { ...page, ...askingPage(words, job) };
  if (job.state === 'cancelled') return { ...page, lines: [files, words.job(job), code] };

  const { late, ...time } = timeOf(job, usualMs, now);
  const asked = cancelAsked(job);
  const toTell = job.state === 'unknown' || (job.state === 'created' && job.unanswered);
  const more = toTell || asked ? [words.job(job)] : late ? [words.t('card.longer')] : [];
  const hidden = job.hidden ? [words.t('job.hidden')] : [];
  return {
    ...page,
    lines: [
      files,
      ...quoteLines(words, job.quote, job.request),
      ...partLines(words, job.request),
      ...more,
      ...hidden,
      code,
    ],
    ...time,
    ...(cancellable(job) && !asked ? rows('cancel') : {}),
  };
}

const TONES: Record<Job['state'], Tone> = {
  created: 'plain',
  asking: 'plain',
  submitting: 'plain',
  unknown: 'plain',
  queued: 'plain',
  running: 'working',
  completed: 'done',
  delivered: 'done',
  failed: 'failed',
  cancelled: 'over',
};

/** Whether the same files would fail again. */
const BY_THE_FILES = {
  'no-person-in-image': true,
  'no-person-in-clip': true,
  'content-refused': true,
  'image-rejected': true,
  'clip-rejected': true,
  'not-usable': true,
  'provider-busy': false,
  'provider-out-of-balance': false,
  'provider-down': false,
  'not-confirmed': false,
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
      if (job.place) return t('card.waiting-at', { place: job.place });
      if (job.unanswered)
        return t('card.unanswered', { provider: providerName(words, job.unanswered.provider) });
      return t(waitsForRoom(job) ? 'card.queued' : 'card.created');
    case 'asking':
      return t('card.asking', { price: offerPrice(words, job.instead) });
    case 'submitting':
      return t(waitsForRoom(job) ? 'card.queued' : 'card.submitting');
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

/** The finished video's own page. `form` is how it is handed over; `left` what the limits still have room for. */
export function resultPage(
  words: Words,
  job: JobIn<'completed' | 'delivered'>,
  { left, link, form = 'original', now }: ResultFacts,
): Page & { title: string } {
  const { t, price, seconds, duration, date } = words;
  const original = link && link.until > now ? link : undefined;
  const facts = [
    price(job.costMicros),
    providerName(words, job.provider),
    renderedName(words, job.request),
    seconds(job.video.durationMs / 1000),
    t('result.took', { time: duration(job.completedAt - job.submittedAt) }),
  ];
  const verbs = ['again', 'new-image', 'new-motion', 'delete', 'details'] as const;
  return {
    // Before anything else, as the law has it: what this is, and the code by which it can be looked up.
    title: labelText(words, job),
    tone: 'done',
    lines: [
      facts.join(SEPARATOR),
      ...(form === 'smaller' ? [t('result.smaller')] : []),
      ...(form === 'link' ? [t('told.link-only')] : []),
      ...(original ? [t('result.link', { until: date(original.until) })] : []),
      // It is on the page of whoever runs the bot, who finds it by that code.
      ...(form === 'smaller' && !original ? [t('result.original', { code: job.code })] : []),
      ...leftLines(words, left),
    ],
    rows: [
      ...(link ? [[{ url: link.url, label: t('button.open-link') }]] : []),
      verbs.map((verb) => jobButton(words, verb, job.code)),
      [
        jobButton(words, 'keep-motion', job.code),
        jobButton(words, 'keep-character', job.code),
        jobButton(words, 'report', job.code),
      ],
    ],
  };
}

export type ResultFacts = {
  left: readonly QuotaLine[];
  link?: { url: string; until: number } | undefined;
  form?: Form;
  now: number;
};
