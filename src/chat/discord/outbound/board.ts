/** Keeps the status messages on Discord up to date, with the tokens that may still edit them. */

import { strandedBy } from '../../../core/delivery/undelivered.ts';
import type { Job } from '../../../core/job/job.ts';
import { isOver } from '../../../core/job/job.ts';
import type { Clock, Inbox, JobStore, Log, Scheduler } from '../../../core/ports.ts';
import { wordsFor } from '../../../words/index.ts';
import { castOf } from '../../cast-status.ts';
import { createStatus, type Status } from '../../status.ts';
import type { MessageBody } from '../render.ts';
import { targetSchema } from '../target.ts';
import type { Tokens } from '../tokens.ts';
import { statusMessage } from './cards.ts';
import type { Edit } from './editor.ts';
import { mayPost } from './places.ts';
import type { Records, StatusBinding, StatusRecord } from './records.ts';
import { linkToResult } from './records.ts';

/** Progress is told at most so often. */
const PROGRESS_EVERY_MS = 5_000;
/** The bar moves on by itself so often, or in so many steps up to the expected end. */
const BAR_EVERY_MS = 15_000;
const BAR_STEPS = 5;
/** "Get your video" is put up so long before the token dies: enough for a second try. */
const BEFORE_TOKEN_DIES_MS = 70_000;

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

export type Board = Pick<Status<StatusBinding>, 'start' | 'bind' | 'show' | 'forget'> & {
  /** Makes sure that something of ours stands on the message, once its turn has come. */
  first(jobId: string): Promise<void>;
};

export function createBoard(parts: BoardParts): Board {
  const { clock, records, scheduler, inbox, jobs, log, tokens } = parts;
  const due = new Map<string, number>();

  function wake(jobId: string, dueAt: number): void {
    if ((due.get(jobId) ?? Number.POSITIVE_INFINITY) <= dueAt) return;
    due.set(jobId, dueAt);
    void scheduler.at(jobId, dueAt);
  }

  const status = createStatus<StatusBinding, StatusRecord, MessageBody>({
    open: 'discord-status:',
    inbox,
    jobs,
    clock,
    log,
    pace: {
      start: (step) =>
        void scheduler.start((jobId) => {
          due.delete(jobId);
          return step(jobId);
        }),
      ask: ({ id }, { fresh, editedAt }) =>
        wake(id, fresh ? clock.now() : Math.max(clock.now(), editedAt + PROGRESS_EVERY_MS)),
      at: wake,
      drop(jobId) {
        due.delete(jobId);
        void scheduler.remove(jobId);
      },
    },
    face: {
      ref: records.bound.get,
      shown: async (jobId) => (await records.shown.get(jobId)) ?? {},
      note: records.shown.set,
      bind: records.bound.set,
      forget: records.forget,
      isNews: (job) => isOver(job) || job.state === 'asking',
      async page(job, bound, before) {
        const to = targetSchema.parse(job.requester.target);
        const token = await tokens.get(bound.eventId);
        if (before.gone === 'deleted' || (before.gone === 'shut' && !token)) return undefined;
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
          resultUrl: linkToResult(job),
          cast: await castOf(jobs, job),
        });
        const times = [
          ...(partingAt !== undefined && partingAt > now ? [partingAt] : []),
          ...(endsAt === undefined ? [] : [now + Math.max(BAR_EVERY_MS, (endsAt - now) / BAR_STEPS)]),
        ];
        return { body, keep: { comeForIt }, ...(times.length > 0 ? { again: Math.min(...times) } : {}) };
      },
      edit: (bound, body, job) => parts.edit(bound, targetSchema.parse(job.requester.target), body, job.code),
      // Until it has a message, nobody knows where to.
      tell: async (job, bound) => (bound ? parts.notify(job) : undefined),
    },
  });

  return {
    ...status,
    async first(jobId) {
      if ((await records.shown.get(jobId))?.digest === undefined) await status.step(jobId);
    },
  };
}
