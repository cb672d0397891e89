/** The shapes that the wires of queue APIs have in common. */
import { z } from 'zod';
import type { Micros } from '../core/price/money.ts';

/** It goes into addresses of ours, so nothing but what ids are made of. */
export const handleId = z.string().regex(/^[\w-]{1,128}$/);
/** An address that somebody fetches a video from. */
export const webLink = z.url({ protocol: /^https?$/ });

/** What we note of every job beside the provider's own handle. One that a webhook brought knows only its id. */
export const noted = { submittedAt: z.number().optional(), quoteMicros: z.number().optional() };
export type SubmissionNote = { submittedAt?: number | undefined; quoteMicros?: Micros | undefined };

/** The addresses that some submits answer with. */
export const addresses = {
  statusUrl: z.string().optional(),
  resultUrl: z.string().optional(),
  cancelUrl: z.string().optional(),
};
export type Addresses = { [K in keyof typeof addresses]?: string | undefined };
