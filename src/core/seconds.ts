/** Padding that encoders leave at a clip's end; a 4.02 s clip is a 4 s clip. DESIGN §7. */
const PADDING_MS = 50;

/** The clip's length limits, from the model's own page (fal.ai, Kling v2.6 motion control, 2026-11-21). */
export const MIN_CLIP_SECONDS = 3;
export const MAX_CLIP_SECONDS = { video: 30, image: 10 } as const;

/** The whole seconds that a price counts: rounded up, after taking off 50 ms of padding. */
export function billedSeconds(durationMs: number): number {
  return Math.max(1, Math.ceil((durationMs - PADDING_MS) / 1000));
}
