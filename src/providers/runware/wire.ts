/**
 * What Runware's API says and takes: one address, a list of tasks in, `data` and `errors` out (runware.ai's documentation
 * and its official Python client, November 2026).
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RenderRequest } from '../../core/job/job.ts';
import type { UploadedFiles } from '../../core/ports.ts';
import type { BilledOffer } from '../billing.ts';
import { NEUTRAL_PROMPT, noted, webLink } from '../shapes.ts';
import { isKling } from './offers.ts';

/**
 * The id of a job's task: the same for the same job for ever, as it is what a lost job is found by and its twin refused
 * for. Ids of jobs are made of a chat's own, which another bot with the same account may meet as well, so the addresses of
 * the files are in it: those are on record with the job before it is sent. It has the form of a random UUID, as it must.
 */
export function taskIdOf(jobId: string, { image, clip }: UploadedFiles): string {
  const all = JSON.stringify([jobId, image, clip]);
  const bytes = createHash('sha256').update(all).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export function taskOf(
  jobId: string,
  request: RenderRequest,
  uploaded: UploadedFiles,
  offer: BilledOffer,
  webhookURL: string | undefined,
) {
  const { image, clip } = uploaded;
  // Kling may ask for words; this says nothing that the clip does not show.
  const prompt = request.prompt || (isKling(offer) ? NEUTRAL_PROMPT : undefined);
  return {
    taskType: 'videoInference',
    taskUUID: taskIdOf(jobId, uploaded),
    model: offer.endpoint,
    inputs:
      offer.scene === 'clip'
        ? { video: clip, referenceImages: [image] }
        : { referenceImages: [image], referenceVideos: [clip] },
    ...(isKling(offer)
      ? {
          providerSettings: {
            klingai: { characterOrientation: request.orientation, keepOriginalSound: request.sound },
          },
        }
      : {
          resolution: request.quality === 'pro' ? '1080p' : '720p',
          settings: { preserveAudio: request.sound },
        }),
    ...(prompt ? { positivePrompt: prompt } : {}),
    deliveryMethod: 'async',
    includeCost: true,
    ...(webhookURL ? { webhookURL } : {}),
  };
}

const text = z.string().catch('');

/** What is wrong with a task, or with the whole call where it names none. `parameter` may be several. */
const problem = z.object({
  code: text,
  message: text,
  parameter: z.union([z.string(), z.array(z.string()).transform((all) => all.join(' '))]).catch(''),
  taskType: text,
  taskUUID: z.string().optional(),
});
export type Problem = z.infer<typeof problem>;
/** Of a row that says "error": an object like those of `errors`, or words alone. */
export const problemIn = (error: unknown): Problem =>
  problem.parse(typeof error === 'object' && error ? error : { message: error });

const row = z.object({
  taskUUID: z.string(),
  status: z.string().optional().catch(undefined),
  /** In hundredths. */
  progress: z.number().min(0).max(100).optional().catch(undefined),
  videoURL: webLink.optional().catch(undefined),
  cost: z.number().nonnegative().max(10_000).optional().catch(undefined),
  error: z.unknown().optional(),
  /** What was sent and answered, of `getTaskDetails`. */
  response: z.unknown().optional(),
});
export type Row = z.infer<typeof row>;

const list = z.array(z.unknown()).optional();
const envelope = z.object({ data: list, errors: list }).refine(({ data, errors }) => data ?? errors);

/** What an answer says: of that task, and of the call as a whole. What it says of other tasks is none of ours. */
export type Said = { rows: Row[]; problems: Problem[]; ofTheCall: Problem[] };

/** Undefined for what is none of Runware's answers. */
export function saidOf(id: string, json: unknown): Said | undefined {
  const answer = envelope.safeParse(json).data;
  if (!answer) return undefined;
  const problems = readable(problem, answer.errors);
  return {
    rows: readable(row, answer.data).filter(({ taskUUID }) => taskUUID === id),
    problems: problems.filter(({ taskUUID }) => taskUUID === id),
    ofTheCall: problems.filter(({ taskUUID }) => taskUUID === undefined),
  };
}

/** The codes of everything that it finds wrong. */
export const codesIn = (json: unknown): string[] =>
  readable(problem, envelope.safeParse(json).data?.errors).map(({ code }) => code);

function readable<T>(shape: z.ZodType<T>, items: readonly unknown[] = []): T[] {
  return items.flatMap((item) => {
    const parsed = shape.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

/** Our handle of a job: the id that we gave to its task. */
export const operationShape = z.object({ id: z.uuid(), ...noted });
export type RunwareOperation = z.infer<typeof operationShape>;
