/** The job as it lies on disk. It must be the type of core/job.ts exactly: what it does not know is lost when read. */
import { z } from 'zod';
import { PLATFORMS } from '../chat/catalog.ts';
import { boxSchema, spanSchema } from '../core/coach/look.ts';
import {
  FORMS,
  type Job,
  LABELS,
  QUALITIES,
  QUOTE_WARNINGS,
  REPORT_REASONS,
  SCENES,
  SPEEDS,
  STOPS,
} from '../core/job/job.ts';
import { FAILURE_CODES } from '../core/refusals.ts';

const failureCode = z.enum(FAILURE_CODES);
const anything = z.record(z.string(), z.unknown());
const storedFile = z.object({ key: z.string(), bytes: z.number(), mime: z.string() });

const namedFile = storedFile.extend({
  name: z.string().exactOptional(),
  postedBy: z.string().exactOptional(),
  item: z.string().exactOptional(),
  croppedFrom: z
    .object({
      sha256: z.string(),
      looks: z
        .object({ plain: z.string(), mirrored: z.string(), middles: z.array(z.string()) })
        .exactOptional(),
    })
    .exactOptional(),
});
const video = storedFile.extend({ width: z.number(), height: z.number(), durationMs: z.number() });

const quote = z.object({
  provider: z.string(),
  micros: z.int(),
  seconds: z.number(),
  notes: z.array(
    z.enum([
      'orientation-from-camera',
      'negative-prompt-ignored',
      'price-is-approximate',
      'price-from-table',
      'price-at-most',
      'prompt-ignored',
      'orientation-ignored',
      'sound-unsure',
      'trimmed',
      'looped',
      'no-cancel',
      'relaxed',
      'draft',
    ]),
  ),
  warnings: z.array(z.enum(QUOTE_WARNINGS)),
  usualMs: z.number().exactOptional(),
});

const operation = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const base = z.object({
  id: z.string(),
  code: z.string(),
  requester: z.object({
    platform: z.string().refine((platform) => PLATFORMS.includes(platform)),
    spaceId: z.string(),
    memberId: z.string(),
    channelId: z.string().exactOptional(),
    forAdults: z.boolean().exactOptional(),
    roles: z.array(z.string()).readonly().exactOptional(),
    target: anything,
  }),
  request: z.object({
    // Any text: a job stays readable when its model is no longer built in.
    model: z.string().exactOptional(),
    scene: z.enum(SCENES).exactOptional(),
    speed: z.enum(SPEEDS).exactOptional(),
    quality: z.enum(QUALITIES),
    orientation: z.enum(['video', 'image']),
    sound: z.boolean(),
    prompt: z.string().exactOptional(),
    negativePrompt: z.string().exactOptional(),
    clipSeconds: z.number(),
    stretch: spanSchema.exactOptional(),
    crop: boxSchema.exactOptional(),
  }),
  inputs: z.object({
    image: namedFile,
    clip: namedFile.extend({
      durationMs: z.number(),
      width: z.number().exactOptional(),
      height: z.number().exactOptional(),
    }),
  }),
  quote,
  attempts: z.array(
    z.object({
      provider: z.string(),
      at: z.number(),
      outcome: z.enum(['sent', 'refused', 'not-sent', 'unknown']),
      code: failureCode.exactOptional(),
      isCopy: z.literal(true).exactOptional(),
    }),
  ),
  createdAt: z.number(),
  updatedAt: z.number(),
  deadlineAt: z.number(),
  cast: z.array(z.string()).readonly().exactOptional(),
  findings: z.array(z.string()).readonly().exactOptional(),
  unfetched: z.object({ operation: operation.exactOptional() }).exactOptional(),
  rev: z.int().exactOptional(),
  hidden: z
    .object({ reason: z.enum(REPORT_REASONS), since: z.number(), locked: z.literal(true).exactOptional() })
    .exactOptional(),
});

const sent = base.extend({ provider: z.string(), submittedAt: z.number() });
const uploaded = z.object({ image: z.string(), clip: z.string() });
const full = uploaded.extend({ provider: z.string(), since: z.number() }).exactOptional();
const unanswered = z.object({ provider: z.string(), since: z.number() }).exactOptional();
const atProvider = sent.extend({
  operation,
  cancelAskedAt: z.number().exactOptional(),
  cancelTriedAt: z.number().exactOptional(),
});
const finished = atProvider.extend({
  costMicros: z.int(),
  video,
  completedAt: z.number(),
  marked: z.object({ video, label: z.enum(LABELS), marks: z.enum(['signed', 'xmp']) }).exactOptional(),
  smaller: video.exactOptional(),
  rungs: z
    .array(
      z.object({
        at: z.number(),
        form: z.enum(FORMS),
        outcome: z.enum(['delivered', 'too-large', 'nowhere', 'failed']),
      }),
    )
    .default([]),
});
const ended = base.extend({ provider: z.string().exactOptional(), costMicros: z.int(), endedAt: z.number() });

const phase = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rendering'), progress: z.number().exactOptional() }),
  z.object({
    kind: z.literal('fetching'),
    result: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('url'), url: z.string() }),
      z.object({ kind: z.literal('file') }),
    ]),
    costMicros: z.int().exactOptional(),
    since: z.number(),
  }),
]);

export const jobSchema = z.discriminatedUnion('state', [
  base.extend({ state: z.literal('created'), place: z.number().exactOptional(), full, unanswered }),
  base.extend({
    state: z.literal('asking'),
    stop: z.object({ provider: z.string(), why: z.enum(STOPS) }),
    instead: quote,
    until: z.number(),
  }),
  sent.extend({
    state: z.literal('submitting'),
    uploaded: uploaded.exactOptional(),
    account: z.string().exactOptional(),
    firstSubmittedAt: z.number().exactOptional(),
    full,
  }),
  sent.extend({
    state: z.literal('unknown'),
    uploaded: uploaded.exactOptional(),
    account: z.string().exactOptional(),
    firstSubmittedAt: z.number().exactOptional(),
    candidate: operation.exactOptional(),
  }),
  atProvider.extend({ state: z.literal('queued'), position: z.number().exactOptional() }),
  atProvider.extend({ state: z.literal('running'), startedAt: z.number(), phase }),
  finished.extend({
    state: z.literal('completed'),
    deliveryTries: z.number(),
    unshrunk: z.object({ maxBytes: z.number(), tries: z.number(), until: z.number() }).exactOptional(),
  }),
  finished.extend({
    state: z.literal('delivered'),
    deliveredAt: z.number(),
    receipt: z.object({ rung: z.string(), at: z.number(), details: anything.exactOptional() }),
  }),
  ended.extend({
    state: z.literal('failed'),
    failure: failureCode,
    unsettledMicros: z.int().exactOptional(),
  }),
  ended.extend({ state: z.literal('cancelled'), by: z.literal('provider').exactOptional() }),
]) satisfies z.ZodType<Job>;

// An optional field that the schema forgot would still satisfy the type above, and be lost. So both are written out
// in one form and compared as a whole: this line does not compile when they differ.
true satisfies Same<Plain<Job>, Plain<z.output<typeof jobSchema>>>;

type Plain<T> = T extends object ? { -readonly [K in keyof T]: Plain<T[K]> } : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
