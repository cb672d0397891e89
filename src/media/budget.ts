/** What a task may take of the machine. */
import type { Lane, Task, Usage } from './task.ts';
import { TaskOutOfMemory, TaskOutOfTime, type TaskOverBudget } from './task-errors.ts';

export const MAX_RSS_BYTES = 700_000_000;

/**
 * By the clock a task may take so many times its processor time. That is for what hangs without working: a child that
 * gets a tenth of a core, of a machine that is ten times overloaded, ends in time.
 */
const WALL_PER_BUDGET = 15;
/** Where that would be hours: what hangs holds its child all that time, what members wait for up to three times over. */
const LONGEST_WALL_MS = { quick: 600_000, slow: 3_600_000 } satisfies Record<Lane, number>;

export const wallMsOf = ({ lane, budgetMs }: Pick<Task<unknown, unknown>, 'lane' | 'budgetMs'>): number =>
  Math.min(budgetMs * WALL_PER_BUDGET, LONGEST_WALL_MS[lane]);

/** A child is started in half a second of processor time; one that has not begun after so long never will. */
export const START_WALL_MS = 300_000;

/** `beganMs`: the child's processor time when it began with the task; undefined before it has. */
export function excessOf(
  { name, budgetMs }: { name: string; budgetMs: number },
  { rssBytes, processorMs }: Usage,
  beganMs: number | undefined,
  maxRssBytes: number,
): TaskOverBudget | undefined {
  if (rssBytes > maxRssBytes) return new TaskOutOfMemory(name, rssBytes, maxRssBytes);
  const usedMs = processorMs - (beganMs ?? processorMs);
  return usedMs > budgetMs ? new TaskOutOfTime(name, usedMs, budgetMs) : undefined;
}
