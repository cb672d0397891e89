/** The shapes of what the media tasks are asked and answer, checked when it goes into a child and comes out of it. */
import { z } from 'zod';
import type { ClipFacts, ImageFacts } from '../core/media.ts';
import type { ClipLimits, ImageLimits } from '../core/models/model.ts';
import type { Outcome, Refusal } from '../core/refusals.ts';

const count = z.number().int().nonnegative();
const size = { width: count, height: count };

export const imageFactsSchema = z.object({
  mime: z.string(),
  ...size,
  bytes: count,
}) satisfies z.ZodType<ImageFacts>;

export const clipFactsSchema = z.object({
  container: z.string(),
  ...size,
  durationMs: z.number().nonnegative(),
  fps: z.number().nonnegative(),
  hasSound: z.boolean(),
  bytes: count,
  cameraMoves: z.boolean(),
  soundUnreadable: z.literal(true).exactOptional(),
}) satisfies z.ZodType<ClipFacts>;

export const normalisedFactsSchema = clipFactsSchema.omit({ cameraMoves: true, soundUnreadable: true });

export const videoFactsSchema = z.object({ ...size, durationMs: z.number().nonnegative() });

export const shrunkSchema = videoFactsSchema.extend({ bytes: count });

const side = z.number().int().positive();
export const imageLimitsSchema = z.object({
  minSide: side,
  maxSide: side,
  maxShortSide: side.exactOptional(),
  maxRatio: z.number().min(1).exactOptional(),
  maxBytes: side,
  formats: z.array(z.string()).readonly(),
}) satisfies z.ZodType<ImageLimits>;
export const clipLimitsSchema = imageLimitsSchema.extend({
  minSeconds: z.number(),
  maxSeconds: z.object({ video: z.number(), image: z.number() }),
  maxFps: side.exactOptional(),
}) satisfies z.ZodType<ClipLimits>;

export const markedSchema = videoFactsSchema.extend({ unsigned: z.string().exactOptional() });

export const signedSchema = z.object({
  state: z.enum(['ours', 'others', 'changed']),
  title: z.string().exactOptional(),
});

/** What a chart is drawn from. */
export const chartSchema = z.object({
  language: z.string(),
  totalMicros: z.int(),
  days: z.array(z.string()),
  series: z.array(z.object({ name: z.string(), micros: z.array(z.int()) })),
});

export const hashesSchema = z.object({ reference: z.base64(), queries: z.array(z.base64()) });

/** The refusals that the media tasks know; the others are the core's. */
const refusalSchema = z.union([
  z.object({ code: z.literal('not-an-image'), found: z.string().exactOptional() }),
  z.object({ code: z.literal('not-a-video'), found: z.string().exactOptional() }),
  z.object({ code: z.literal('broken-file'), what: z.enum(['image', 'clip']) }),
  z.object({ code: z.literal('clip-undecodable'), found: z.string(), encrypted: z.boolean() }),
  z.object({ code: z.literal('no-picture-in-clip') }),
  z.object({ code: z.literal('image-too-small'), ...size, minSide: count }),
  z.object({ code: z.literal('image-too-large'), by: z.literal('pixels'), ...size, maxPixels: count }),
  z.object({ code: z.literal('image-too-large'), by: z.literal('bytes'), bytes: count, maxBytes: count }),
  z.object({ code: z.literal('image-bad-ratio'), ...size, maxRatio: z.number() }),
  z.object({ code: z.literal('clip-too-small'), ...size, minSide: count }),
  z.object({ code: z.literal('clip-bad-ratio'), ...size, maxRatio: z.number() }),
  z.object({ code: z.literal('clip-too-large'), by: z.literal('pixels'), ...size, maxSide: count }),
  z.object({ code: z.literal('clip-too-large'), by: z.literal('bytes'), bytes: count, maxBytes: count }),
]) satisfies z.ZodType<Refusal>;

export const outcomeSchema = <T>(value: z.ZodType<T>): z.ZodType<Outcome<T>> =>
  z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), refusal: refusalSchema }),
  ]);
