/** The one message that tells how a job stands, and the word that a member gets of a bad end. */

import { strandedBy } from '../../../core/delivery/undelivered.ts';
import { isOver, type Job } from '../../../core/job/job.ts';
import type { Clock, Inbox, JobStore, Log } from '../../../core/ports.ts';
import type { Words } from '../../../words/index.ts';
import { jobButton, statusPage } from '../../cards.ts';
import { isTrouble } from '../api.ts';
import { linesOf, messageOf } from '../render.ts';
import { type TelegramTarget, targetSchema } from '../target.ts';
import type { Timers } from '../timers.ts';
import type { Lanes } from './lanes.ts';
import type { Notes, StatusRef } from './notes.ts';
import { type EditBody, isClosed, keyOf, type Post, placesOf } from './post.ts';

/** How often what is left is told anew while nothing else happens. */
const REFRESH_MS = 30_000;
/** After so long the last word is tried again that could not be told. */
const LAST_WORD_AGAIN_MS = 60_000;
/** In the inbox stand the messages of jobs whose last word may not be told yet. */
const OPEN = 'telegram-status:';
/** So long nothing may come of a message before it is given up: longer than an admin may take to say yes. */
const NO_JOB_MS = 3 * 24 * 3_600_000;

type Parts = {
  lanes: Lanes;
  notes: Notes;
  post: Post;
  words: (locale?: string) => Words;
  clock: Clock;
  timers: Timers;
  log: Log;
  usualMs(job: Job): number | undefined;
  inbox: Inbox;
  jobs: Pick<JobStore, 'get'>;
};

/** What is known of a job whose message may still change. */
type Shown = {
  job?: Job;
  said?: string;
  cancelRefresh?: () => void;
  /** A word of its own may have been told: its answer was lost. */
  maybeTold?: boolean;
};

export function createStatus(parts: Parts) {
  const { lanes, notes, post, words, clock, timers, log, usualMs, inbox } = parts;
  const jobs = new Map<string, Shown>();
  const telling = new Set<string>();
  let stopped = false;

  function show(job: Job): void {
    const shown = shownOf(job.id);
    if (isStale(job, shown.job)) return;
    shown.job = job;
    const work = hasNews(job) ? conclude(job, shown) : refresh(job.id);
    work.catch((err: unknown) => {
      log.warn({ job: job.code, err }, 'how a job stands was not shown');
      // Progress is told anew by itself; the last word has only this one.
      if (stopped || !hasNews(job) || !isTrouble(err, 'network', 'flood', 'unauthorized')) return;
      delete shown.said;
      timers.after(LAST_WORD_AGAIN_MS, () => stopped || jobs.get(job.id) !== shown || show(job));
    });
  }

  function shownOf(jobId: string): Shown {
    const shown = jobs.get(jobId) ?? {};
    jobs.set(jobId, shown);
    return shown;
  }

  async function bind(jobId: string, ref: StatusRef): Promise<void> {
    await notes.status.set(jobId, ref);
    await inbox.claim(OPEN + jobId, {});
    const shown = jobs.get(jobId);
    if (!shown?.job) return;
    delete shown.said;
    show(shown.job);
  }

  /** Takes up what a crash left untold. A job that goes on is told of by the core. */
  async function start(): Promise<void> {
    for (const { id, at } of await inbox.pending(OPEN)) {
      const job = await parts.jobs.get(id.slice(OPEN.length));
      if (job) show(job);
      else if (at < clock.now() - NO_JOB_MS) await inbox.done(id);
    }
  }

  async function refresh(jobId: string): Promise<void> {
    const ref = await notes.status.get(jobId);
    if (ref) lanes.whenever(ref.chatId, keyOf(ref), () => update(jobId, ref));
  }

  /** Shows the job as it is by now. Answers whether that took a call. */
  async function update(jobId: string, ref: StatusRef): Promise<boolean> {
    const shown = jobs.get(jobId);
    if (!shown?.job || hasNews(shown.job) || stopped) return false;
    shown.cancelRefresh?.();
    shown.cancelRefresh = timers.after(REFRESH_MS, () => {
      refresh(jobId).catch((err: unknown) => log.debug({ err }, 'progress was not shown'));
    });
    const body = bodyOf(shown.job, ref.note);
    const said = JSON.stringify(body);
    if (said === shown.said) return false;
    if ((await post.edit(ref, body)) === 'lost') await lose(jobId);
    else shown.said = said;
    return true;
  }

  /** The last that this message says, and a word of its own where the member should know at once. */
  async function conclude(job: Job, shown: Shown): Promise<void> {
    shown.cancelRefresh?.();
    const ref = await notes.status.get(job.id);
    const body = bodyOf(job, ref?.note);
    const said = JSON.stringify(body);
    const edit = async (): Promise<void> => {
      if (!ref || said === shown.said) return;
      shown.said = said;
      if ((await post.mustEdit(ref, body)) === 'lost') await lose(job.id);
    };
    const ends = await Promise.allSettled([edit(), tell(job)]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    // Not before: the core speaks of a job that is over no more, so after a crash this entry does.
    if (isOver(job)) await inbox.done(OPEN + job.id);
    // A bind that comes late, after a quick end, still finds the job; it has an hour.
    if (isOver(job)) timers.after(3_600_000, () => jobs.delete(job.id));
  }

  async function lose(jobId: string): Promise<void> {
    jobs.get(jobId)?.cancelRefresh?.();
    await notes.status.delete(jobId);
  }

  /** Edits notify nobody: a bad end is told once in a message of its own. */
  async function tell(job: Job): Promise<void> {
    const { target, speech } = toWhom(job);
    const lines = badNews(job, speech, target);
    if (!lines || telling.has(job.id) || (await notes.told.get(job.id))) return;
    telling.add(job.id);
    try {
      for (const place of placesOf(target)) {
        try {
          await post.text(place, `told:${job.id}`, linesOf(lines));
          break;
        } catch (error) {
          if (maybeTwice(job.id, error)) break;
          if (!isClosed(error)) throw error;
        }
      }
      await notes.told.set(job.id, true);
    } finally {
      telling.delete(job.id);
    }
  }

  /** Whether it may have been told twice by now: then it is not told a third time. */
  function maybeTwice(jobId: string, error: unknown): boolean {
    if (!isTrouble(error) || !error.maybeDone) return false;
    const shown = shownOf(jobId);
    const before = shown.maybeTold ?? false;
    shown.maybeTold = true;
    return before;
  }

  function bodyOf(job: Job, note?: string): EditBody {
    const { target, speech } = toWhom(job);
    const now = clock.now();
    const stranded = strandedBy(job);
    // With a way to ask for it again: what was in the way may be gone by then.
    if (stranded)
      return messageOf(speech, {
        lines: lostWords(speech, job, stranded, target),
        rows: [[jobButton(speech, 'send', job.code)]],
      });
    const page = statusPage(speech, job, { usualMs: usualMs(job), now });
    const brief = note === undefined || job.state === 'delivered';
    return messageOf(speech, brief ? page : { ...page, lines: [...page.lines, note] }, { now });
  }

  function toWhom({ requester }: Job): { target: TelegramTarget; speech: Words } {
    const target = targetSchema.parse(requester.target);
    return { target, speech: words(target.locale) };
  }

  return {
    start,
    show,
    bind,
    async forget(jobId: string): Promise<void> {
      jobs.get(jobId)?.cancelRefresh?.();
      jobs.delete(jobId);
      await inbox.done(OPEN + jobId);
      await notes.forget(jobId);
    },
    stop(): void {
      stopped = true;
      for (const { cancelRefresh } of jobs.values()) cancelRefresh?.();
    },
  };
}

/** How it began, from somebody who did not see it stand in line or go on meanwhile. */
const isStale = (job: Job, known: Job | undefined): boolean =>
  job.state === 'created' &&
  job.place === undefined &&
  known !== undefined &&
  (known.state !== 'created' || known.place !== undefined);

/** Worth a call of its own, however busy the chat is. */
const hasNews = (job: Job): boolean => isOver(job) || strandedBy(job) !== undefined;

function badNews(job: Job, speech: Words, target: TelegramTarget): string[] | undefined {
  if (job.state === 'failed') return [speech.job(job), speech.t('card.job', { code: job.code })];
  const stranded = strandedBy(job);
  return stranded && lostWords(speech, job, stranded, target);
}

type Stranded = NonNullable<ReturnType<typeof strandedBy>>;

function lostWords({ t }: Words, { code }: Job, why: Stranded, { chatType }: TelegramTarget): string[] {
  if (why === 'too-large') return [t('told.too-large', { code })];
  if (why === 'trouble') return [t('told.not-yet')];
  return [t('told.find-in-jobs'), ...(chatType === 'private' ? [] : [t('told.not-started')])];
}
