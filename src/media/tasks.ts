/**
 * The table of everything that runs in a child process. Each task imports its code when it first runs, so that
 * a child which only looks at pictures never loads FFmpeg, and the parent loads none of it.
 *
 * To add one: write `export async function name(args, context: TaskContext)` in a file of its own, then a line here
 * with its lane, its deadline and the zod shapes of its arguments and answer. `createPool` then knows it by name.
 */
import { z } from 'zod';
import { draftResultSchema } from './pose/draft-result.ts';
import {
  clipFactsSchema,
  imageFactsSchema,
  normalisedFactsSchema,
  outcomeSchema,
  shrunkSchema,
  videoFactsSchema,
} from './results.ts';
import { task } from './task.ts';

const VERDICT_MS = 10_000;
const NORMALISE_MS = 60_000;

const chartSchema = z.object({
  language: z.string(),
  totalMicros: z.int(),
  days: z.array(z.string()),
  series: z.array(z.object({ name: z.string(), micros: z.array(z.int()) })),
});
const one = z.object({ path: z.string() });
const inAndOut = one.extend({ toPath: z.string() });

export const TASKS = {
  checkImage: task({
    lane: 'quick',
    deadlineMs: VERDICT_MS,
    args: one,
    result: outcomeSchema(imageFactsSchema),
    run: async (args) => (await import('./image.ts')).checkImage(args),
  }),
  checkClip: task({
    lane: 'quick',
    deadlineMs: VERDICT_MS,
    args: one,
    result: outcomeSchema(clipFactsSchema),
    run: async (args) => (await import('./check-clip.ts')).checkClip(args),
  }),
  normaliseImage: task({
    lane: 'quick',
    deadlineMs: NORMALISE_MS,
    args: inAndOut,
    result: outcomeSchema(imageFactsSchema),
    run: async (args) => (await import('./image.ts')).normaliseImage(args),
  }),
  normaliseClip: task({
    lane: 'quick',
    deadlineMs: NORMALISE_MS,
    args: inAndOut.extend({
      maxSeconds: z.number().positive().optional(),
      loopToSeconds: z.number().positive().optional(),
    }),
    result: outcomeSchema(normalisedFactsSchema),
    run: async (args, context) => (await import('./normalise-clip.ts')).normaliseClip(args, context),
  }),
  probeVideo: task({
    lane: 'quick',
    deadlineMs: VERDICT_MS,
    args: one,
    result: videoFactsSchema.nullable(),
    run: async (args) => (await import('./probe-video.ts')).probeVideo(args),
  }),
  poster: task({
    lane: 'quick',
    deadlineMs: VERDICT_MS,
    args: inAndOut.extend({ maxSide: z.int() }),
    result: z.boolean(),
    run: async (args) => (await import('./poster.ts')).poster(args),
  }),
  findPerson: task({
    lane: 'quick',
    deadlineMs: VERDICT_MS,
    args: z.object({ imagePath: z.string(), clipPath: z.string() }),
    result: z.object({ image: z.boolean(), clip: z.boolean() }),
    run: async (args, context) => (await import('./pose/find-person.ts')).findPerson(args, context),
  }),
  chart: task({
    lane: 'quick',
    deadlineMs: VERDICT_MS,
    args: chartSchema,
    result: z.base64(),
    run: async (args) => (await import('./chart.ts')).chart(args),
  }),
  shrink: task({
    lane: 'slow',
    deadlineMs: 5 * 60_000,
    args: inAndOut.extend({ maxBytes: z.number().int().positive(), maxSide: z.number().int().positive() }),
    result: shrunkSchema.nullable(),
    run: async (args, context) => (await import('./shrink.ts')).shrink(args, context),
  }),
  renderDraft: task({
    lane: 'slow',
    deadlineMs: 300_000,
    args: z.object({
      imagePath: z.string(),
      clipPath: z.string(),
      toPath: z.string(),
      sound: z.boolean(),
      orientation: z.enum(['video', 'image']),
    }),
    result: draftResultSchema,
    run: async (args, context) => (await import('./pose/render-draft.ts')).renderDraft(args, context),
  }),
};
