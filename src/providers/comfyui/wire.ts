/** What ComfyUI says and takes (its server.py and execution.py, release 0.3.64, October 2025). */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { UploadedFiles } from '../../core/ports.ts';
import type { BilledOffer } from '../billing.ts';
import { handleId } from '../shapes.ts';

/** Which of the two there are, and at what price, the operator's workflows and settings say. */
export const OFFERS = [
  { model: 'wan-animate', quality: 'standard', endpoint: 'prompt', bills: { micros: 0 } },
  { model: 'wan-animate', quality: 'standard', scene: 'clip', endpoint: 'prompt', bills: { micros: 0 } },
] as const satisfies readonly BilledOffer[];

/**
 * Our own id of a prompt, and of the client whose socket hears of it: the same for the same job with the same files. Two
 * bots on one ComfyUI may both have a job of one id (Telegram counts messages by chat), but not of the same files.
 * ComfyUI takes any text; its own are UUIDs.
 */
export function promptIdOf(jobId: string, { image, clip }: UploadedFiles): string {
  const all = JSON.stringify(['strut', jobId, image, clip]);
  const hex = createHash('sha256').update(all).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A folder of their own in ComfyUI's input and output, so that whoever runs it can clear them away. */
export const FOLDER = 'strut';

/** A node by its number, which moves whenever the workflow is changed; `inputs` are values, or links `[node, output]`. */
const node = z.looseObject({
  class_type: z.string().min(1),
  inputs: z.record(z.string(), z.unknown()),
  _meta: z.looseObject({ title: z.string().optional() }).optional(),
});
export const graphShape = z.record(z.string(), node);
export type Graph = z.infer<typeof graphShape>;

/** Anything else in a place of the queue is the prompt itself, which may be large. */
const place = z.tuple([z.number(), z.string()], z.unknown());
export const queueAnswer = z.object({ queue_running: z.array(place), queue_pending: z.array(place) });
export const idOf = ([, id]: z.infer<typeof place>): string => id;

const storedFile = z.object({
  filename: z.string().min(1).max(1_000),
  subfolder: z.string().max(1_000).catch(''),
  type: z.enum(['output', 'temp']).catch('output'),
});
export type ResultFile = z.infer<typeof storedFile>;

/** What a node has made, under a name of its own choice (`images`, `gifs`, `videos`), beside much else. */
const nodeOutput = z
  .record(z.string(), z.unknown())
  .transform((all): ResultFile[] =>
    Object.values(all).flatMap((list) =>
      Array.isArray(list) ? list.flatMap((one) => storedFile.safeParse(one).data ?? []) : [],
    ),
  );

/** What happened, by name, with what is known of it. */
const message = z.tuple([
  z.string(),
  z.looseObject({
    node_id: z.coerce.string().optional(),
    node_type: z.string().optional(),
    exception_message: z.string().optional(),
  }),
]);
const historyEntry = z.object({
  outputs: z.record(z.string(), nodeOutput).catch({}),
  status: z
    .object({
      status_str: z.string(),
      messages: z.array(message.or(z.unknown().transform(() => undefined))).catch([]),
    })
    // Older ones say nothing of it where all went well.
    .nullish(),
});
export type HistoryEntry = z.infer<typeof historyEntry>;
export const historyAnswer = z.record(z.string(), historyEntry);

export const promptAnswer = z.object({ prompt_id: handleId });
export const uploadAnswer = z.object({ name: z.string(), subfolder: z.string().catch('') });

export const refusedPrompt = z.object({
  error: z.looseObject({
    type: z.string().catch(''),
    message: z.string().catch(''),
    details: z.string().catch(''),
  }),
  node_errors: z
    .record(
      z.string(),
      z.looseObject({
        class_type: z.string().catch(''),
        errors: z
          .array(
            z.looseObject({
              type: z.string().catch(''),
              message: z.string().catch(''),
              details: z.string().catch(''),
            }),
          )
          .catch([]),
      }),
    )
    .catch({}),
});

/** Our handle of a job: all that it takes to send it again, should ComfyUI be started anew and know nothing of it. */
export const operationShape = z.object({
  id: handleId,
  image: z.string(),
  clip: z.string(),
  scene: z.enum(['picture', 'clip']),
  /** Empty where the workflow's own words stand. */
  prompt: z.string(),
  /** The node that saves the video. */
  node: z.string(),
});
export type ComfyOperation = z.infer<typeof operationShape>;
