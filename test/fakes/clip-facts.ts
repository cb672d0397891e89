/** What media tell of an ordinary clip of four seconds. */
import type { ClipFacts } from '../../src/core/media.ts';

export const CLIP_FACTS = {
  container: 'mp4',
  width: 720,
  height: 1280,
  durationMs: 4000,
  fps: 30,
  hasSound: true,
  bytes: 1000,
  cameraMoves: false,
} as const satisfies ClipFacts;
