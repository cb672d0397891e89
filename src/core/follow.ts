/** Follows what other processes tell of over the bus: reads it again, until it could be read. */
import type { Bus } from './bus.ts';
import { backOffMs } from './job/pace.ts';

const AGAIN_MS = 5_000;
const AGAIN_AT_LEAST_EVERY_MS = 5 * 60_000;
/** What can never be read must not be tried for ever. */
const TRIES = 5;

export type FollowParts = {
  /** What another process has told: it is read here, one after the other. */
  read(payload: string): Promise<void>;
  /** Something may have been missed: everything is read. Others may be read meanwhile. */
  readAll(): Promise<void>;
  onError(error: unknown): void;
  againMs?: number;
  /** Stops it, too. */
  signal?: AbortSignal;
};

/** The answer stops following, and waits for what is being read. */
export function follow(
  bus: Bus,
  topic: string,
  { read, readAll, onError, againMs = AGAIN_MS, signal: over }: FollowParts,
): () => Promise<void> {
  /** How often each was tried. */
  const wanted = new Map<string, number>();
  const stopping = new AbortController();
  const { signal } = stopping;

  async function readWanted(): Promise<void> {
    for (const [payload, tries] of wanted) {
      wanted.delete(payload);
      try {
        if (!signal.aborted) await read(payload);
      } catch (error) {
        if (tries < TRIES) wanted.set(payload, tries + 1);
        throw error;
      }
    }
  }

  const some = repeated(readWanted, { onError, againMs, signal });
  const all = repeated(readAll, { onError, againMs, signal });
  const stops = [
    bus.subscribe(topic, (payload, origin) => {
      if (origin === 'here') return;
      wanted.set(payload, 1);
      some.ask();
    }),
    bus.onGap(all.ask),
  ];
  signal.addEventListener('abort', () => {
    for (const stop of stops) stop();
  });
  over?.addEventListener('abort', () => stopping.abort());
  return async () => {
    stopping.abort();
    await Promise.all([some.ended(), all.ended()]);
  };
}

type Repeating = Required<Pick<FollowParts, 'onError' | 'againMs'>> & { signal: AbortSignal };

/** Does the work when it is asked to, once more where it was asked meanwhile, and again after a while where it failed. */
function repeated(work: () => Promise<void>, { onError, againMs, signal }: Repeating) {
  let isAsked = false;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (let failed = 0; isAsked && !signal.aborted; ) {
      isAsked = false;
      try {
        await work();
        failed = 0;
      } catch (error) {
        if (signal.aborted) break;
        isAsked = true;
        failed += 1;
        onError(error);
        const pace = { firstMs: againMs, ceilingMs: AGAIN_AT_LEAST_EVERY_MS };
        await pause(backOffMs(failed, Math.random, pace), signal);
      }
    }
    running = undefined;
  }
  return {
    ask: () => {
      isAsked = true;
      running ??= run();
    },
    ended: () => running,
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
