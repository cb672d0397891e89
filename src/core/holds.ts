/** What only one process has at a time, for as long as it likes: a chat, a part of one, what is done now and then. */

/** Begins what comes with it, and ends that again. Neither is called while the other is at work. */
export type Holder = {
  /** It is ours from now on. Where this throws, it is given back and tried again later. */
  gained(): Promise<void>;
  /** It is ours no more: another process has it. Or we give it back, and nobody gets it before this has ended. */
  lost(): Promise<void>;
};

export type Holds = {
  /** Whether this process has it. While the database is away, it has what it had: who else should have got it there? */
  holds(name: string): boolean;
  /** All that it has. */
  held(): readonly string[];
  /** Tries to get it from now on, again after each loss. The answer gives it back and tries no more. */
  onHeld(name: string, holder: Holder): () => Promise<void>;
  /**
   * For what is done by one process after the other: waits for its turn, which lasts until the answer is called. Rejects
   * when it is told to stop waiting.
   */
  turn(name: string, signal: AbortSignal): Promise<() => void>;
  /** Gives everything back. */
  stop(): Promise<void>;
};

/** For a process that is the only one: all is its own at once. */
export function createOwnHolds(onError: (error: unknown, name: string) => void): Holds {
  const held = new Map<string, () => Promise<void>>();
  const turn = createTurns();

  return {
    holds: (name) => held.has(name),
    held: () => [...held.keys()],
    onHeld(name, holder) {
      let work = holder.gained().catch((error: unknown) => onError(error, name));
      const giveBack = (): Promise<void> => {
        if (held.get(name) === giveBack) {
          work = work.then(holder.lost).catch((error: unknown) => onError(error, name));
          held.delete(name);
        }
        return work;
      };
      held.set(name, giveBack);
      return giveBack;
    },
    turn,
    async stop() {
      await Promise.all([...held.values()].map((giveBack) => giveBack()));
    },
  };
}

/** Turns within this process. */
export function createTurns(): Holds['turn'] {
  const lasts = new Map<string, Promise<void>>();

  return async (name, signal) => {
    const before = lasts.get(name) ?? Promise.resolve();
    const mine = Promise.withResolvers<void>();
    const last = before.then(() => mine.promise);
    lasts.set(name, last);
    void last.then(() => lasts.get(name) === last && lasts.delete(name));
    const stopped = Promise.withResolvers<never>();
    const stop = (): void => stopped.reject(signal.reason);
    signal.addEventListener('abort', stop);
    try {
      signal.throwIfAborted();
      await Promise.race([before, stopped.promise]);
      return mine.resolve;
    } catch (error) {
      mine.resolve();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };
}
