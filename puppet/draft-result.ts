/** What a render answers, checked when it comes out of its child. */
import { z } from 'zod';

const count = z.number().int().nonnegative();

/** A finished draft, or why there can be none: nobody to move, or nobody to move like. */
export const draftResultSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    width: count,
    height: count,
    durationMs: z.number().nonnegative(),
    frames: count,
    hasSound: z.boolean(),
  }),
  z.object({ ok: z.literal(false), code: z.enum(['no-person-in-image', 'no-person-in-clip']) }),
]);
export type DraftResult = z.infer<typeof draftResultSchema>;
