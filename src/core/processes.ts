/** The processes that share the work: each says every few seconds that it is there, and what it has. */
import type { Log } from './ports.ts';

const BEAT_MS = 3_000;
/** After so long without a word a process counts as gone. */
export const GONE_MS = 15_000;

export type ProcessFacts = {
  id: string;
  host: string;
  roles: readonly string[];
  /** What it has of what only one may have. */
  holds: readonly string[];
  version: string;
  startedAt: number;
};
/** `seenMs`: so long ago it said so, by the clock of the database. */
export type SeenProcess = ProcessFacts & { seenMs: number };

export type ProcessTable = {
  /** Says that it is there, and forgets those that have been gone for a day. Answers with the time of the database. */
  say(process: ProcessFacts): Promise<number>;
  all(): Promise<SeenProcess[]>;
  remove(id: string): Promise<void>;
};

export type Processes = {
  /** Those that were there a moment ago, this one among them, the longest there first. */
  alive(): readonly SeenProcess[];
  /** Ends it: this one is gone. */
  stop(): Promise<void>;
};

/**
 * `facts`: of this process, as they are then. `onBeat`: what is known of the others is new, and that our clock is ahead of
 * the database's by so much, or behind it by so much less than nothing, as far as that can be told. `onGone`: one that was
 * there is not any more, and may have saved what it did not come to tell of.
 */
export function followProcesses(parts: {
  table: ProcessTable;
  facts(): ProcessFacts;
  onBeat?(alive: readonly SeenProcess[], aheadMs: number): void;
  onGone?(): void;
  log: Log;
  everyMs?: number;
}): Processes {
  const { table, facts, onBeat, onGone, log, everyMs = BEAT_MS } = parts;
  let alive: SeenProcess[] = [{ ...facts(), seenMs: 0 }];
  let beating: Promise<void> | undefined;
  let failed = false;

  async function beat(): Promise<void> {
    try {
      const askedAt = Date.now();
      const theirs = await table.say(facts());
      const aheadMs = aheadOf(theirs, askedAt, Date.now());
      const before = alive;
      alive = (await table.all()).filter(({ seenMs }) => seenMs < GONE_MS);
      if (before.some(({ id }) => !alive.some((one) => one.id === id))) onGone?.();
      onBeat?.(alive, aheadMs);
      failed = false;
    } catch (err) {
      // Those who were there are likely to be there still: it is the database that nobody can reach.
      if (!failed) log.warn({ err }, 'what other processes do is not known for now');
      failed = true;
    }
  }

  const next = (): void => {
    beating ??= beat().finally(() => {
      beating = undefined;
    });
  };
  const timer = setInterval(next, everyMs).unref();
  next();

  return {
    alive: () => alive,
    async stop() {
      clearInterval(timer);
      await beating;
      await table.remove(facts().id).catch(() => {});
    },
  };
}

/** The other clock was read at some time between the question and its answer: what may be due to that is not counted. */
function aheadOf(theirs: number, askedAt: number, answeredAt: number): number {
  if (theirs < askedAt) return askedAt - theirs;
  return Math.min(0, answeredAt - theirs);
}
