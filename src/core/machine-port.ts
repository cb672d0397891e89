/** What the core asks of the machine that it runs on, beside files: what is due next, small records, a log. */

/** A queue of due steps: `WORKERS`, or a chat, by its platform, for those that only the process with this chat can take. */
export type Lane = string;

/** The lane of all steps that any process can take. */
export const WORKERS: Lane = 'worker';

/** The lane of drafts that are under way: the process that renders them takes these. */
export const DRAFTS: Lane = 'draft';

/** Where a step waits. `group`: those that must not take all the room by themselves. */
export type StepPlace = { lane: Lane; group?: string };

export type NextStep = { key: string; dueAt: number; place?: StepPlace };

/**
 * What is due next, with a set number of steps at once in this process; a key has one due time, the last one given, and is
 * never run twice at once. Where there is one process, it takes every lane, and its steps are not told which.
 */
export type Scheduler = {
  /** Takes the steps of these lanes from now on. May be called again, for more lanes. */
  start(step: (key: string, lane?: Lane) => Promise<void>, lanes?: readonly Lane[]): Promise<void>;
  /** Takes no more steps of these lanes: another process does so now. */
  leave(lanes: readonly Lane[]): Promise<void>;
  /** Replaces the key's due time. While the key's step runs, it is run again afterwards, when due. */
  at(key: string, dueAt: number, place?: StepPlace): Promise<void>;
  /** Gives its due time to each that neither has one nor runs: many at once. */
  fill(steps: readonly NextStep[]): Promise<void>;
  remove(key: string): Promise<void>;
  /** Those of the keys that have no due time and don't run. */
  missing(keys: readonly string[]): Promise<string[]>;
  /** Starts nothing more and waits for the steps under way. */
  stop(): Promise<void>;
  /** Keys that wait or run. */
  size(): Promise<number>;
  /** What waits in each lane; missing where there is one process, which takes all. */
  queues?(): Promise<QueueFacts[]>;
};

/** `oldestDueMs`: so long the first of them could have been taken. */
export type QueueFacts = { lane: Lane; waiting: number; oldestDueMs?: number };

/** Records by key that may be lost without losing a job: what was learnt, what was settled on. */
export type KeyValueStore = {
  get<T>(key: string): Promise<T | undefined>;
  /** With a time to live, the record is gone after it. */
  set(key: string, value: unknown, ttlMs?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  /** What lies under keys that start so, by key: a list of which each entry is written alone. */
  startingWith<T>(prefix: string): Promise<Map<string, T>>;
};

export type Log = {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
};
