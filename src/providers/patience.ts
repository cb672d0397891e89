/** Answers that may be a passing fault are believed only when they come again and again. */
const TIMES = 5;
const MAX_REMEMBERED = 10_000;

export type Patience = {
  /** True from the fifth time in a row that this was heard. */
  believes(key: string): boolean;
  /** The fault has passed, or doesn't matter any more. */
  forget(key: string): void;
};

/** Kept in memory only: after a restart it is patient again, which costs a few calls. */
export function createPatience(): Patience {
  const heard = new Map<string, number>();
  return {
    believes(key) {
      const times = (heard.get(key) ?? 0) + 1;
      if (heard.size > MAX_REMEMBERED) heard.clear();
      heard.set(key, times);
      return times >= TIMES;
    },
    forget: (key) => void heard.delete(key),
  };
}
