/**
 * The one message that tells how a job stands, in every chat: what it says is read when its turn comes, so that what
 * has become old meanwhile is never sent; and its last word is told also over a crash.
 */
import { createHash } from 'node:crypto';
import { isOver, type Job, waitsForRoom } from '../core/job/job.ts';
import { createLocks } from '../core/locks.ts';
import type { Clock, Inbox, JobStore, Log } from '../core/ports.ts';

/** Hours, at the longest pause. */
const TRIES = 100;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** So long nothing may come of a message before it is given up: longer than an admin may take to say yes. */
const NO_JOB_MS = 3 * 24 * 3_600_000;

export type EditOutcome =
  | { kind: 'done' }
  /** There is none to change: it was deleted, or the bot has no right to it, though a press may bring one. */
  | { kind: 'gone'; why: 'deleted' | 'shut' }
  /** No way leads there for now: a press of a button may open one, or the next state may be taken. */
  | { kind: 'no-way' }
  /** Passing trouble. By then there may be something newer to show. */
  | { kind: 'later'; waitMs: number };

/** What a message says now, as far as is known. */
export type Shown = { digest?: string; gone?: 'deleted' | 'shut' };

/** What a chat does with its status messages. Whatever it throws is passing trouble. */
export type StatusFace<Ref, S extends Shown, Body> = {
  /** Where a job's message is, and what it says. */
  ref(jobId: string): Promise<Ref | undefined>;
  shown(jobId: string): Promise<S>;
  note(jobId: string, shown: S): Promise<void>;
  bind(jobId: string, ref: Ref): Promise<void>;
  forget(jobId: string): Promise<void>;
  /** What it should say now, and when that changes by itself; undefined where nothing can be said there any more. */
  page(
    job: Job,
    ref: Ref,
    before: S,
  ): Promise<{ body: Body; again?: number; keep: Omit<S, keyof Shown> } | undefined>;
  edit(ref: Ref, body: Body, job: Job): Promise<EditOutcome>;
  /** Whether the member must hear of it, however busy the chat is. */
  isNews(job: Job): boolean;
  /** A word of its own, as edits notify nobody. `ref` is missing where the job has no message yet. */
  tell(job: Job, ref: Ref | undefined): Promise<void>;
};

/** When a message gets its turn. */
export type Pace = {
  start?(step: (jobId: string) => Promise<void>): void;
  /** There is something to show. `fresh`: another state, and no mere progress. */
  ask(job: Job, last: { fresh: boolean; editedAt: number }): void;
  at(jobId: string, dueAt: number): void;
  drop(jobId: string): void;
};

export type Status<Ref> = {
  /** Takes up every job whose message may not say how it stands. */
  start(): Promise<void>;
  bind(jobId: string, ref: Ref): Promise<void>;
  show(job: Job): void;
  /** One turn: the job as it is by now, on its message. Answers whether that took a call; throws passing trouble. */
  turn(jobId: string): Promise<boolean>;
  /** The same, tried again where it fails. */
  step(jobId: string): Promise<void>;
  /** The job as it was last told of. */
  latest(jobId: string): Promise<Job | undefined>;
  forget(jobId: string): Promise<void>;
  stop(): void;
};

type Turn = { job?: Job; phase?: string; editedAt: number; failures: number };

/** `open`: begins the ids in the inbox, where the jobs stand whose last word is not told yet. */
export function createStatus<Ref, S extends Shown, Body>(parts: {
  open: string;
  face: StatusFace<Ref, S, Body>;
  pace: Pace;
  inbox: Inbox;
  jobs: Pick<JobStore, 'get'>;
  clock: Clock;
  log: Log;
}): Status<Ref> {
  const { open, face, pace, inbox, jobs, clock, log } = parts;
  const turns = new Map<string, Turn>();
  const locks = createLocks();
  let stopped = false;

  function turnOf(jobId: string): Turn {
    const turn = turns.get(jobId) ?? { editedAt: 0, failures: 0 };
    turns.set(jobId, turn);
    return turn;
  }

  const latest = async (jobId: string): Promise<Job | undefined> =>
    turns.get(jobId)?.job ?? (await jobs.get(jobId));

  async function turn(jobId: string): Promise<boolean> {
    const now = turnOf(jobId);
    const job = now.job ?? (await jobs.get(jobId));
    const ref = job && (await face.ref(jobId));
    if (!job || ref === undefined) {
      // Its message comes with `bind`.
      turns.delete(jobId);
      if (job && face.isNews(job)) await face.tell(job, undefined);
      return false;
    }
    const put = await edited(job, ref, now);
    if (put === 'later' && (!isOver(job) || now.failures < TRIES)) return true;
    if (put === 'later') log.warn({ job: job.code }, 'how a job ended could not be told');
    else if (face.isNews(job)) await face.tell(job, ref);
    now.failures = 0;
    if (isOver(job)) {
      await inbox.done(open + jobId);
      turns.delete(jobId);
    }
    return put === 'called';
  }

  async function edited(job: Job, ref: Ref, now: Turn): Promise<'called' | 'same' | 'later'> {
    const before = await face.shown(job.id);
    const page = await face.page(job, ref, before);
    if (!page) return 'same';
    const { body, again, keep } = page;
    const digest = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 16);
    now.phase = phaseOf(job);
    if (again !== undefined && !isOver(job)) pace.at(job.id, again);
    const isSame = digest === before.digest;
    if (!isSame) {
      now.editedAt = clock.now();
      const outcome = await face.edit(ref, body, job);
      if (outcome.kind === 'later') {
        now.failures += 1;
        pace.at(job.id, clock.now() + Math.min(LONGEST_PAUSE_MS, outcome.waitMs * 2 ** (now.failures - 1)));
        return 'later';
      }
      if (outcome.kind === 'gone') await face.note(job.id, { ...before, gone: outcome.why });
      if (outcome.kind === 'done') await face.note(job.id, { ...keep, digest } as S);
    }
    return isSame ? 'same' : 'called';
  }

  async function step(jobId: string): Promise<void> {
    try {
      await locks.run(jobId, () => turn(jobId));
    } catch (err) {
      if (stopped) return;
      const now = turnOf(jobId);
      now.failures += 1;
      log.warn({ jobId, tries: now.failures, err }, 'how a job stands could not be told');
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (now.failures - 1));
      if (now.failures < TRIES) pace.at(jobId, clock.now() + pauseMs);
      else turns.delete(jobId);
    }
  }

  return {
    turn,
    step,
    latest,
    async start() {
      pace.start?.(step);
      for (const { id, at } of await inbox.pending(open)) {
        const jobId = id.slice(open.length);
        const isWaiting = at >= clock.now() - NO_JOB_MS || (await jobs.get(jobId)) !== undefined;
        if (isWaiting) pace.at(jobId, clock.now());
        else await inbox.done(id);
      }
    },
    async bind(jobId, ref) {
      await locks.run(jobId, async () => {
        // Whoever binds it may have said something else on it before.
        const { digest: _, gone: __, ...kept } = await face.shown(jobId);
        await face.bind(jobId, ref);
        await face.note(jobId, kept as S);
      });
      await inbox.claim(open + jobId, {});
      pace.at(jobId, clock.now());
    },
    show(job) {
      const now = turnOf(job.id);
      if (isStale(job, now.job)) return;
      now.job = job;
      pace.ask(job, { fresh: now.phase !== phaseOf(job), editedAt: now.editedAt });
    },
    async forget(jobId) {
      pace.drop(jobId);
      turns.delete(jobId);
      await inbox.done(open + jobId);
      await face.forget(jobId);
    },
    stop() {
      stopped = true;
      for (const jobId of turns.keys()) pace.drop(jobId);
    },
  };
}

/** How it began, from somebody who did not see it stand in line or go on meanwhile. */
const isStale = (job: Job, known: Job | undefined): boolean =>
  job.state === 'created' &&
  job.place === undefined &&
  !waitsForRoom(job) &&
  !job.unanswered &&
  known !== undefined &&
  // After a yes it begins anew.
  !(known.state === 'asking' && job.updatedAt > known.updatedAt) &&
  (known.state !== 'created' || known.place !== undefined || known.unanswered !== undefined);

/** What is told at once; anything else is progress. */
export function phaseOf(job: Job): string {
  if (waitsForRoom(job)) return 'full';
  const asked = 'cancelAskedAt' in job && job.cancelAskedAt !== undefined;
  const phase = job.state === 'running' ? job.phase.kind : '';
  const silent = job.state === 'created' && job.unanswered !== undefined;
  // Asked anew it is another question.
  const asks = job.state === 'asking' ? job.until : '';
  const rung = job.state === 'completed' ? (job.rungs.at(-1)?.outcome ?? '') : '';
  return [job.state, phase, rung, silent, asks, asked, job.hidden !== undefined].join();
}
