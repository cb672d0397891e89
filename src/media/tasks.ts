/**
 * The table of everything that runs in a child process. Each task imports its code when it first runs, so that
 * a child which only looks at pictures never loads FFmpeg, and the parent loads none of it.
 *
 * To add one: write `export async function name(args, context: TaskContext)` in a file of its own, then a line here
 * with its lane, its deadline and the zod shapes of its arguments and answer. `createPool` then knows it by name.
 */
import { z } from 'zod';
import { clipFactsSchema, imageFactsSchema, outcomeSchema } from './results.ts';
import { task } from './task.ts';

const inAndOut = z.object({ path: z.string(), toPath: z.string() });

export const TASKS = {
  checkImage: task({
    lane: 'quick',
    deadlineMs: 10_000,
    args: z.object({ path: z.string() }),
    result: outcomeSchema(imageFactsSchema),
    run: async (args) => (await import('./image.ts')).checkImage(args),
  }),
  checkClip: task({
    lane: 'quick',
    deadlineMs: 10_000,
    args: z.object({ path: z.string() }),
    result: outcomeSchema(clipFactsSchema),
    run: async (args) => (await import('./check-clip.ts')).checkClip(args),
  }),
  normaliseImage: task({
    lane: 'quick',
    deadlineMs: 60_000,
    args: inAndOut,
    result: outcomeSchema(imageFactsSchema),
    run: async (args) => (await import('./image.ts')).normaliseImage(args),
  }),
};
