/** What fal.ai's queue says and takes (fal.ai/docs, queue API and model page, 2026-11-21). */
import { z } from 'zod';
import type { Quality, RenderRequest } from '../../core/job/job.ts';
import type { UploadedFiles } from '../../core/ports.ts';
import { addresses, handleId, klingInput, noted, webLink } from '../shapes.ts';

export type FalQuality = Exclude<Quality, 'draft'>;

export const ENDPOINTS = {
  standard: 'fal-ai/kling-video/v2.6/standard/motion-control',
  pro: 'fal-ai/kling-video/v2.6/pro/motion-control',
} as const satisfies Record<FalQuality, string>;

export const OFFERS = [{ quality: 'standard' }, { quality: 'pro' }] as const;

/** Everything after the submit goes to the app alone, without its sub-path: with it, fal answers 405. */
export const APP = 'fal-ai/kling-video';

export const isFalQuality = (quality: Quality): quality is FalQuality => quality in ENDPOINTS;

export function inputOf(request: RenderRequest, uploaded: UploadedFiles) {
  return {
    ...(request.prompt ? { prompt: request.prompt } : {}),
    ...klingInput(request, uploaded),
  };
}

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
  quality: z.enum(['standard', 'pro']).optional(),
  ...addresses,
  ...noted,
});
export type FalOperation = z.infer<typeof operationShape>;
