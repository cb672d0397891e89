/**
 * The scheduler of several processes: due steps lie in queues that all of them share, and each takes what it has room for.
 * A step is done with when its work has ended; those of a process that is dead, or silent for too long, are given back.
 */
import type { Clock, Lane, Scheduler, StepPlace } from '../core/ports.ts';
import { WORKERS } from '../core/ports.ts';
import type { StepQueues, Taken } from './step-queues.ts';

/** What has come due meanwhile, or was asked for elsewhere, is seen so soon. */
const LOOK_EVERY_MS = 500;
/** While the queues can't be asked. */
const LOOK_AT_LEAST_EVERY_MS = 5_000;
/** Steps that end one after the other are told of together. */
const TELL_WITHIN_MS = 100;
/** Well within the silence after which a step is taken for lost. */
const BEAT_EVERY_MS = 3_000;

/** `soonAt`: it was given another due time while it ran, which is near. */
type Running = Taken & { lane: Lane; soonAt?: number };
type Step = Parameters<Scheduler['start']>[0];

/**
 * `step` must not throw: what it throws is given to `onError`, and it is taken again once this process has been silent
 * about it for too long. `onError` without a key: the queues can't be asked, which is told once for as long as it lasts.
 */
export function createSharedScheduler({
  queues,
  clock,
  atOnce,
  onError,
}: {
  queues: StepQueues;
  clock: Clock;
  atOnce: number;
  onError: (error: unknown, key?: string) => void;
}): Scheduler {
  const lanes = new Set<Lane>();
  const running = new Set<Running>();
  /** Ended, and not told yet. */
  let ended: Running[] = [];
  let step: Step | undefined;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let looking = Promise.resolve();
  let beating: NodeJS.Timeout | undefined;
  let failures = 0;
  let idle: (() => void) | undefined;

  /** Looks at the queues in so long, unless it does so earlier anyway. */
  function lookIn(ms: number): void {
    const at = performance.now() + ms;
    if (!step || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => {
      timerAt = Number.POSITIVE_INFINITY;
      // Who asks in the middle of a look is answered by the one after it.
      looking = looking.then(look);
    }, ms);
  }

  async function look(): Promise<void> {
    try {
      await tellEnded();
      const more = await takeDue();
      failures = 0;
      lookIn(more ? 0 : LOOK_EVERY_MS);
    } catch (error) {
      failures += 1;
      if (failures === 1) onError(error);
      lookIn(Math.min(LOOK_EVERY_MS * 2 ** failures, LOOK_AT_LEAST_EVERY_MS));
    }
  }

  async function tellEnded(): Promise<void> {
    const telling = ended;
    ended = [];
    try {
      for (const [lane, steps] of Map.groupBy(telling, (one) => one.lane)) await queues.done(lane, steps);
    } catch (error) {
      ended.push(...telling);
      throw error;
    }
  }

  /** Answers whether there may be more that is due, and room for it. */
  async function takeDue(): Promise<boolean> {
    let any = false;
    for (const lane of [...lanes]) {
      const room = atOnce - running.size;
      if (!step || room <= 0) break;
      const taken = await queues.take(lane, room);
      // We stopped, or the lane is another's, while the answer was on its way.
      if (!step || !lanes.has(lane)) {
        await queues.giveBack(lane, taken);
        continue;
      }
      for (const one of taken) void run(step, { ...one, lane });
      any ||= taken.length > 0;
    }
    return any && running.size < atOnce;
  }

  async function run(work: Step, one: Running): Promise<void> {
    const { key } = one.data;
    running.add(one);
    try {
      await work(key, one.lane);
      ended.push(one);
    } catch (error) {
      onError(error, key);
    } finally {
      running.delete(one);
      if (running.size === 0) idle?.();
      const isWaitedFor = running.size + 1 >= atOnce || (one.soonAt ?? Infinity) <= performance.now();
      lookIn(isWaitedFor ? 0 : TELL_WITHIN_MS);
    }
  }

  async function at(key: string, dueAt: number, place: StepPlace = { lane: WORKERS }): Promise<void> {
    const inMs = dueAt - clock.now();
    const own = [...running].find(({ data }) => data.key === key);
    const group = place.group ?? own?.groupId ?? undefined;
    await queues.put(place.lane, { key, inMs, group });
    if (!lanes.has(place.lane) || inMs >= LOOK_EVERY_MS) return;
    // It can't be taken before it has ended.
    if (own && running.has(own)) own.soonAt = performance.now() + inMs;
    else lookIn(Math.max(0, inMs));
  }

  async function beat(): Promise<void> {
    // Where it can't be told, the steps are lost sooner or later, and what they save is compared with what they have read.
    for (const [lane, steps] of Map.groupBy(running, (one) => one.lane))
      await queues.beat(lane, steps).catch(() => {});
  }

  return {
    async start(work, of = [WORKERS]) {
      step = work;
      for (const lane of of) lanes.add(lane);
      beating ??= setInterval(() => void beat(), BEAT_EVERY_MS);
      lookIn(0);
    },
    async leave(of) {
      for (const lane of of) lanes.delete(lane);
    },
    at,
    remove: (key) => queues.drop(key),
    async missing(keys) {
      const known = await queues.known(keys);
      return keys.filter((key) => !known.has(key));
    },
    async stop() {
      step = undefined;
      clearTimeout(timer);
      if (running.size > 0)
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
      clearInterval(beating);
      await looking;
      // What can't be told is only done once more.
      await tellEnded().catch(() => {});
      await queues.stop();
    },
    size: () => queues.count(),
    queues: () => queues.facts(),
  };
}
