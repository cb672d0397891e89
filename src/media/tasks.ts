/**
 * The table of everything that runs in a child process. Each task imports its code when it first runs, so that
 * a child which only looks at pictures never loads FFmpeg, and the parent loads none of it.
 *
 * To add one: write `export async function name(args, context: TaskContext)` in a file of its own, then a line here
 * with its lane, its deadline and the zod shapes of its arguments and answer. `createPool` then knows it by name.
 */
import type { TaskTable } from './task.ts';

export const TASKS = {} satisfies TaskTable;
