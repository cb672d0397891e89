/** The life of jobs: step by step when due, cancelled when asked, recovered after a crash. */

import type { Target } from '../chat-port.ts';
import type { Context } from '../context.ts';
import { sendAgain } from '../delivery/delivery.ts';
import type { Caller } from '../limits/access.ts';
import type { Lane } from '../ports.ts';
import type { Micros } from '../price/money.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { clean } from '../text.ts';
import { goOn } from './asking.ts';
import { cancellable, cancelNow } from './cancel.ts';
import { deliveryPace, dueAt, isInQueue } from './due.ts';
import { isOver, type Job } from './job.ts';
import { laneOf, nudge, placeOf } from './lanes.ts';
import { mayRender } from './may-render.ts';
import { backOffMs } from './pace.ts';
import { freePlaces, recountPlaces } from './places.ts';
import { freeOrphans, takeUp } from './recovery.ts';
import { step } from './step.ts';
import { followNews } from './webhook.ts';

/** Of an upload that is not needed any more. */
const BREAK_OFF = 'break off';

/** By then a process that stops takes no more steps itself. */
const HANDED_ON_MS = 1_000;

export type Jobs = {
  /** The newest jobs of one space; who may see them is for the caller to know. */
  recent(spaceId: string, limit: number): Promise<Job[]>;
  /** The member's own newest jobs, wherever they asked for them. */
  mine(memberId: string, limit: number): Promise<Job[]>;
  /** By id or by the short code that members see, among the jobs that answer to this member. */
  find(call: Caller, idOrCode: string): Promise<Outcome<Job>>;
  /** `cancelled` costs nothing (or what was billed already), `asked` may still finish and be billed. */
  cancel(id: string): Promise<Outcome<{ how: 'cancelled' | 'asked'; job: Job }>>;
  /** The member's yes to a dearer offer, at so much at most; see asking.ts. */
  goOn(call: Caller, id: string, agreedMicros: Micros): Promise<Outcome<Job>>;
  /** Hands a kept video over once more, where the member asks for it. False when that place is closed too. */
  sendAgain(id: string, to: Target, reached: boolean): Promise<Outcome<boolean>>;
  /** Takes back holds of jobs that were never made: what a crash leaves between a hold and its job's first save. */
  freeOrphans(): Promise<void>;
  /** Frees the places of jobs that render no more: what a crash leaves between a job's end and its leaving the queue. */
  freePlaces(): Promise<void>;
  /** The same for those who wait for a place. */
  recountPlaces(): Promise<void>;
  /** Takes up every job that is not over and has no next step. Answers how many. */
  takeUp(): Promise<number>;
  /** For a process that is alone: does all of this, and starts the tracker. Answers how many jobs were taken up. */
  recover(): Promise<number>;
  /** Tracks the jobs of these lanes from now on, too. */
  serve(lanes: readonly Lane[]): Promise<void>;
  /** Takes no more steps of these lanes: another process has their chat. */
  leave(lanes: readonly Lane[]): Promise<void>;
  /** Lets running writes end and leaves every job to be resumed. */
  stop(): Promise<void>;
};

export function createJobs(ctx: Context): Jobs {
  const failures = new Map<string, number>();
  const working = new Map<string, AbortController>();
  followNews(ctx);
  ctx.bus?.subscribe(BREAK_OFF, (id, origin) => {
    if (origin === 'elsewhere') working.get(id)?.abort();
  });

  /** The tracker's step: one job, under its lock, and when it is next due. `lane`: the one that it was found in. */
  async function track(id: string, lane?: Lane): Promise<void> {
    await ctx.locks.run(id, async () => {
      const controller = new AbortController();
      working.set(id, controller);
      let job: Job | undefined;
      try {
        job = await ctx.store.get(id);
        // It has left already, unless that failed, or a crash came before it.
        if (!job || !mayRender(job)) await ctx.admissionQueue.leave(id);
        if (!job || isOver(job)) return;
        // Woken by who does not know that it needs its chat by now, or no more.
        if (lane !== undefined && lane !== laneOf(job))
          return await ctx.scheduler.at(id, ctx.clock.now(), placeOf(job));
        const next = await step(ctx, job, controller.signal);
        failures.delete(id);
        if (!isOver(next))
          await ctx.scheduler.at(id, dueAt(ctx, next, next.state === job.state), placeOf(next));
        // Whose turn came just now was woken before it was sent to sleep.
        if (isInQueue(next) && !(await ctx.admissionQueue.waits(id))) await nudge(ctx, next);
      } catch (error) {
        if (ctx.stopping()) {
          // Another process goes on with it; alone, the next start takes it up.
          if (!ctx.alone) await ctx.scheduler.at(id, ctx.clock.now() + HANDED_ON_MS, job && placeOf(job));
          return;
        }
        const count = (failures.get(id) ?? 0) + 1;
        failures.set(id, count);
        const waitMs = backOffMs(count, ctx.random, job?.state === 'completed' ? deliveryPace(ctx, job) : {});
        if (!controller.signal.aborted)
          ctx.log.warn(
            { job: job?.code ?? id, state: job?.state, tries: count, waitMs, err: error },
            'a step failed and is tried again',
          );
        await ctx.scheduler.at(id, ctx.clock.now() + waitMs, job && placeOf(job));
      } finally {
        working.delete(id);
      }
    });
  }

  async function find(call: Caller, idOrCode: string): Promise<Outcome<Job>> {
    const wanted = clean(idOrCode);
    const byId = await ctx.store.get(wanted);
    const found = byId ? [byId] : await ctx.store.byCode(wanted.trim().toUpperCase());
    const job = found.find((one) => ctx.access.mayTouch(call, one));
    if (job) return accept(job);
    // That a job exists is no secret where everybody has seen its message; elsewhere it is.
    const seen = found.some((one) => one.requester.spaceId === call.requester.spaceId);
    return refuse({ code: seen ? 'not-allowed' : 'no-such-job' });
  }

  async function again(id: string, to: Target, reached: boolean): Promise<Outcome<boolean>> {
    return ctx.locks.run(id, async () => {
      const job = await ctx.store.get(id);
      if (job?.state !== 'completed' && job?.state !== 'delivered') return refuse({ code: 'no-such-job' });
      if (await ctx.cases.hides(id)) return refuse({ code: 'job-hidden' });
      if (!(await ctx.files.has(job.video))) return refuse({ code: 'no-such-job' });
      return accept(await sendAgain(ctx, job, to, reached));
    });
  }

  /** In whichever process: what a step of it does beside uploading then does not heed it. */
  function breakOff(id: string): void {
    working.get(id)?.abort();
    ctx.bus?.publish(BREAK_OFF, id);
  }

  async function cancel(id: string) {
    const before = await ctx.store.get(id);
    if (!before) return refuse({ code: 'no-such-job' });
    if (!cancellable(before)) return refuse({ code: 'not-cancellable', state: before.state });
    // Only an upload is broken off; a submit under way is waited for, as breaking it off would lose its answer.
    if (before.state === 'created') breakOff(id);
    return ctx.locks.run(id, async () => {
      const job = await ctx.store.get(id);
      if (!job || !cancellable(job)) return refuse({ code: 'not-cancellable', state: job?.state ?? 'gone' });
      const outcome = await cancelNow(ctx, job).catch((error: unknown) => {
        ctx.log.warn({ job: job.code, err: error }, 'a cancel could not be asked for');
        return undefined;
      });
      if (!outcome) return refuse({ code: 'provider-down' });
      failures.delete(id);
      // A step that is not needed any more finds the job over.
      if (!isOver(outcome.job)) await nudge(ctx, outcome.job);
      else await ctx.scheduler.remove(id).catch(() => {});
      if (outcome.how === 'too-late') return refuse({ code: 'not-cancellable', state: outcome.job.state });
      return accept({ how: outcome.how, job: outcome.job });
    });
  }

  function goOnWith(call: Caller, id: string, agreedMicros: Micros): Promise<Outcome<Job>> {
    return ctx.locks.run(id, async () => {
      const job = await ctx.store.get(id);
      if (!job) return refuse({ code: 'no-such-job' });
      const gone = await goOn(ctx, call, job, agreedMicros);
      // It has its next step, ends, or waits for as long as the new question stands.
      if (job.state === 'asking') await nudge(ctx, job);
      return gone;
    });
  }

  async function recover(): Promise<number> {
    await freeOrphans(ctx);
    await recountPlaces(ctx);
    const count = await takeUp(ctx);
    await ctx.scheduler.start(track);
    return count;
  }

  async function stop(): Promise<void> {
    // A submit is left to finish: its answer is worth waiting for. Fetches resume after the restart.
    // All at once: a database that answers slowly must not keep the later ones going.
    await Promise.all(
      [...working].map(async ([id, controller]) => {
        const job = await ctx.store.get(id).catch(() => undefined);
        if (job?.state !== 'submitting') controller.abort();
      }),
    );
    await ctx.scheduler.stop();
  }

  return {
    recent: ctx.store.recent,
    mine: ctx.store.ofMember,
    find,
    cancel,
    goOn: goOnWith,
    sendAgain: again,
    freeOrphans: () => freeOrphans(ctx),
    freePlaces: () => freePlaces(ctx),
    recountPlaces: () => recountPlaces(ctx),
    takeUp: () => takeUp(ctx),
    recover,
    serve: (lanes) => ctx.scheduler.start(track, lanes),
    leave: (lanes) => ctx.scheduler.leave(lanes),
    stop,
  };
}
