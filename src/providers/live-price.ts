/** Prices that a provider publishes: asked for now and then, never waited for long, with our own table behind them. */
import type { Clock, Log } from '../core/ports.ts';

/** A quote waits so long for a price that has just gone stale. */
const WAIT_MS = 1_500;
/** After a failure nobody waits and nothing is asked for so long. */
const REST_MS = 60_000;

export type LivePrice<T> = {
  /** The newest price known. Waits briefly when it is stale. */
  now(): Promise<{ price: T; from: 'provider' | 'built-in'; fresh: boolean }>;
  /** The same without waiting. */
  known(): T;
};

/** Reads at once and again when older than `freshMs`; a failed reading keeps what was known before. */
export function createLivePrice<T>(options: {
  read: (signal: AbortSignal) => Promise<T>;
  builtIn: T;
  freshMs: number;
  clock: Clock;
  log: Log;
}): LivePrice<T> {
  const { read, builtIn, freshMs, clock, log } = options;
  let latest: { price: T; at: number } | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const isFresh = () => latest !== undefined && clock.now() - latest.at < freshMs;
  const refresh = (): Promise<void> => {
    reading ??= read(AbortSignal.timeout(WAIT_MS * 4))
      .then((price) => {
        latest = { price, at: clock.now() };
      })
      .catch((error: unknown) => {
        failedAt = clock.now();
        log.warn({ err: error }, 'no price from the provider; the last known one is used');
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  void refresh();

  return {
    async now() {
      if (!isFresh() && clock.now() - failedAt >= REST_MS) {
        const { promise: waited, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, WAIT_MS);
        await Promise.race([refresh(), waited]);
        clearTimeout(timer);
      }
      const fresh = isFresh();
      return latest
        ? { price: latest.price, from: 'provider', fresh }
        : { price: builtIn, from: 'built-in', fresh };
    },
    known: () => latest?.price ?? builtIn,
  };
}
