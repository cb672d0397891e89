import type { Scheduler } from '../../src/core/ports.ts';

export type ManualScheduler = Scheduler & {
  /** Turns the clock to the next due key and runs its step; false when nothing is due by `until`. */
  runNext(until?: number): Promise<boolean>;
  /** Runs until nothing is due any more, or until the clock has reached `until`. */
  runAll(until?: number): Promise<void>;
};

/** A scheduler whose time is turned by the test, one step after the other. */
export function createManualScheduler(time: { now: number }): ManualScheduler {
  const due = new Map<string, number>();
  let step: ((key: string) => Promise<void>) | undefined;

  async function runNext(until = Number.POSITIVE_INFINITY): Promise<boolean> {
    const [next] = [...due].sort(([, a], [, b]) => a - b);
    if (!next || !step || next[1] > until) return false;
    due.delete(next[0]);
    time.now = Math.max(time.now, next[1]);
    await step(next[0]);
    return true;
  }

  return {
    async start(work) {
      step = work;
    },
    async leave() {},
    at: async (key, dueAt) => void due.set(key, dueAt),
    async fill(steps) {
      for (const { key, dueAt } of steps) if (!due.has(key)) due.set(key, dueAt);
    },
    remove: async (key) => void due.delete(key),
    missing: async (keys) => keys.filter((key) => !due.has(key)),
    async stop() {
      step = undefined;
    },
    size: async () => due.size,
    runNext,
    async runAll(until) {
      while (await runNext(until));
    },
  };
}
