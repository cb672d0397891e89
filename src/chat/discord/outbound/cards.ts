/** What the messages of a job say. */
import type { Delivery } from '../../../core/chat-port.ts';
import { isOver, type Job, type JobIn } from '../../../core/job.ts';
import type { QuotaLine } from '../../../core/quota-lines.ts';
import { strandedBy } from '../../../core/stranded.ts';
import { type Card, resultCard, statusCard } from '../../../words/cards.ts';
import { filesLine } from '../../../words/facts.ts';
import type { Words } from '../../../words/index.ts';
import { type MessageBody, messageOf, type Tone } from '../render.ts';
import type { DiscordTarget } from '../target.ts';
import type { Rung } from './limits.ts';

type StatusFacts = {
  words: Words;
  to: DiscordTarget;
  usualMs: number | undefined;
  now: number;
  /** The member must come for the video: the button for it stands there. */
  comeForIt: boolean;
  /** Where the result is. */
  resultUrl: string | undefined;
};

/** Times are told to ten seconds: a new guess that hardly differs is no news. */
const TIME_STEP_MS = 10_000;

export function statusMessage(job: Job, facts: StatusFacts): { body: MessageBody; endsAt?: number } {
  const { words, to, usualMs, now, comeForIt, resultUrl } = facts;
  const { endsAt: exact, ...card }: Card = statusCard(words, job, { usualMs, now });
  const endsAt = exact === undefined ? undefined : Math.ceil(exact / TIME_STEP_MS) * TIME_STEP_MS;
  const body = messageOf(
    { ...card, ...(endsAt === undefined ? {} : { endsAt }) },
    {
      words,
      code: job.code,
      tone: TONES[job.state],
      ...(job.state === 'delivered' ? {} : { askedBy: to.userId }),
      ...(isOver(job)
        ? {}
        : comeForIt
          ? { lines: [comeLine(words, job)], verbs: ['get'] }
          : { lines: warning(words, to) }),
      ...(resultUrl === undefined ? {} : { jump: { label: words.t('jobs.open'), url: resultUrl } }),
    },
  );
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

const TONES: Record<Job['state'], Tone> = {
  created: 'waiting',
  submitting: 'waiting',
  unknown: 'waiting',
  queued: 'waiting',
  running: 'working',
  completed: 'done',
  delivered: 'done',
  failed: 'failed',
  cancelled: 'over',
};

/** For those who can't see it. */
export const altText = (words: Words, { inputs }: Job): string =>
  `${words.t('result.ai')}: ${filesLine(words, inputs)}`;

export function resultMessage(
  job: JobIn<'completed' | 'delivered'>,
  delivery: Delivery,
  facts: {
    words: Words;
    to: DiscordTarget;
    rung: Rung;
    left: readonly QuotaLine[];
    now: number;
    notify: boolean;
    filename: string | undefined;
  },
): MessageBody {
  const { words, to, rung, left, now, notify, filename } = facts;
  const link = 'link' in delivery ? delivery.link : undefined;
  const card = resultCard(words, job, { left, form: delivery.form, now, ...(link ? { link } : {}) });
  const instead = rung === 'dm' && to.guildId !== undefined && !to.private;
  return messageOf(card, {
    words,
    code: job.code,
    tone: 'done',
    notify,
    ...(rung === 'dm' ? {} : { askedBy: to.userId }),
    ...(instead ? { lines: [words.t('told.sent-private')] } : {}),
    ...(filename === undefined ? {} : { media: [{ filename, alt: altText(words, job) }] }),
    ...(link ? { links: [{ label: words.t('button.open-link'), url: link.url }] } : {}),
  });
}

/** An edit tells nobody that it failed, so this does. */
export function failureMessage(
  job: JobIn<'failed'>,
  words: Words,
  to: DiscordTarget,
  rung: Rung,
): MessageBody {
  const card = statusCard(words, job, { usualMs: undefined, now: job.endedAt });
  return messageOf(
    { title: card.title, lines: card.lines, buttons: [] },
    { words, code: job.code, tone: 'failed', notify: true, ...(rung === 'dm' ? {} : { askedBy: to.userId }) },
  );
}
