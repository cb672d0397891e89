/** Waiting, in one place, so that tests can have it go by faster. */

/** Runs something later; the answer calls it off. */
export type Timers = { after(ms: number, run: () => void): () => void };

/** They don't keep a process up that has nothing else to do. */
export const realTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** Ends after that time, or at once when it is called off. */
export function pause(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(ms, end);
    signal?.addEventListener('abort', end);
  });
}
