/**
 * The scheduler of several processes: due steps lie in queues that all of them share, and each takes what it has room for.
 * A step is done with when its work has ended; those of a process that is dead, or silent for too long, are given back.
 */
import type { Clock, Lane, NextStep, Scheduler, StepPlace } from '../core/ports.ts';
import { WORKERS } from '../core/ports.ts';
import { BEAT_EVERY_MS } from './boss.ts';
import type { StepQueues, Taken } from './step-queues.ts';

/** What has come due meanwhile, or was asked for elsewhere, is seen so soon. */
const LOOK_EVERY_MS = 500;
/** While the queues can't be asked. */
const LOOK_AT_LEAST_EVERY_MS = 5_000;
/** Steps that end one after the other are told of together. */
const TELL_WITHIN_MS = 100;
/** After a look that brought little, as a multiple of what it took: the longer the queues, the more it is for the database. */
const REST = 9;
/** A look that brought this share of the room, or more, is worth another one at once. */
const MUCH = 1 / 4;

/** What is to be put there when the step has ended; until then it is the step itself that is there. */
type Next = { lane: Lane; dueAt: number; group: string | undefined };
type Running = Taken & { lane: Lane; since: number; next?: Next | undefined };
type Placed = { key: string; lane: Lane; group?: string | undefined; inMs: number };
type Step = Parameters<Scheduler['start']>[0];

export type SharedScheduler = Scheduler & {
  /** Whether a step of the key is under way in this process, at the end of which it says when the next one is due. */
  isAtWorkOn(key: string): boolean;
  /** Another process has put something there that is due: it is looked for at once, where that lane is ours. */
  heard(lane: Lane): void;
};

/**
 * `step` must not throw: what it throws is given to `onError`, and it is taken again once this process has been silent
 * about it for too long. `onError` without a key: the queues can't be asked, which is told once for as long as it lasts.
 * `onDue`: something is due in a lane that is not ours.
 */
export function createSharedScheduler({
  queues,
  clock,
  atOnce,
  onError,
  onDue = () => {},
}: {
  queues: StepQueues;
  clock: Clock;
  atOnce: number;
  onError: (error: unknown, key?: string) => void;
  onDue?: (lane: Lane) => void;
}): SharedScheduler {
  const lanes = new Set<Lane>();
  const running = new Set<Running>();
  /** Ended, and not told yet. */
  let ended: Running[] = [];
  let step: Step | undefined;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  /** When to take what is due, and before when not. */
  let takeAt = Number.POSITIVE_INFINITY;
  let restUntil = 0;
  let looking = Promise.resolve();
  let beating: NodeJS.Timeout | undefined;
  let failures = 0;
  let idle: (() => void) | undefined;

  /** Tells in so long what has ended by then, unless it does so earlier anyway. */
  function lookIn(inMs: number): void {
    const ms = Math.max(0, inMs);
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

  /** Takes in so long what is due by then, unless it does so earlier anyway. */
  function takeIn(ms: number): void {
    const now = performance.now();
    takeAt = Math.min(takeAt, Math.max(now + ms, restUntil));
    lookIn(takeAt - now);
  }

  async function look(): Promise<void> {
    try {
      await tellEnded();
      if (performance.now() >= takeAt) {
        takeAt = Number.POSITIVE_INFINITY;
        const begun = performance.now();
        const taken = await takeDue();
        const now = performance.now();
        restUntil = taken >= atOnce * MUCH ? now : now + Math.min((now - begun) * REST, LOOK_EVERY_MS);
        takeIn(taken > 0 && running.size < atOnce ? 0 : LOOK_EVERY_MS);
      } else lookIn(takeAt - performance.now());
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) onError(error);
      await queues.mend(error).catch(() => {});
      takeAt = Number.POSITIVE_INFINITY;
      takeIn(Math.min(LOOK_EVERY_MS * 2 ** failures, LOOK_AT_LEAST_EVERY_MS));
    }
  }

  /** What comes next is there before what has ended is gone. */
  async function tellEnded(): Promise<void> {
    const telling = ended;
    ended = [];
    try {
      await putNext(telling);
      for (const [lane, steps] of Map.groupBy(telling, (one) => one.lane)) await queues.done(lane, steps);
    } catch (error) {
      ended.push(...telling);
      throw error;
    }
  }

  /** What another process has put there meanwhile is due at once, and stays. */
  async function putNext(steps: readonly Running[]): Promise<void> {
    const now = performance.now();
    await putMissing(
      steps.flatMap(({ data: { key }, next }) =>
        next ? [{ key, lane: next.lane, group: next.group, inMs: Math.max(0, next.dueAt - now) }] : [],
      ),
    );
  }

  async function putMissing(steps: readonly Placed[]): Promise<void> {
    for (const [lane, some] of Map.groupBy(steps, (one) => one.lane)) {
      await queues.putMissing(lane, some);
      arePut(lane, Math.min(...some.map(({ inMs }) => inMs)));
    }
  }

  /** Of what is put there, the first is due in so long. */
  function arePut(lane: Lane, inMs: number): void {
    if (lanes.has(lane)) {
      if (inMs < LOOK_EVERY_MS) takeIn(inMs);
    } else if (inMs <= 0) onDue(lane);
  }

  /** Answers how many that were. */
  async function takeDue(): Promise<number> {
    let count = 0;
    for (const lane of [...lanes]) {
      const room = atOnce - running.size;
      if (!step || room <= 0) break;
      const taken = await queues.take(lane, room);
      // We stopped, or the lane is another's, while the answer was on its way.
      if (!step || !lanes.has(lane)) {
        await queues.giveBack(lane, taken);
        continue;
      }
      for (const one of taken) void run(step, { ...one, lane, since: performance.now() });
      count += taken.length;
    }
    return count;
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
      const wasFull = running.size >= atOnce;
      running.delete(one);
      if (running.size === 0) idle?.();
      const isSoon = one.next !== undefined && one.next.dueAt <= performance.now();
      if (wasFull) takeIn(0);
      lookIn(isSoon ? 0 : TELL_WITHIN_MS);
    }
  }

  const underWay = (key: string): Running | undefined => [...running].find(({ data }) => data.key === key);

  async function at(key: string, dueAt: number, place: StepPlace = { lane: WORKERS }): Promise<void> {
    const inMs = dueAt - clock.now();
    const own = underWay(key);
    const group = place.group ?? own?.groupId ?? undefined;
    if (own) {
      own.next = { lane: place.lane, dueAt: performance.now() + inMs, group };
      return;
    }
    await queues.put(place.lane, { key, inMs, group });
    arePut(place.lane, inMs);
  }

  async function fill(steps: readonly NextStep[]): Promise<void> {
    const now = clock.now();
    await putMissing(
      steps.map(({ key, dueAt, place = { lane: WORKERS } }) => ({ key, inMs: dueAt - now, ...place })),
    );
  }

  async function beat(): Promise<void> {
    // Most have ended by the next time.
    const before = performance.now() - BEAT_EVERY_MS / 2;
    const long = [...running, ...ended].filter(({ since }) => since < before);
    // Where it can't be told, the steps are lost sooner or later, and what they save is compared with what they have read.
    for (const [lane, steps] of Map.groupBy(long, (one) => one.lane))
      await queues.beat(lane, steps).catch(() => {});
  }

  return {
    heard(lane) {
      if (lanes.has(lane)) takeIn(0);
    },
    isAtWorkOn: (key) => underWay(key) !== undefined,
    async start(work, of = [WORKERS]) {
      step = work;
      for (const lane of of) lanes.add(lane);
      beating ??= setInterval(() => void beat(), BEAT_EVERY_MS);
      takeIn(0);
    },
    async leave(of) {
      for (const lane of of) lanes.delete(lane);
    },
    at,
    fill,
    async remove(key) {
      for (const one of [...running, ...ended]) if (one.data.key === key) one.next = undefined;
      await queues.drop(key);
    },
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
