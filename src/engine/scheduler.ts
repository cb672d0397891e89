/** The scheduler of one machine: one timer over a heap of due times, and a cap on the steps under way at once. */
import TinyQueue from 'tinyqueue';
import type { Clock, Scheduler } from '../core/ports.ts';

type DueEntry = { key: string; at: number; order: number };

/** Node's timers count in 32 bits; anything later is looked at again on the way. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `step` must not throw: what it throws is given to `onError` and the key is forgotten until it is scheduled anew. */
export function createScheduler({
  clock,
  atOnce,
  onError,
}: {
  clock: Clock;
  atOnce: number;
  onError: (error: unknown, key: string) => void;
}): Scheduler {
  const elapsed = () => performance.now();
  const sooner = (a: DueEntry, b: DueEntry) => a.at - b.at || a.order - b.order;
  let given = 0;
  let heap = new TinyQueue<DueEntry>([], sooner);
  // The heap can't drop an entry in its middle; only the one that this map names counts.
  const current = new Map<string, DueEntry>();
  const running = new Set<string>();
  let step: ((key: string) => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let idle: (() => void) | undefined;

  async function at(key: string, dueAt: number): Promise<void> {
    // A wall clock that is set back must not stop everything until it has caught up: waits count by another clock.
    const due = { key, at: elapsed() + Math.max(0, dueAt - clock.now()), order: given++ };
    current.set(key, due);
    heap.push(due);
    // Outdated entries are forgotten now and then, so that a job polled for an hour leaves no trail.
    if (heap.length > 64 && heap.length > current.size * 2)
      heap = new TinyQueue([...current.values()], sooner);
    arm();
  }

  function next(): DueEntry | undefined {
    for (let due = heap.peek(); due; due = heap.peek()) {
      if (current.get(due.key) === due && !running.has(due.key)) return due;
      // A key that runs keeps its due time in `current` and comes back when its step ends.
      heap.pop();
    }
    return undefined;
  }

  function arm(): void {
    clearTimeout(timer);
    if (!step) return;
    for (let due = next(); due && due.at <= elapsed() && running.size < atOnce; due = next()) {
      heap.pop();
      current.delete(due.key);
      void run(step, due.key);
    }
    const due = next();
    if (due && running.size < atOnce) {
      timer = setTimeout(arm, Math.min(LONGEST_TIMER_MS, Math.max(0, due.at - elapsed())));
    }
  }

  async function run(work: (key: string) => Promise<void>, key: string): Promise<void> {
    running.add(key);
    try {
      await work(key);
    } catch (error) {
      onError(error, key);
    } finally {
      running.delete(key);
      const again = current.get(key);
      if (again) heap.push(again);
      if (running.size === 0) idle?.();
      arm();
    }
  }

  return {
    async start(work) {
      step = work;
      arm();
    },
    async leave() {},
    at,
    async fill(steps) {
      for (const { key, dueAt } of steps) if (!current.has(key) && !running.has(key)) await at(key, dueAt);
    },
    remove: async (key) => void current.delete(key),
    missing: async (keys) => keys.filter((key) => !current.has(key) && !running.has(key)),
    async stop() {
      step = undefined;
      clearTimeout(timer);
      if (running.size === 0) return;
      await new Promise<void>((resolve) => {
        idle = resolve;
      });
    },
    size: async () => current.size + [...running].filter((key) => !current.has(key)).length,
  };
}
