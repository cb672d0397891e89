/** What RunPod's endpoint says and takes (docs.runpod.io, Kling v2.6 motion control and operations, 2026-11-21). */
import { z } from 'zod';
import type { RenderRequest } from '../../core/job/job.ts';
import type { UploadedFiles } from '../../core/ports.ts';
import type { BilledOffer } from '../billing.ts';
import { handleId, noted, webLink } from '../shapes.ts';

/** Each started block of 3 s costs the same (RunPod's page; it lists up to 9 s, the bill itself says more). */
export const OFFERS = [
  {
    model: 'kling-2.6',
    quality: 'standard',
    endpoint: 'kling-v2-6-std-motion-control',
    bills: { micros: 210_000, blockSeconds: 3 },
  },
] as const satisfies readonly BilledOffer[];

/** A render takes 8 to 12 minutes; without this RunPod stops it after 10. */
const EXECUTION_TIMEOUT_MS = 30 * 60_000;

export function bodyOf(request: RenderRequest, uploaded: UploadedFiles, webhook: string | undefined) {
  return {
    input: {
      image: uploaded.image,
      video: uploaded.clip,
      character_orientation: request.orientation,
      ...(request.prompt ? { prompt: request.prompt } : {}),
      ...(request.negativePrompt ? { negative_prompt: request.negativePrompt } : {}),
      keep_original_sound: request.sound,
    },
    policy: { executionTimeout: EXECUTION_TIMEOUT_MS },
    ...(webhook ? { webhook } : {}),
  };
}

export const submitAnswer = z.object({ id: handleId });

export const statusAnswer = z.object({
  /** `IN_QUEUE`, `IN_PROGRESS`, `RUNNING`, `COMPLETED`, `FAILED`, `CANCELLED` or `TIMED_OUT`, says its documentation. */
  status: z.string(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
});

export const cancelAnswer = z.object({ status: z.string() });

/** The video's address, in any of the shapes that this endpoint and its siblings use. */
export const videoOutput = z.union([
  webLink.transform((url) => ({ url, cost: undefined })),
  z
    .object({
      video_url: webLink.optional(),
      result: webLink.optional().catch(undefined),
      url: webLink.optional(),
      video: webLink.optional().catch(undefined),
      cost: z.number().nonnegative().optional().catch(undefined),
    })
    .transform(({ video_url, result, url, video, cost }, ctx) => {
      const found = video_url ?? result ?? url ?? video;
      if (found) return { url: found, cost };
      ctx.addIssue({ code: 'custom', message: 'no address of a video' });
      return z.NEVER;
    }),
]);

/** An error that hides in the output, whatever the status says. */
export const errorOutput = z.object({
  error: z.unknown().refine((error) => error !== undefined && error !== null && error !== ''),
});

/** The 404 of a job is JSON (a problem document); that of an endpoint is plain text. */
export const noSuchJob = z.object({});

/** Our handle of a job. */
export const operationShape = z.object({
  id: handleId,
  ...noted,
});
export type RunpodOperation = z.infer<typeof operationShape>;
