/** What the core asks of the machine that it runs on, beside files: what is due next, small records, a log. */

/** What is due next. One timer for all jobs, a set number of steps at once; a key has one due time, the last one given. */
export type Scheduler = {
  start(step: (key: string) => Promise<void>): void;
  /** Replaces the key's due time. While the key's step runs, it is run again afterwards, when due. */
  at(key: string, dueAt: number): void;
  remove(key: string): void;
  /** Starts nothing more and waits for the steps under way. */
  stop(): Promise<void>;
  /** Keys that wait or run. */
  size(): number;
};

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
