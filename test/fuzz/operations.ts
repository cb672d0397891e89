/** A job at each provider, as its operation is on record. */
import type { Operation } from '../../src/core/job/job.ts';

export const OPERATIONS: Record<string, Operation> = {
  fal: { requestId: 'r-1', quality: 'standard', submittedAt: 1, quoteMicros: 280_000 },
  runpod: { id: 'j-1', submittedAt: 1, quoteMicros: 420_000 },
  runcomfy: { requestId: 'r-1', submittedAt: 1, quoteMicros: 280_000 },
  kling: { id: 'j-1', submittedAt: 1, quoteMicros: 280_000 },
  // The id of the task of `job-1`.
  runware: { id: '70ee5394-1ee6-4ef8-9730-81d8518c1479', submittedAt: 1, quoteMicros: 280_000 },
  comfyui: { id: 'j-1', image: 'i.png', clip: 'c.mp4', scene: 'picture', prompt: '', node: '20' },
};
