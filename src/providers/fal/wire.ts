/** What fal.ai's queue says and takes (fal.ai/docs, queue API and model page, 2026-11-21). */
import { z } from 'zod';
import { QUALITIES, SCENES } from '../../core/job/job.ts';
import { addresses, handleId, noted, webLink } from '../shapes.ts';

export const statusAnswer = z.object({
  /** `IN_QUEUE`, `IN_PROGRESS` or `COMPLETED`, says its documentation. */
  status: z.string(),
  queue_position: z.number().int().nonnegative().nullish(),
  error: z.unknown().optional(),
  error_type: z.string().nullish(),
});

export const resultAnswer = z.object({ video: z.object({ url: webLink }) });

/** The two shapes of an error: of the model (a list) and of the request (a type beside a text). */
export const errorAnswer = z.object({
  detail: z
    .union([
      z.string(),
      z.array(
        z.object({
          type: z.string().catch(''),
          msg: z.string().catch(''),
          loc: z.array(z.union([z.string(), z.number()])).catch([]),
        }),
      ),
    ])
    .optional()
    .catch(undefined),
  error_type: z.string().optional().catch(undefined),
});
export type FalError = z.infer<typeof errorAnswer>;

export const cancelAnswer = z.object({
  status: z.enum(['OK', 'CANCELLATION_REQUESTED', 'ALREADY_COMPLETED', 'NOT_FOUND']),
});

/** Our handle of a request. */
export const operationShape = z.object({
  requestId: handleId,
  model: z.string().optional(),
  quality: z.enum(QUALITIES).optional(),
  scene: z.enum(SCENES).optional(),
  ...addresses,
  ...noted,
});
export type FalOperation = z.infer<typeof operationShape>;
