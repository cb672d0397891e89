/** The queue of work on pictures and clips that one process has no core for, and any other may do. */

/** A file that a task reads; `argument`: in which it is told the path. */
export type TaskFile = { argument: string; key: string; bytes: number };

export type SharedTask = {
  /** The process that waits for it. */
  from: string;
  name: string;
  /** Without paths, which mean nothing elsewhere, and without secrets, which the database must not see. */
  args: Record<string, unknown>;
  /** Arguments of which each process has its own. */
  own: string[];
  budgetMs?: number | undefined;
  reads: TaskFile[];
  /** `extension`: of the file that is to be written. */
  writes?: { argument: string; extension: string } | undefined;
};

/** What came of it. `file`: what was written; missing where nothing was. */
export type TaskAnswer = { result: unknown; file?: { key: string; bytes: number } | undefined };

/** `lost`: there is nobody who does it, or ever will: it was taken, and did not succeed, or is not there. */
type TaskState = { state: 'waits' | 'taken' | 'lost' } | { state: 'done'; answer: TaskAnswer };

/** Nothing here is needed to go on: who has asked does it by itself where this fails. Throws StoreError. */
export type TaskQueue = {
  /** Answers with its id. */
  put(task: SharedTask): Promise<string>;
  look(id: string): Promise<TaskState>;
  /** Nobody wants it any more. */
  drop(id: string): Promise<void>;
  /** What waits and nobody else has taken, the oldest first. It has to be heard of again within ten seconds. */
  take(atMost: number): Promise<{ id: string; task: SharedTask }[]>;
  /** Still at work on these; answers with those of them that are still wanted. */
  beat(ids: readonly string[]): Promise<ReadonlySet<string>>;
  done(id: string, answer: TaskAnswer): Promise<void>;
  /** It did not succeed here, and nobody else is to try. */
  fail(id: string): Promise<void>;
};
