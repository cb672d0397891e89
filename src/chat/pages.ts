/** The pages that answer commands and buttons, in every chat. How a job stands, and its video, are in cards.ts. */

import type { Notice } from '../core/chat-port.ts';
import { cancellable } from '../core/job/cancel.ts';
import type { Job } from '../core/job/job.ts';
import { foremost, isKept } from '../core/job/job-order.ts';
import { type AskedOffer, jobIdsOf, priceOf } from '../core/library/cast-offer.ts';
import type { OverQuota, Refusal } from '../core/refusals.ts';
import type { Naming } from '../core/settings/setting.ts';
import { detailsLines, jobLine } from '../words/details.ts';
import { filesLine, quoteLines } from '../words/facts.ts';
import type { WordKey, Words } from '../words/index.ts';
import { noticeLines } from '../words/settings.ts';
import { goOnButton } from './asking.ts';
import { jobButton } from './cards.ts';
import { castLines } from './cast-page.ts';
import type { Facts } from './facts.ts';
import { type Button, type Item, type Line, NOBODY, type Page, said } from './page.ts';
import { casePage } from './report-pages.ts';
import { approvalArg } from './yes.ts';

/** Of what there is no room for, so many are named by their codes. */
const CODES_NAMED = 30;

export const refusedPage = (words: Words, refusal: Refusal): Page => said(words.refusal(refusal));

/** The same to whoever pressed a button: it was somebody else's. */
export const notYours = (words: Words, refusal: Refusal): Page =>
  refusal.code === 'not-allowed' && !refusal.why
    ? said(words.t('told.not-yours'))
    : refusedPage(words, refusal);

/** The foremost first, each with a button where it can be sent again, said yes to or stopped; of kept ones without room the codes. */
export function jobsPage(words: Words, all: readonly Job[], title: string, facts: Facts): Page {
  const { t } = words;
  const jobs = foremost(all);
  if (jobs.length === 0) return said(t('jobs.none'));
  const hidden = jobs.slice(facts.room).filter(isKept);
  const codes = hidden.slice(0, CODES_NAMED).map(({ code }) => code);
  const [first] = codes;
  return {
    title,
    lines: [],
    items: jobs.slice(0, facts.room).map((job): Item => {
      const url = facts.linkTo(job);
      const button = listedButton(words, job);
      return {
        text: jobLine(words, job),
        at: job.createdAt,
        ...(url ? { link: { label: t('jobs.open'), url } } : {}),
        ...(button ? { button } : {}),
      };
    }),
    more:
      first === undefined
        ? []
        : [t('jobs.more', { codes: codes.join(', '), command: facts.typed('jobs', 'job', first) })],
  };
}

/** What most probably is to be done about it. */
function listedButton(words: Words, job: Job): Button | undefined {
  if (job.state === 'asking') return goOnButton(words, job);
  const verb = isKept(job) ? 'send' : cancellable(job) ? 'cancel' : undefined;
  return verb && jobButton(words, verb, job.code);
}

export const detailsPage = (words: Words, job: Job): Page => ({
  title: words.t('details.title'),
  tone: 'plain',
  lines: detailsLines(words, job),
});

const question = (words: Words, text: WordKey, yes: Omit<Button, 'tone'>): Page => ({
  lines: [words.t(text)],
  rows: [
    [
      { ...yes, tone: 'danger' },
      { verb: 'keep', code: yes.code, label: words.t('button.keep') },
    ],
  ],
});

/** The second of two steps: what goes can't be brought back. */
export const forgetQuestion = (words: Words): Page =>
  question(words, 'privacy.confirm', {
    verb: 'forget-yes',
    code: NOBODY,
    label: words.t('button.delete-data'),
  });

/** `mark`: what leads back to the message that goes, where a button can be trusted with it. */
export const deleteQuestion = (words: Words, { code }: Job, mark: string | undefined): Page =>
  question(words, 'delete.ask', {
    verb: 'delete-yes',
    code,
    ...(mark === undefined ? {} : { arg: mark }),
    label: words.t('button.delete'),
  });

/** A limit has no room: which, for what, and the way past it where there are admins to ask. `news` takes its place. */
export function overPage(
  words: Words,
  { offer, refusal }: { offer: AskedOffer; refusal: OverQuota },
  hasAdmins: boolean,
  news?: string,
): Page {
  const ask: Button = {
    verb: 'ask',
    code: offer.code,
    label: words.t('button.ask-admin'),
    tone: 'primary',
  };
  return {
    askedBy: offer.requester.memberId,
    lines: [
      { text: words.refusal(refusal), at: refusal.resetsAt },
      ...(jobIdsOf(offer).length > 1 ? [words.t('cast.no-room')] : []),
      ...offerLines(words, offer),
      ...(news === undefined ? [] : [news]),
    ],
    rows: hasAdmins && news === undefined ? [[ask]] : [],
  };
}

const offerLines = (words: Words, offer: AskedOffer): Line[] =>
  'characters' in offer
    ? castLines(words, offer)
    : [filesLine(words, offer), ...quoteLines(words, offer.quote, offer.request)];

/** With the buttons of those who can decide about it there. `arg`: what the chat needs to know again. */
export function noticePage(words: Words, notice: Notice, naming: Naming, arg?: string): Page {
  const lines = noticeLinesFor(words, notice, naming);
  return notice.kind === 'reported' ? casePage(words, notice.about, lines, arg) : { lines };
}

export const noticeLinesFor = (words: Words, notice: Notice, naming: Naming): Line[] =>
  noticeLines(words, notice, naming).map((text) => ({ text, named: true }));

/** What the admins read of a request. */
export const requestLines = (words: Words, offer: AskedOffer, naming: Naming): Line[] => [
  ...noticeLinesFor(words, { kind: 'asked', offer }, naming),
  ...offerLines(words, offer),
];

/** With their buttons. `where`: what the chat needs to know again of where it was asked. */
export function requestPage(words: Words, offer: AskedOffer, lines: readonly Line[], where?: string): Page {
  const { code } = offer;
  const yes = { code, arg: approvalArg(priceOf(offer), where) };
  const no = { code, ...(where === undefined ? {} : { arg: where }) };
  return {
    lines,
    rows: [
      [
        { verb: 'approve', ...yes, label: words.t('button.approve'), tone: 'success' },
        { verb: 'refuse', ...no, label: words.t('button.decline'), tone: 'danger' },
      ],
    ],
  };
}

/** What it was, and what became of it. */
export const decidedPage = (lines: readonly Line[], outcome: string): Page => ({
  lines: [...lines, { text: outcome, named: true, strong: true }],
});
