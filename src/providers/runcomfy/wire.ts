/** What RunComfy's Model API says and takes (runcomfy.com, Kling 2.6 motion control, 2026-11-21). */
import { z } from 'zod';
import type { RenderRequest } from '../../core/job/job.ts';
import type { UploadedFiles } from '../../core/ports.ts';
import type { BilledOffer } from '../billing.ts';
import { addresses, handleId, klingInput, NEUTRAL_PROMPT, noted, webLink } from '../shapes.ts';

/** What others ask for the same model: used while RunComfy names no price of its own, and said to be about right. */
export const OFFERS = [
  {
    model: 'kling-2.6',
    quality: 'standard',
    endpoint: 'kling/kling-2-6/motion-control-standard',
    bills: { micros: 70_000 },
  },
] as const satisfies readonly BilledOffer[];
const [ONLY] = OFFERS;
export const MODEL = ONLY.endpoint;

export function inputOf(request: RenderRequest, uploaded: UploadedFiles) {
  return {
    prompt: request.prompt || NEUTRAL_PROMPT,
    ...klingInput(request, uploaded),
  };
}

export const balanceAnswer = z.object({ balance_usd: z.number() });

export const statusAnswer = z.object({
  status: z.string(),
  queue_position: z.number().int().nonnegative().nullish(),
});

/** Only `output` holds the result: `input` may be echoed beside it. */
export const resultAnswer = z.object({
  status: z.string().catch(''),
  output: z
    .object({
      video: webLink.optional().catch(undefined),
      videos: z.array(webLink).optional().catch(undefined),
    })
    .nullish()
    .catch(undefined),
  error: z.unknown().optional(),
  cost: z.number().nonnegative().nullish().catch(undefined),
});

export const cancelAnswer = z.object({ outcome: z.string() });

/** Both shapes of an error: of the API, and of its own MCP client, which meets it inside a 200. */
const code = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .optional()
  .catch(undefined);
export const errorAnswer = z
  .object({ code, error_code: code })
  .transform(({ code, error_code }) => error_code ?? code)
  .catch(undefined);

export const modelPage = z.object({
  base_price_usd: z.number().nonnegative(),
  price_unit: z.enum(['second', 'output']),
});

/** Our handle of a request. */
export const operationShape = z.object({
  requestId: handleId,
  ...addresses,
  ...noted,
});
export type RuncomfyOperation = z.infer<typeof operationShape>;
