/**
 * A pool of child processes, about one per core, that run the tasks of a table one at a time each. Two lanes, first in
 * first out: one child is always there for `quick`, and a verdict finds one even while every child encodes.
 */
import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Log } from '../core/ports.ts';
import { excessOf, MAX_RSS_BYTES, START_WALL_MS, wallMsOf } from './budget.ts';
import { type Child, type Death, startChild } from './child-process.ts';
import { createLanes } from './lanes.ts';
import type { ArgsOf, FromChild, Lane, ResultOf, RunOptions, TaskTable } from './task.ts';
import { PoolStopped, TaskCrashed, TaskFailed, TaskStalled } from './task-errors.ts';
import { TASKS } from './tasks.ts';

const LOOK_EVERY_MS = 50;
/** Starting a child and loading its libraries takes 0.3 s, so a warm one is kept; not for long, it takes 100 MB. */
const END_IDLE_AFTER_MS = 30_000;
const ABORT_GRACE_MS = 500;

export type PoolOf<Table extends TaskTable> = {
  /**
   * Runs a task in a child process and settles when the child no longer works on it.
   * Throws TaskOutOfTime, TaskOutOfMemory, TaskStalled, TaskCrashed, TaskFailed, PoolStopped or the signal's reason.
   */
  run<Name extends keyof Table & string>(
    name: Name,
    args: ArgsOf<Table[Name]>,
    options?: RunOptions,
  ): Promise<ResultOf<Table[Name]>>;
  /** How many tasks more would begin at once. */
  room(): number;
  /** Kills every child; what was queued or running is rejected with PoolStopped. */
  stop(): Promise<void>;
};

export type Pool = PoolOf<typeof TASKS>;
type TaskName = keyof typeof TASKS;
export type TaskArgs<Name extends TaskName> = ArgsOf<(typeof TASKS)[Name]>;

export type PoolOptions = {
  /** How many children at most; by default one per core, never less than two. */
  size?: number;
  maxRssBytes?: number;
  log: Pick<Log, 'warn'>;
};

/** The pool of the media tasks. */
export const createPool = (options: PoolOptions): Pool =>
  createPoolOf(TASKS, new URL('./child.ts', import.meta.url), options);

type Work = {
  name: string;
  args: unknown;
  lane: Lane;
  alone: boolean;
  budgetMs: number;
  wallMs: number;
  signal: AbortSignal | undefined;
  tellPlace: (position: number) => void;
  tellProgress: (share: number) => void;
  settle(end: { done: unknown } | { reason: unknown }): void;
};
type Slot = {
  child: Child;
  work?: Work;
  /** Why we killed it; it is gone once `onExit` says so. */
  doom?: { reason: unknown };
  rssBytes: number;
  /** Its processor time when it began with its work. */
  beganMs?: number;
  /** The end of its work by the clock, or of its idle time. */
  timer?: NodeJS.Timeout;
};

/** A pool over any table of tasks; `entry` is a file that calls `serve` with the same table. */
export function createPoolOf<Table extends TaskTable>(
  table: Table,
  entry: URL,
  options: PoolOptions,
): PoolOf<Table> {
  const size = Math.max(2, options.size ?? availableParallelism());
  const maxRssBytes = options.maxRssBytes ?? MAX_RSS_BYTES;
  const lanes = createLanes<Work>(size);
  const slots = new Set<Slot>();
  const ended = new EventEmitter();
  let lookTimer: NodeJS.Timeout | undefined;
  let stopped = false;

  const pump = (): void => {
    for (;;) {
      const idle = [...slots].find((slot) => !slot.work && !slot.doom);
      if (!idle && slots.size > size) break;
      const work = lanes.next([...slots].flatMap((slot) => slot.work ?? []));
      if (!work) break;
      start(work.alone ? openAfresh() : (idle ?? open()), work);
    }
    lanes.tellPlaces();
  };

  const open = (): Slot => {
    const child = startChild(entry, {
      onMessage: (message) => onMessage(slot, message),
      onExit: (death) => onExit(slot, death),
    });
    const slot: Slot = { child, rssBytes: 0 };
    slots.add(slot);
    return slot;
  };

  const openAfresh = (): Slot => {
    for (const slot of slots) if (!slot.work) kill(slot, undefined);
    return open();
  };

  const start = (slot: Slot, work: Work): void => {
    slot.work = work;
    delete slot.beganMs;
    limitWall(slot, work, Math.max(work.wallMs, START_WALL_MS));
    lookTimer ??= setInterval(() => void lookAtAll(), LOOK_EVERY_MS);
    work.tellPlace(0);
    slot.child.send({ type: 'run', name: work.name, args: work.args });
  };

  const limitWall = (slot: Slot, work: Work, wallMs: number): void =>
    setTimer(slot, wallMs, () => kill(slot, new TaskStalled(work.name, wallMs, work.lane)));

  const onMessage = (slot: Slot, message: FromChild): void => {
    const { work } = slot;
    if (!work || slot.doom || message.type === 'usage') return;
    if (message.type === 'progress') work.tellProgress(message.share);
    else if (message.type === 'began') {
      slot.beganMs = message.processorMs;
      // What was called off meanwhile has less time to end.
      if (!work.signal?.aborted) limitWall(slot, work, work.wallMs);
    } else end(slot, work, message);
  };

  const end = (slot: Slot, work: Work, message: Extract<FromChild, { type: 'done' | 'failed' }>): void => {
    delete slot.work;
    // What a heavy task left behind would be held against the next one, and a render has left its low priority.
    if (slot.rssBytes > maxRssBytes / 2 || work.lane === 'slow') kill(slot, undefined);
    else setTimer(slot, END_IDLE_AFTER_MS, () => kill(slot, undefined));
    work.settle(
      message.type === 'done'
        ? { done: message.result }
        : { reason: new TaskFailed(work.name, message.message) },
    );
    pump();
  };

  const onExit = (slot: Slot, death: Death): void => {
    slots.delete(slot);
    clearTimeout(slot.timer);
    if (slots.size === 0) {
      clearInterval(lookTimer);
      lookTimer = undefined;
    }
    if (!slot.doom) options.log.warn({ ...death, task: slot.work?.name }, 'a media child process died');
    slot.work?.settle({ reason: slot.doom ? slot.doom.reason : new TaskCrashed(slot.work.name, death) });
    ended.emit('child');
    pump();
  };

  const kill = (slot: Slot, reason: unknown): void => {
    slot.doom ??= { reason };
    slot.child.kill();
  };

  const abort = (work: Work): void => {
    if (lanes.remove(work)) {
      work.settle({ reason: work.signal?.reason });
      lanes.tellPlaces();
      return;
    }
    const slot = [...slots].find((one) => one.work === work);
    if (!slot) return;
    slot.child.send({ type: 'abort' });
    setTimer(slot, ABORT_GRACE_MS, () => kill(slot, work.signal?.reason));
  };

  const lookAtAll = async (): Promise<void> => {
    for (const slot of slots) {
      const { work } = slot;
      if (!work || slot.doom) continue;
      const usage = await slot.child.usage();
      // The blame is for the task that was running when we looked.
      if (!usage || slot.work !== work) continue;
      slot.rssBytes = usage.rssBytes;
      const excess = excessOf(work, usage, slot.beganMs, maxRssBytes);
      if (excess) kill(slot, excess);
    }
  };

  return {
    async run(name, args, runOptions = {}) {
      const task = table[name];
      if (!task) throw new TypeError(`there is no task ${name}`);
      if (stopped) throw new PoolStopped(name);
      const { signal } = runOptions;
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const { budgetMs = task.budgetMs, alone = false } = runOptions;
      const work: Work = {
        name,
        args,
        signal,
        alone,
        lane: task.lane,
        budgetMs,
        wallMs: runOptions.wallMs ?? wallMsOf({ lane: task.lane, budgetMs }),
        tellPlace: (position) => runOptions.onQueue?.(position),
        tellProgress: (share) => runOptions.onProgress?.(share),
        settle: (end) => ('done' in end ? resolve(end.done) : reject(end.reason)),
      };
      const onAbort = (): void => abort(work);
      signal?.addEventListener('abort', onAbort);
      lanes.push(work, runOptions.first);
      pump();
      try {
        const answer = await promise;
        // It may have ended in the moment it was called off: then, too, nobody wants what it made.
        signal?.throwIfAborted();
        const { data, error } = task.result.safeParse(answer);
        if (error) throw new TaskFailed(name, `answered what it should not: ${error.issues.length} faults`);
        return data;
      } catch (error) {
        // Whatever the task made of the abort, the caller gets the reason it gave.
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
    room: () => (stopped || !lanes.isEmpty() ? 0 : size - [...slots].filter(({ work }) => work).length),
    async stop() {
      stopped = true;
      for (const work of lanes.drain()) work.settle({ reason: new PoolStopped(work.name) });
      for (const slot of slots) kill(slot, new PoolStopped(slot.work?.name ?? 'pool'));
      while (slots.size > 0) await once(ended, 'child');
    },
  };
}

function setTimer(slot: Slot, afterMs: number, then: () => void): void {
  clearTimeout(slot.timer);
  slot.timer = setTimeout(then, afterMs);
}
