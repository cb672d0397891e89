/** The clock of a simulator: real for use by hand, turned by hand in tests. */
export type SimTime = {
  now(): number;
  after(ms: number, run: () => Promise<void>): void;
};

export function realTime(): SimTime {
  return {
    now: Date.now,
    after: (ms, run) => void setTimeout(() => void run().catch(console.error), ms).unref(),
  };
}

/** Moves only when told, and then does what has come due, in order. */
export function manualTime(now = Date.UTC(2026, 10, 21)): SimTime & { advance(ms: number): Promise<void> } {
  let due: { at: number; run: () => Promise<void> }[] = [];
  return {
    now: () => now,
    after: (ms, run) => void due.push({ at: now + ms, run }),
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        const next = due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        due = due.filter((item) => item !== next);
        now = Math.max(now, next.at);
        await next.run();
      }
      now = until;
    },
  };
}
