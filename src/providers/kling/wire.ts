/**
 * What Kling's own API says and takes: the new generation of its paths (kling.ai's developer pages of September 2026,
 * and live probes that developers published).
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RenderRequest } from '../../core/job/job.ts';
import { modelOf } from '../../core/models/registry.ts';
import type { UploadedFiles } from '../../core/ports.ts';
import type { Micros } from '../../core/price/money.ts';
import type { BilledOffer } from '../billing.ts';
import { handleId, noted, webLink } from '../shapes.ts';

/** A unit of what the packs hold. */
const UNIT_MICROS = 140_000;

/** By the second of the video: half a unit to 1.2 units. */
export const OFFERS = [
  {
    model: 'kling-2.6',
    quality: 'standard',
    endpoint: 'motion-control/kling-2.6',
    bills: { micros: 70_000 },
  },
  { model: 'kling-2.6', quality: 'pro', endpoint: 'motion-control/kling-2.6', bills: { micros: 112_000 } },
  {
    model: 'kling-3.0',
    quality: 'standard',
    endpoint: 'motion-control/kling-3.0',
    bills: { micros: 126_000 },
  },
  { model: 'kling-3.0', quality: 'pro', endpoint: 'motion-control/kling-3.0', bills: { micros: 168_000 } },
] as const satisfies readonly BilledOffer[];

export function offerOf(request: RenderRequest): BilledOffer | undefined {
  const { id } = modelOf(request);
  if (request.scene === 'clip') return undefined;
  return OFFERS.find(({ model, quality }) => model === id && quality === request.quality);
}

/**
 * Our own id of a task: the same for the same job, and never another's. The addresses of its files stand in it, as two bots
 * on one account may come to the same id of a job. A job's id may hold what Kling does not take.
 */
export const externalIdOf = (jobId: string, { image, clip }: UploadedFiles): string =>
  `${externalIdsOf(jobId)}${digestOf(`${image}\n${clip}`)}`;

/** How all of the job's begin, whatever its files. */
export const externalIdsOf = (jobId: string): string => `strut-${digestOf(jobId)}-`;

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

export function bodyOf(
  jobId: string,
  request: RenderRequest,
  uploaded: UploadedFiles,
  callbackUrl: string | undefined,
) {
  return {
    contents: [
      ...(request.prompt ? [{ type: 'prompt', text: request.prompt }] : []),
      { type: 'image', url: uploaded.image },
      { type: 'video', url: uploaded.clip },
    ],
    settings: {
      character_orientation: request.orientation,
      audio: request.sound ? 'original' : 'off',
      resolution: request.quality === 'pro' ? '1080p' : '720p',
    },
    options: {
      ...(callbackUrl ? { callback_url: callbackUrl } : {}),
      external_task_id: externalIdOf(jobId, uploaded),
      watermark_info: { enabled: false },
    },
  };
}

/** Every answer has a code, which is not 0 where something is wrong, also inside an HTTP 200. */
export const coded = z.object({
  code: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]),
  message: z.string().catch(''),
});

export const createAnswer = z.object({ data: z.object({ id: handleId }) });

/** Whether amounts are numbers or texts, its documents don't say. */
const amount = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .pipe(z.number().nonnegative().max(1_000_000));
const bill = z.union([
  z
    .object({ charge_type: z.literal('unit'), amount })
    .transform((one) => Math.round(one.amount * UNIT_MICROS)),
  z
    .object({ charge_type: z.literal('cash'), currency: z.literal('USD'), amount })
    .transform((one) => Math.round(one.amount * 1_000_000)),
]);

/** The sum of what it names; undefined where it names nothing, or anything that we can't read. */
const billing = z
  .array(bill)
  .nonempty()
  .transform((all): Micros => all.reduce((sum, micros) => sum + micros, 0))
  .optional()
  .catch(undefined);

const task = z.object({
  id: handleId,
  status: z.string(),
  message: z.string().nullish(),
  create_time: z.number().optional().catch(undefined),
  external_id: z.string().nullish(),
  outputs: z
    .array(z.object({ type: z.string().optional(), url: webLink.optional().catch(undefined) }))
    .optional()
    .catch(undefined),
  billing,
});
export type KlingTask = z.infer<typeof task>;

export const tasksAnswer = z.object({ data: z.array(task) });

/** Our handle of a job. */
export const operationShape = z.object({ id: handleId, ...noted });
export type KlingOperation = z.infer<typeof operationShape>;
