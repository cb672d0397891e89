/** The one message that tells how a job stands, and the word that a member gets of a bad end. */

import { strandedBy } from '../../../core/delivery/undelivered.ts';
import { isOver, type Job } from '../../../core/job/job.ts';
import type { Clock, Inbox, JobStore, Log } from '../../../core/ports.ts';
import type { Words } from '../../../words/index.ts';
import { jobButton, statusPage } from '../../cards.ts';
import { castOf } from '../../cast-status.ts';
import { createStatus, type Shown, type Status } from '../../status.ts';
import { isTrouble } from '../api.ts';
import { linesOf, messageOf } from '../render.ts';
import { type TelegramTarget, targetSchema } from '../target.ts';
import type { Timers } from '../timers.ts';
import type { Lanes } from './lanes.ts';
import type { Notes, StatusRef } from './notes.ts';
import { type EditBody, isClosed, keyOf, type Post, placesOf } from './post.ts';

/** How often what is left is told anew while nothing else happens. */
const REFRESH_MS = 30_000;

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

export function createTelegramStatus(parts: Parts): Status<StatusRef> {
  const { lanes, notes, post, words, clock, timers, log, usualMs, inbox, jobs } = parts;
  /** What each message says, and what of it may have been told: both are made sure of anew after a restart. */
  const said = new Map<string, Shown>();
  const telling = new Set<string>();
  const maybeTold = new Set<string>();
  const wakes = new Map<string, { at: number; cancel: () => void }>();

  /** News goes at once, however busy the chat is; progress takes what room is left over, and is read when it has some. */
  async function ask(job: Job): Promise<void> {
    if (hasNews(job)) return status.step(job.id);
    const ref = await notes.status.get(job.id);
    if (!ref) return;
    lanes.whenever(ref.chatId, keyOf(ref), async () => {
      const now = await status.latest(job.id);
      return now !== undefined && !hasNews(now) && status.turn(job.id);
    });
  }
  const asked = (job: Job): void =>
    void ask(job).catch((err: unknown) => log.warn({ job: job.code, err }, 'how a job stands was not shown'));

  const status = createStatus<StatusRef, Shown, EditBody>({
    open: 'telegram-status:',
    inbox,
    jobs,
    clock,
    log,
    pace: {
      ask: asked,
      at(jobId, dueAt) {
        const before = wakes.get(jobId);
        if (before && before.at <= dueAt) return;
        before?.cancel();
        const cancel = timers.after(Math.max(0, dueAt - clock.now()), () => {
          wakes.delete(jobId);
          void status.latest(jobId).then(
            (job) => job && asked(job),
            // Its own turn tries it again until it can be read.
            () => status.step(jobId),
          );
        });
        wakes.set(jobId, { at: dueAt, cancel });
      },
      drop(jobId) {
        wakes.get(jobId)?.cancel();
        wakes.delete(jobId);
      },
    },
    face: {
      ref: notes.status.get,
      shown: async (jobId) => said.get(jobId) ?? {},
      async note(jobId, shown) {
        said.set(jobId, shown);
        if (shown.gone) await notes.status.delete(jobId);
      },
      bind: notes.status.set,
      async forget(jobId) {
        said.delete(jobId);
        await notes.forget(jobId);
      },
      isNews: hasNews,
      page: async (job, { note }) => ({
        body: bodyOf(job, await castOf(parts.jobs, job), note),
        keep: {},
        ...(hasNews(job) ? {} : { again: clock.now() + REFRESH_MS }),
      }),
      async edit(ref, body, job) {
        const edited = await (hasNews(job) ? post.mustEdit(ref, body) : post.edit(ref, body));
        return edited === 'lost' ? { kind: 'gone', why: 'deleted' } : { kind: 'done' };
      },
      tell,
    },
  });

  /** A bad end, and a question that waits for a yes, are told once in a message of their own. */
  async function tell(job: Job): Promise<void> {
    // Its message has said its last.
    if (isOver(job)) said.delete(job.id);
    const { target, speech } = toWhom(job);
    const lines = loudNews(job, speech, target);
    if (!lines || telling.has(job.id) || (await wasTold(job))) return;
    telling.add(job.id);
    try {
      for (const place of placesOf(target)) {
        try {
          await post.text(place, keyOfTold(job), linesOf(lines));
          break;
        } catch (error) {
          if (maybeTwice(keyOfTold(job), error)) break;
          if (!isClosed(error)) throw error;
        }
      }
      if (job.state === 'asking') await notes.asked.set(job.id, job.until);
      else await notes.told.set(job.id, true);
    } finally {
      telling.delete(job.id);
    }
  }

  const wasTold = async (job: Job): Promise<boolean> =>
    job.state === 'asking'
      ? (await notes.asked.get(job.id)) === job.until
      : (await notes.told.get(job.id)) === true;

  /** Whether it may have been told twice by now: then it is not told a third time. */
  function maybeTwice(key: string, error: unknown): boolean {
    if (!isTrouble(error) || !error.maybeDone) return false;
    const before = maybeTold.has(key);
    maybeTold.add(key);
    return before;
  }

  function bodyOf(job: Job, cast: readonly Job[], note?: string): EditBody {
    const { target, speech } = toWhom(job);
    const now = clock.now();
    const stranded = strandedBy(job);
    // With a way to ask for it again: what was in the way may be gone by then.
    if (stranded)
      return messageOf(speech, {
        lines: lostWords(speech, job, stranded, target),
        rows: [[jobButton(speech, 'send', job.code)]],
      });
    const page = statusPage(speech, job, { usualMs: usualMs(job), now, cast });
    const brief = note === undefined || job.state === 'delivered';
    return messageOf(speech, brief ? page : { ...page, lines: [...page.lines, note] }, { now });
  }

  function toWhom({ requester }: Job): { target: TelegramTarget; speech: Words } {
    const target = targetSchema.parse(requester.target);
    return { target, speech: words(target.locale) };
  }

  return status;
}

/** Worth a call of its own, however busy the chat is. */
const hasNews = (job: Job): boolean => isOver(job) || job.state === 'asking' || strandedBy(job) !== undefined;

const keyOfTold = (job: Job): string =>
  job.state === 'asking' ? `asked:${job.id}:${job.until}` : `told:${job.id}`;

function loudNews(job: Job, speech: Words, target: TelegramTarget): string[] | undefined {
  if (job.state === 'failed' || job.state === 'asking')
    return [speech.job(job), speech.t('card.job', { code: job.code })];
  const stranded = strandedBy(job);
  return stranded && lostWords(speech, job, stranded, target);
}

type StrandedReason = NonNullable<ReturnType<typeof strandedBy>>;

function lostWords({ t }: Words, { code }: Job, why: StrandedReason, { chatType }: TelegramTarget): string[] {
  if (why === 'too-large') return [t('told.too-large', { code })];
  if (why === 'trouble') return [t('told.not-yet')];
  return [t('told.find-in-jobs'), ...(chatType === 'private' ? [] : [t('told.not-started')])];
}
