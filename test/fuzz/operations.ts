/** A job at each provider, as its operation is on record. */
import type { Operation } from '../../src/core/job/job.ts';

export const OPERATIONS: Record<string, Operation> = {
  fal: { requestId: 'r-1', quality: 'standard', submittedAt: 1, quoteMicros: 280_000 },
  runpod: { id: 'j-1', submittedAt: 1, quoteMicros: 420_000 },
  runcomfy: { requestId: 'r-1', submittedAt: 1, quoteMicros: 280_000 },
  kling: { id: 'j-1', submittedAt: 1, quoteMicros: 280_000 },
  comfyui: { id: 'j-1', image: 'i.png', clip: 'c.mp4', scene: 'picture', prompt: '', node: '20' },
  // As `answers.test.ts` sends it.
  runware: { id: '0313b43b-4fcc-4a50-a15c-62248a9d7439', submittedAt: 1, quoteMicros: 280_000 },
};
