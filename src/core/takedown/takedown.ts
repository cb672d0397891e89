/**
 * Reports of videos, and what comes of them. A case is on disk before anything is done about it, and with it what is
 * still to be done; each effect is taken off once it has had its effect, so that a crash repeats at most one of them.
 */
import type { Context } from '../context.ts';
import { backOffMs } from '../job/pace.ts';
import type { KeyValueStore, Scheduler } from '../ports.ts';
import { AUDIT_KEPT_MS } from '../trust/audit.ts';
import type { Privacy } from '../upkeep/privacy.ts';
import {
  type Case,
  DECIDE_WITHIN_MS,
  type Effect,
  nextOf,
  REMIND_AFTER_MS,
  type ReportCounts,
} from './case.ts';
import { createDecisions, type Decisions } from './decide.ts';
import { perform } from './effects.ts';
import { createReporting, type Reporting } from './report.ts';
import { tellOf } from './tell.ts';

/** A job that is under way is looked at again so often. */
const NOT_YET_MS = 60_000;
const PACE = { firstMs: 2_000, ceilingMs: 10 * 60_000 };

export type Takedown = Reporting &
  Decisions & {
    /** Goes on, when due, with what this process began. */
    start(): Promise<void>;
    /**
     * And takes up what a crash left undone, and the clocks of what waits for a decision. Of several processes, one does so
     * again and again: what another one was at goes on here.
     */
    recover(): Promise<void>;
    /** Lets go of cases whose time is over. */
    sweep(): Promise<void>;
    /** Whether nobody may be given the job's video, though the job itself may not say so yet. */
    hides(jobId: string): Promise<boolean>;
    /** Whether nobody may be given the file, whoever has a link to it. */
    hidesFile(key: string): Promise<boolean>;
    /** Since the start of this process. */
    counts(): ReportCounts;
    open(): Promise<number>;
    stop(): Promise<void>;
  };

export function createTakedown(
  ctx: Context,
  {
    kv,
    scheduler,
    privacy,
  }: { kv: KeyValueStore; scheduler: Scheduler; privacy: Pick<Privacy, 'forgetJob' | 'dropArchives'> },
): Takedown {
  const lockOf = (jobId: string): string => `take-down ${jobId}`;
  const tries = new Map<string, number>();
  /** Busy jobs that a take-down waits for. */
  const awaited = new Set<string>();
  const counts: ReportCounts = {
    reports: { me: 0, intimate: 0, minor: 0, other: 0 },
    messages: { deleted: 0, emptied: 0, left: 0 },
  };

  /** Does all that is due for a case now. What fails is tried again when the scheduler says. */
  async function work(jobId: string): Promise<void> {
    try {
      await ctx.locks.run(lockOf(jobId), () => doAll(jobId));
      tries.delete(jobId);
    } catch (err) {
      if (ctx.stopping()) return;
      const count = (tries.get(jobId) ?? 0) + 1;
      tries.set(jobId, count);
      const waitMs = backOffMs(count, ctx.random, PACE);
      ctx.log.warn({ id: jobId, tries: count, waitMs, err }, 'a take-down failed and is tried again');
      await scheduler.at(jobId, ctx.clock.now() + waitMs);
    }
  }

  /** For a press, which need not wait for what is being done about the same case already. */
  const begin = async (jobId: string): Promise<void> => {
    const isBusy = await ctx.locks.isBusy(lockOf(jobId));
    const done = work(jobId);
    if (!isBusy) await done;
  };

  /** Goes on past what fails or has to wait, so that it holds nothing else up, and throws at the end. */
  async function doAll(jobId: string): Promise<void> {
    const putOff = new Set<Effect>();
    const errors: unknown[] = [];
    for (;;) {
      const one = await ctx.cases.get(jobId);
      const effect = one && nextOf(one.todo, putOff);
      if (!one || !effect) {
        if (errors.length > 0) throw errors[0];
        return one && putOff.size === 0 ? waitOn(one) : undefined;
      }
      try {
        const outcome = await perform(effect, one, { ctx, privacy });
        if (outcome !== 'not-yet' && outcome !== 'busy') {
          await note(one, effect, outcome);
          continue;
        }
        if (outcome === 'busy') onceFree(jobId);
        else await scheduler.at(jobId, ctx.clock.now() + NOT_YET_MS);
      } catch (error) {
        if (ctx.stopping()) throw error;
        errors.push(error);
      }
      putOff.add(effect);
    }
  }

  async function note(one: Case, effect: Effect, outcome: Partial<Case>): Promise<void> {
    const { retracted: before } = one;
    const { todo: more = [], ...rest } = outcome;
    const { retracted: after = before } = rest;
    for (const how of ['deleted', 'emptied', 'left'] as const)
      counts.messages[how] += after[how] - before[how];
    await ctx.cases.change(one.jobId, (now) => {
      if (!now) return undefined;
      const isLast = now.revision === one.revision;
      const todo = isLast ? now.todo.filter((other) => other !== effect) : now.todo;
      return { ...now, ...rest, todo: [...todo, ...more] };
    });
  }

  /** Goes on as soon as the job is free. Whoever pressed does not wait for that, and a crash is made good by `recover`. */
  function onceFree(jobId: string): void {
    if (awaited.has(jobId)) return;
    awaited.add(jobId);
    const forget = () => void awaited.delete(jobId);
    // Where no lock can be had, the work finds that out, too, and is tried again.
    void ctx.locks
      .run(jobId, async () => forget())
      .catch(forget)
      .then(() => work(jobId));
  }

  /** The clock of 48 hours, with its reminders. */
  async function waitOn(one: Case): Promise<void> {
    if (one.state !== 'open') return;
    const afterMs = REMIND_AFTER_MS[one.reminded];
    if (afterMs === undefined) return;
    const dueAt = one.since + afterMs;
    if (ctx.clock.now() < dueAt) return scheduler.at(one.jobId, dueAt);
    await tellOf(ctx, { ...one, told: [] }, true);
    // Of two that fall due while the bot was off, one is enough.
    const passed = REMIND_AFTER_MS.filter((ms) => one.since + ms <= ctx.clock.now()).length;
    const after = await ctx.cases.change(one.jobId, (now) => now && { ...now, reminded: passed });
    if (after) await waitOn(after);
  }

  // What came of a job that was hidden while it was under way is not known before.
  ctx.events.onMove((job) => {
    // The case is asked: a job that was busy does not say yet that it is hidden.
    if (job.state !== 'completed' || job.deliveryTries > 0) return;
    const more = (now: Case | undefined): Case | undefined =>
      now?.hidden ? { ...now, revision: now.revision + 1, todo: [...now.todo, 'links', 'block'] } : undefined;
    ctx.cases
      .change(job.id, more)
      .then((after) => after && scheduler.at(job.id, ctx.clock.now()))
      .catch((err) => ctx.log.error({ err, job: job.code }, 'what a hidden job made is not blocked'));
  });

  return {
    ...createReporting(ctx, { kv, work: begin, counts }),
    ...createDecisions(ctx, begin),
    start: () => scheduler.start(work),
    async recover() {
      const all = await ctx.cases.all();
      const due = all.filter(({ todo, state }) => todo.length > 0 || state === 'open');
      for (const id of await scheduler.missing(due.map(({ jobId }) => jobId)))
        await scheduler.at(id, ctx.clock.now());
      await scheduler.start(work);
    },
    async sweep() {
      const before = ctx.clock.now() - AUDIT_KEPT_MS;
      for (const one of await ctx.cases.all()) {
        const endedAt = one.decided?.at ?? one.since + DECIDE_WITHIN_MS;
        // What is hidden stays so until somebody decides; a block outlives the case.
        if (one.state === 'open' || one.todo.length > 0 || endedAt > before) continue;
        if (!(await ctx.store.get(one.jobId))) await ctx.cases.drop(one.jobId);
      }
    },
    hides: ctx.cases.hides,
    hidesFile: ctx.cases.hidesFile,
    counts: () => structuredClone(counts),
    open: async () => (await ctx.cases.all()).filter(({ state }) => state === 'open').length,
    stop: () => scheduler.stop(),
  };
}
