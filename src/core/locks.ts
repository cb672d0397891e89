/** One writer per key: work on the same job waits in the queue, work on different jobs does not. */
export type Locks = {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Whether whoever comes now has to wait. */
  isBusy(key: string): Promise<boolean>;
};

/** Of this process alone. What other processes may be at work on as well has those of the context. */
export function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    isBusy: async (key) => tails.has(key),
    async run(key, work) {
      const before = tails.get(key);
      const mine = (before ?? Promise.resolve()).then(work, work);
      const tail = mine.catch(() => {});
      tails.set(key, tail);
      try {
        return await mine;
      } finally {
        if (tails.get(key) === tail) tails.delete(key);
      }
    },
  };
}
