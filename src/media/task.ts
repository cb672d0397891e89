/** What a task is: a function that runs in a child process, and the shape of what goes in and comes out. */
import { z } from 'zod';

/** `quick` is what a member waits for before a quote; `slow` is a render. A render never delays a verdict. */
export type Lane = 'quick' | 'slow';

export type TaskContext = {
  /** Tells the parent how much is done, 0 to 1. Cheap: call it per frame. */
  progress(share: number): void;
  /** Fires when nobody wants the result any more; what has not ended soon after is killed. */
  signal: AbortSignal;
};

export type Task<Args, Result> = {
  lane: Lane;
  /**
   * How much processor time the task may use, in all its threads, unless `run` is told otherwise. What others keep the
   * processors from doing for it does not count, nor does the queue, nor the start of the child.
   */
  budgetMs: number;
  args: z.ZodType<Args>;
  /** A child has handled bytes of strangers: what it answers is checked before it is believed. */
  result: z.ZodType<Result>;
  /**
   * Where another machine may do it: the arguments that are paths of files to read, and of the one to write, and those of
   * which each process has its own, as they are secret.
   */
  files?: { reads: readonly string[]; writes?: string; own?: readonly string[] };
  run(args: Args, context: TaskContext): Promise<Result>;
};

/** How a pool runs it. */
export type RunOptions = {
  /** When it fires, the task is taken from the queue or ended, and `run` rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Processor time; see the task's own. */
  budgetMs?: number;
  /** By the clock, from when the child begins with it. */
  wallMs?: number;
  /** In a fresh child, while nothing long runs beside it: a fair trial for a task that has once been over its budget. */
  alone?: boolean;
  /** It has waited in the queue before. */
  first?: boolean;
  /** 0 to 1, at most ten times a second. */
  onProgress?: (share: number) => void;
  /** The place in the lane's queue, 1 is next; 0 when the task starts. */
  onQueue?: (position: number) => void;
};

/** Gives a task its types; at run time it does nothing. */
export const task = <Args, Result>(definition: Task<Args, Result>): Task<Args, Result> => definition;

// biome-ignore lint/suspicious/noExplicitAny: a table of tasks of any arguments; `run` of the pool types each by name
export type TaskTable = Record<string, Task<any, any>>;
export type ArgsOf<T> = T extends Task<infer Args, infer _> ? Args : never;
export type ResultOf<T> = T extends Task<infer _, infer Result> ? Result : never;

export const toChildSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), name: z.string(), args: z.unknown() }),
  z.object({ type: z.literal('abort') }),
]);
export type ToChild = z.infer<typeof toChildSchema>;

const usageShape = { rssBytes: z.number().nonnegative(), processorMs: z.number().nonnegative() };
/** What a child takes: its memory now, and its processor time since it was started. */
export type Usage = z.infer<z.ZodObject<typeof usageShape>>;

export const fromChildSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('done'), result: z.unknown() }),
  z.object({ type: z.literal('failed'), message: z.string() }),
  z.object({ type: z.literal('progress'), share: z.number().min(0).max(1) }),
  /** The task begins now, in a child that has used so much processor time for other things. */
  z.object({ type: z.literal('began'), processorMs: z.number().nonnegative() }),
  z.object({ type: z.literal('usage'), ...usageShape }),
]);
export type FromChild = z.infer<typeof fromChildSchema>;
