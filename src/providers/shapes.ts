/** The shapes that the wires of queue APIs have in common. */
import { z } from 'zod';
import type { RenderRequest } from '../core/job/job.ts';
import type { UploadedFiles } from '../core/ports.ts';
import type { Micros } from '../core/price/money.ts';

/** It goes into addresses of ours, so nothing but what ids are made of. */
export const handleId = z.string().regex(/^[\w-]{1,128}$/);
/** An address that somebody fetches a video from. */
export const webLink = z.url({ protocol: /^https?$/ });

/** What we note of every job beside the provider's own handle. One that a webhook brought knows only its id. */
export const noted = { submittedAt: z.number().optional(), quoteMicros: z.number().optional() };
export type SubmissionNote = { submittedAt?: number | undefined; quoteMicros?: Micros | undefined };

/** The addresses that some submits answer with, as we note them. */
export const addresses = {
  statusUrl: z.string().optional(),
  resultUrl: z.string().optional(),
  cancelUrl: z.string().optional(),
};
export type Addresses = { [K in keyof typeof addresses]?: string | undefined };

/** What fal.ai and RunComfy answer a submit with. Each has a name of its own for the result's address. */
export const submitAnswer = z
  .object({
    request_id: handleId,
    status_url: z.string().optional(),
    response_url: z.string().optional(),
    result_url: z.string().optional(),
    cancel_url: z.string().optional(),
  })
  .transform(({ request_id: requestId, status_url, response_url, result_url, cancel_url }) => {
    const all = { statusUrl: status_url, resultUrl: response_url ?? result_url, cancelUrl: cancel_url };
    const told: Record<string, string> = Object.fromEntries(
      Object.entries(all).flatMap(([name, url]) => (url ? [[name, url]] : [])),
    );
    return { requestId, ...told };
  });

/** Kling's motion control by its own names: whoever resells it hands them on. */
export const klingInput = (
  { sound, orientation }: Pick<RenderRequest, 'sound' | 'orientation'>,
  { image, clip }: UploadedFiles,
) => ({
  image_url: image,
  video_url: clip,
  keep_original_sound: sound,
  character_orientation: orientation,
});

/** For those that require a prompt: it asks for nothing that the clip doesn't show. */
export const NEUTRAL_PROMPT = 'The character performs the movements of the reference video.';
