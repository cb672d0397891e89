/**
 * Keeps the status messages true. A change only makes a job due; what is shown is read when its turn comes, so that
 * what has become old meanwhile is never sent, however many jobs there are.
 */
import { createHash } from 'node:crypto';
import { strandedBy } from '../../../core/delivery/undelivered.ts';
import { isOver, type Job } from '../../../core/job/job.ts';
import { createLocks } from '../../../core/locks.ts';
import type { Clock, Inbox, JobStore, Log, Scheduler } from '../../../core/ports.ts';
import { wordsFor } from '../../../words/index.ts';
import { targetSchema } from '../target.ts';
import type { Tokens } from '../tokens.ts';
import { statusMessage } from './cards.ts';
import type { Edit } from './editor.ts';
import { linkTo, placeOfResult } from './found.ts';
import { mayPost } from './places.ts';
import type { Bound, Records } from './records.ts';

/** Progress is told at most so often. */
const PROGRESS_EVERY_MS = 5_000;
/** The bar moves on by itself so often, or in so many steps up to the expected end. */
const BAR_EVERY_MS = 15_000;
const BAR_STEPS = 5;
/** "Get your video" is put up so long before the token dies: enough for a second try. */
const BEFORE_TOKEN_DIES_MS = 70_000;
/** Hours, at the longest pause. */
const TRIES = 100;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** In the inbox stand the jobs whose last word is not on their message yet. */
const OPEN = 'discord-status:';

export type BoardParts = {
  jobs: Pick<JobStore, 'get'>;
  scheduler: Scheduler;
  inbox: Inbox;
  records: Records;
  tokens: Tokens;
  edit: Edit;
  /** Tells a member what an edit does not. Throws what may pass. */
  notify: (job: Job) => Promise<void>;
  clock: Clock;
  log: Log;
  usualMs: (job: Job) => number | undefined;
};

export type Board = {
  /** Takes up every job whose message may not say how it stands. */
  start(): Promise<void>;
  bind(jobId: string, message: Bound): Promise<void>;
  show(job: Job): void;
  /** Makes sure that something of ours stands on the message, once its turn has come. */
  first(jobId: string): Promise<void>;
  forget(jobId: string): Promise<void>;
};

/** What is kept in memory of a job: when it is due, and what is on no disk. */
type Turn = {
  phase?: string;
  editedAt: number;
  dueAt?: number;
  failures: number;
  /** In line, as last told: it changes with every job that ends, and is not written down each time. */
  place?: number | undefined;
};

export function createBoard(parts: BoardParts): Board {
  const { clock, records, scheduler, inbox, log, tokens } = parts;
  const turns = new Map<string, Turn>();
  const locks = createLocks();

  function turnOf(jobId: string): Turn {
    const turn = turns.get(jobId) ?? { editedAt: 0, failures: 0 };
    turns.set(jobId, turn);
    return turn;
  }

  function wake(jobId: string, dueAt: number): void {
    const turn = turnOf(jobId);
    if (turn.dueAt !== undefined && turn.dueAt <= dueAt) return;
    turn.dueAt = dueAt;
    scheduler.at(jobId, dueAt);
  }

  /** One turn: the job as it is now, on its message. */
  async function refresh(jobId: string): Promise<void> {
    const turn = turnOf(jobId);
    delete turn.dueAt;
    const [saved, bound] = [await parts.jobs.get(jobId), await records.bound.get(jobId)];
    const { place } = turn;
    const job = saved?.state === 'created' && place !== undefined ? { ...saved, place } : saved;
    if (!job || !bound) {
      // Its message comes with `bind`.
      turns.delete(jobId);
      return;
    }
    const shownWell = await put(job, bound, turn);
    if (!isOver(job)) return;
    if (shownWell) await parts.notify(job);
    if (!shownWell && turn.failures < TRIES) return;
    if (!shownWell) log.warn({ job: job.code }, 'how a job ended could not be told');
    await inbox.done(OPEN + jobId);
    turns.delete(jobId);
  }

  /** False when it has to be tried again. */
  async function put(job: Job, bound: Bound, turn: Turn): Promise<boolean> {
    const to = targetSchema.parse(job.requester.target);
    const before = (await records.shown.get(job.id)) ?? {};
    const token = await tokens.get(bound.eventId);
    if (before.gone === 'deleted' || (before.gone === 'shut' && !token)) return true;
    const now = clock.now();
    const partingAt = mayPost(to) || !token ? undefined : token.expiresAt - BEFORE_TOKEN_DIES_MS;
    const comeForIt =
      strandedBy(job) !== undefined ||
      before.comeForIt === true ||
      (partingAt !== undefined && partingAt <= now);
    const { body, endsAt } = statusMessage(job, {
      words: wordsFor(to.locale),
      to,
      now,
      comeForIt,
      usualMs: parts.usualMs(job),
      resultUrl: linkTo(placeOfResult(job)),
    });
    const digest = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 16);
    turn.phase = phaseOf(job);
    if (digest !== before.digest) {
      turn.editedAt = now;
      const outcome = await parts.edit(bound, to, body, job.code);
      if (outcome.kind === 'later') {
        turn.failures += 1;
        const pauseMs = Math.min(LONGEST_PAUSE_MS, outcome.waitMs * 2 ** (turn.failures - 1));
        wake(job.id, clock.now() + pauseMs);
        return false;
      }
      if (outcome.kind === 'gone') await records.shown.set(job.id, { ...before, gone: outcome.why });
      if (outcome.kind === 'done') await records.shown.set(job.id, { digest, comeForIt });
    }
    turn.failures = 0;
    if (isOver(job)) return true;
    if (partingAt !== undefined && partingAt > now) wake(job.id, partingAt);
    if (endsAt !== undefined) wake(job.id, now + Math.max(BAR_EVERY_MS, (endsAt - now) / BAR_STEPS));
    return true;
  }

  async function step(jobId: string): Promise<void> {
    try {
      await locks.run(jobId, () => refresh(jobId));
    } catch (err) {
      const turn = turnOf(jobId);
      turn.failures += 1;
      log.warn({ jobId, tries: turn.failures, err }, 'how a job stands could not be told');
      if (turn.failures < TRIES)
        wake(jobId, clock.now() + Math.min(LONGEST_PAUSE_MS, PROGRESS_EVERY_MS * 2 ** (turn.failures - 1)));
      else turns.delete(jobId);
    }
  }

  return {
    async start() {
      scheduler.start(step);
      for (const { id } of await inbox.pending(OPEN)) wake(id.slice(OPEN.length), clock.now());
    },
    async bind(jobId, message) {
      await locks.run(jobId, async () => {
        const { comeForIt = false } = (await records.shown.get(jobId)) ?? {};
        await records.bound.set(jobId, message);
        // Whoever binds it may have said something else on it before.
        await records.shown.set(jobId, { comeForIt });
      });
      await inbox.claim(OPEN + jobId, {});
      wake(jobId, clock.now());
    },
    show(job) {
      const turn = turnOf(job.id);
      const now = clock.now();
      turn.place = job.state === 'created' ? job.place : undefined;
      const isNews = turn.phase !== phaseOf(job);
      wake(job.id, isNews ? now : Math.max(now, turn.editedAt + PROGRESS_EVERY_MS));
    },
    async first(jobId) {
      if ((await records.shown.get(jobId))?.digest === undefined) await step(jobId);
    },
    async forget(jobId) {
      scheduler.remove(jobId);
      turns.delete(jobId);
      await inbox.done(OPEN + jobId);
      await records.forget(jobId);
    },
  };
}

/** What is told at once; anything else is progress. */
function phaseOf(job: Job): string {
  const asked = 'cancelAskedAt' in job && job.cancelAskedAt !== undefined;
  const phase = job.state === 'running' ? job.phase.kind : '';
  const rung = job.state === 'completed' ? (job.rungs.at(-1)?.outcome ?? '') : '';
  return [job.state, phase, rung, asked].join();
}
