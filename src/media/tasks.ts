/**
 * The table of everything that runs in a child process. Each task imports its code when it first runs, so that
 * a child which only looks at pictures never loads FFmpeg, and the parent loads none of it.
 *
 * To add one: write `export async function name(args, context: TaskContext)` in a file of its own, then a line here
 * with its lane, its budget of processor time, the zod shapes of its arguments and answer and, where another machine may do
 * it, which arguments are files. `createPool` then knows it by name.
 */
import { z } from 'zod';
import { draftResultSchema } from '../../puppet/draft-result.ts';
import { boxSchema, clipLookSchema, pictureLookSchema, spanSchema } from '../core/coach/look.ts';
import { markFactsSchema } from './mark/facts.ts';
import {
  chartSchema,
  clipFactsSchema,
  clipLimitsSchema,
  hashesSchema,
  imageFactsSchema,
  imageLimitsSchema,
  markedSchema,
  normalisedFactsSchema,
  outcomeSchema,
  shrunkSchema,
  signedSchema,
  videoFactsSchema,
} from './results.ts';
import { task } from './task.ts';

/** Two cores for ten seconds: no good file that was tried took half of it. */
const VERDICT_MS = 20_000;
const FIND_PERSON_MS = 16_000;
const LOOK_MS = 20_000;
const NORMALISE_MS = 120_000;
const RENDER_MS = 600_000;
/** Nothing is encoded: a file of 30 MB takes about a second. */
const MARK_MS = 60_000;

const READS = { reads: ['path'] };
const READS_AND_WRITES = { ...READS, writes: 'toPath' };
const MARKS = { ...READS_AND_WRITES, own: ['signer'] };

const one = z.object({ path: z.string() });
const inAndOut = one.extend({ toPath: z.string() });
const withoutSound = z.boolean().optional();
const clip = one.extend({ withoutSound });
const clipInAndOut = inAndOut.extend({ withoutSound });
const markArgs = inAndOut.extend({
  facts: markFactsSchema,
  origin: z.string().optional(),
  signer: z.object({ key: z.string(), chain: z.array(z.string()) }).optional(),
});

export const TASKS = {
  checkImage: task({
    lane: 'quick',
    budgetMs: VERDICT_MS,
    files: READS,
    args: one.extend({ limits: imageLimitsSchema.optional() }),
    result: outcomeSchema(imageFactsSchema),
    run: async (args) => (await import('./image.ts')).checkImage(args),
  }),
  checkClip: task({
    lane: 'quick',
    budgetMs: VERDICT_MS,
    files: READS,
    args: clip.extend({ limits: clipLimitsSchema.optional() }),
    result: outcomeSchema(clipFactsSchema),
    run: async (args) => (await import('./check-clip.ts')).checkClip(args),
  }),
  normaliseImage: task({
    lane: 'quick',
    budgetMs: NORMALISE_MS,
    files: READS_AND_WRITES,
    args: inAndOut.extend({ limits: imageLimitsSchema.optional(), crop: boxSchema.optional() }),
    result: outcomeSchema(imageFactsSchema),
    run: async (args) => (await import('./image.ts')).normaliseImage(args),
  }),
  normaliseClip: task({
    lane: 'quick',
    budgetMs: NORMALISE_MS,
    files: READS_AND_WRITES,
    args: clipInAndOut.extend({
      fromSeconds: z.number().nonnegative().optional(),
      maxSeconds: z.number().positive().optional(),
      loopToSeconds: z.number().positive().optional(),
      limits: clipLimitsSchema.optional(),
    }),
    result: outcomeSchema(normalisedFactsSchema),
    run: async (args, context) => (await import('./normalise-clip.ts')).normaliseClip(args, context),
  }),
  probeVideo: task({
    lane: 'quick',
    budgetMs: VERDICT_MS,
    files: READS,
    args: clip.extend({ withoutDecoding: z.boolean().optional() }),
    result: videoFactsSchema.nullable(),
    run: async (args) => (await import('./probe-video.ts')).probeVideo(args),
  }),
  poster: task({
    lane: 'quick',
    budgetMs: VERDICT_MS,
    files: READS_AND_WRITES,
    args: clipInAndOut.extend({ maxSide: z.int() }),
    result: z.boolean(),
    run: async (args) => (await import('./poster.ts')).poster(args),
  }),
  pictureHash: task({
    lane: 'quick',
    budgetMs: VERDICT_MS,
    files: READS,
    args: one,
    result: z.object({ plain: z.string(), mirrored: z.string(), middles: z.array(z.string()) }).nullable(),
    run: async (args) => (await import('./picture-hash.ts')).pictureHash(args),
  }),
  findPerson: task({
    lane: 'quick',
    budgetMs: FIND_PERSON_MS,
    files: { reads: ['imagePath', 'clipPath'] },
    args: z.object({ imagePath: z.string(), clipPath: z.string() }),
    result: z.object({ image: z.boolean(), clip: z.boolean() }),
    run: async (args, context) => (await import('../../puppet/find-person.ts')).findPerson(args, context),
  }),
  lookAtPicture: task({
    lane: 'quick',
    budgetMs: LOOK_MS,
    files: READS,
    args: one,
    result: pictureLookSchema.nullable(),
    run: async (args) => (await import('./look/look-at-picture.ts')).lookAtPicture(args),
  }),
  lookAtClip: task({
    lane: 'quick',
    budgetMs: LOOK_MS,
    files: READS,
    args: clip,
    result: clipLookSchema.nullable(),
    run: async (args, context) => (await import('./look/look-at-clip.ts')).lookAtClip(args, context),
  }),
  contactSheet: task({
    lane: 'quick',
    budgetMs: LOOK_MS,
    args: z.object({
      toPath: z.string(),
      picture: one
        .extend({
          look: pictureLookSchema,
          crop: boxSchema.exactOptional(),
          chosen: z.int().positive().exactOptional(),
        })
        .exactOptional(),
      clip: one.extend({ look: clipLookSchema, stretch: spanSchema.exactOptional() }).exactOptional(),
    }),
    result: z.boolean(),
    run: async (args) => (await import('./sheet/contact-sheet.ts')).contactSheet(args),
  }),
  preview: task({
    lane: 'quick',
    budgetMs: LOOK_MS,
    files: READS_AND_WRITES,
    args: inAndOut.extend({ of: z.enum(['image', 'clip']) }),
    result: z.boolean(),
    run: async (args) => (await import('./preview.ts')).preview(args),
  }),
  previewSheet: task({
    lane: 'quick',
    budgetMs: LOOK_MS,
    args: z.object({
      tiles: z.array(z.object({ path: z.string().optional(), number: z.int().positive().optional() })),
      toPath: z.string(),
    }),
    result: z.boolean(),
    run: async (args) => (await import('./preview.ts')).previewSheet(args),
  }),
  readSigned: task({
    lane: 'quick',
    budgetMs: VERDICT_MS,
    args: one.extend({
      roots: z.array(z.string()),
      lent: z.object({ leaf: z.string(), root: z.string() }).optional(),
    }),
    result: signedSchema.nullable(),
    run: async ({ path, roots, lent }) =>
      (await (await import('./mark/c2pa.ts')).readSigned(path, roots, lent)) ?? null,
  }),
  frameHashes: task({
    lane: 'quick',
    budgetMs: VERDICT_MS,
    files: READS,
    args: clip.extend({ asked: z.boolean() }),
    result: hashesSchema.nullable(),
    run: async (args) => (await import('./verify/frame-hashes.ts')).frameHashes(args),
  }),
  showsRealPerson: task({
    lane: 'quick',
    budgetMs: FIND_PERSON_MS,
    files: READS,
    args: one,
    result: z.boolean(),
    run: async (args) => (await import('./mark/real-person.ts')).showsRealPerson(args),
  }),
  chart: task({
    lane: 'quick',
    budgetMs: VERDICT_MS,
    args: chartSchema,
    result: z.base64(),
    run: async (args) => (await import('./chart.ts')).chart(args),
  }),
  shrink: task({
    lane: 'slow',
    budgetMs: RENDER_MS,
    files: READS_AND_WRITES,
    args: clipInAndOut.extend({
      maxBytes: z.number().int().positive(),
      maxSide: z.number().int().positive(),
    }),
    result: shrunkSchema.nullable(),
    run: async (args, context) => (await import('./shrink.ts')).shrink(args, context),
  }),
  mark: task({
    lane: 'quick',
    budgetMs: MARK_MS,
    files: MARKS,
    args: markArgs,
    result: markedSchema.nullable(),
    run: async (args, context) => (await import('./mark/mark.ts')).mark({ ...args, plate: false }, context),
  }),
  markWithPlate: task({
    lane: 'slow',
    budgetMs: RENDER_MS,
    files: MARKS,
    args: markArgs,
    result: markedSchema.nullable(),
    run: async (args, context) => (await import('./mark/mark.ts')).mark({ ...args, plate: true }, context),
  }),
  trial: task({
    lane: 'quick',
    budgetMs: VERDICT_MS,
    args: z.object({ toPath: z.string() }),
    result: z.number(),
    run: async (args) => (await import('./trial.ts')).trial(args),
  }),
  renderDraft: task({
    lane: 'slow',
    budgetMs: RENDER_MS,
    args: z.object({
      imagePath: z.string(),
      clipPath: z.string(),
      toPath: z.string(),
      sound: z.boolean(),
      orientation: z.enum(['video', 'image']),
    }),
    result: draftResultSchema,
    run: async (args, context) => (await import('../../puppet/render-draft.ts')).renderDraft(args, context),
  }),
};
