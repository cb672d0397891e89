/** What the messages of a job say. */

import type { Delivery } from '../../../core/chat-port.ts';
import { strandedBy } from '../../../core/delivery/undelivered.ts';
import { isOver, type Job, type JobIn } from '../../../core/job/job.ts';
import type { QuotaLine } from '../../../core/limits/quota.ts';
import { filesLine } from '../../../words/facts.ts';
import type { Words } from '../../../words/index.ts';
import { jobButton, resultPage, statusPage } from '../../cards.ts';
import type { Page } from '../../page.ts';
import { type MessageBody, messageOf } from '../render.ts';
import type { DiscordTarget } from '../target.ts';
import { memberIdOf } from '../text.ts';
import type { PostingPlace } from './limits.ts';
import type { Upload } from './sender.ts';

type StatusFacts = {
  words: Words;
  to: DiscordTarget;
  usualMs: number | undefined;
  now: number;
  /** The member must come for the video: the button for it stands there. */
  comeForIt: boolean;
  /** Where the result is. */
  resultUrl: string | undefined;
  /** Those that were asked for together, itself among them. */
  cast?: readonly Job[];
};

/** Times are told to ten seconds: a new guess that hardly differs is no news. */
const TIME_STEP_MS = 10_000;

export function statusMessage(job: Job, facts: StatusFacts): { body: MessageBody; endsAt?: number } {
  const { words, to, usualMs, now, comeForIt, resultUrl, cast = [] } = facts;
  const { endsAt: exact, ...page } = statusPage(words, job, { usualMs, now, cast });
  const endsAt = exact === undefined ? undefined : Math.ceil(exact / TIME_STEP_MS) * TIME_STEP_MS;
  const more: Pick<Page, 'lines' | 'rows'> = isOver(job)
    ? { lines: [] }
    : comeForIt
      ? { lines: [comeLine(words, job)], rows: [[jobButton(words, 'get', job.code)]] }
      : { lines: warning(words, to) };
  const [buttons = []] = page.rows ?? [];
  const all = [...buttons, ...(more.rows?.[0] ?? [])];
  const body = messageOf(words, {
    ...page,
    lines: [...page.lines, ...more.lines],
    ...(all.length > 0 ? { rows: [all] } : {}),
    ...(endsAt === undefined ? {} : { endsAt }),
    ...(job.state === 'delivered' ? {} : { askedBy: memberIdOf(to.userId) }),
    ...(resultUrl === undefined || cast.length > 1
      ? {}
      : { jump: { label: words.t('jobs.open'), url: resultUrl } }),
  });
  return endsAt === undefined ? { body } : { body, endsAt };
}

/** Said beside "Get your video". */
function comeLine({ t }: Words, job: Job): string {
  if (job.state !== 'completed') return t('told.come-for-it');
  const why = strandedBy(job);
  if (why === 'too-large') return t('told.too-large', { code: job.code });
  return t(why === 'trouble' ? 'told.not-yet' : 'told.waiting');
}

/** Said at once, while there is still time to ask elsewhere. */
function warning({ t }: Words, { canPost, botIsHere, private: onlyForThem }: DiscordTarget): string[] {
  if (canPost || onlyForThem) return [];
  return [t(botIsHere ? 'told.cannot-post' : 'told.come-for-it')];
}

/** For those who can't see it. */
export const altText = (words: Words, { inputs }: Job): string =>
  `${words.t('result.ai')}: ${filesLine(words, inputs)}`;

export function resultMessage(
  job: JobIn<'completed' | 'delivered'>,
  delivery: Delivery,
  facts: {
    words: Words;
    to: DiscordTarget;
    rung: PostingPlace;
    left: readonly QuotaLine[];
    now: number;
    notify: boolean;
    upload: Upload | undefined;
  },
): MessageBody {
  const { words, to, rung, left, now, notify, upload } = facts;
  const link = 'link' in delivery ? delivery.link : undefined;
  const page = resultPage(words, job, { left, form: delivery.form, now, link });
  const instead = rung === 'dm' && to.guildId !== undefined && !to.private;
  return messageOf(
    words,
    {
      ...page,
      lines: [...page.lines, ...(instead ? [words.t('told.sent-private')] : [])],
      ...(rung === 'dm' ? {} : { askedBy: memberIdOf(to.userId) }),
      ...(upload ? { media: { ...upload, as: 'shown', name: upload.filename, alt: upload.alt ?? '' } } : {}),
    },
    { notify },
  );
}

/** An edit tells nobody that it failed, or that it waits for a yes, so this does. */
export function aloudMessage(
  job: JobIn<'failed' | 'asking'>,
  words: Words,
  to: DiscordTarget,
  rung: PostingPlace,
  now: number,
): MessageBody {
  const { title, lines: all, tone } = statusPage(words, job, { usualMs: undefined, now });
  // The question itself stands on the job's own message, with its buttons.
  const lines = job.state === 'asking' ? [words.job(job), words.t('card.job', { code: job.code })] : all;
  const askedBy = rung === 'dm' ? {} : { askedBy: memberIdOf(to.userId) };
  return messageOf(words, { title, lines, ...(tone ? { tone } : {}), ...askedBy }, { notify: true });
}
