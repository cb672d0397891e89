/** What every mark says of a video, in whatever form. */
import { z } from 'zod';

/** A photograph or drawing and the motion of a clip, put together by a trained model: IPTC's own name for it. */
export const DIGITAL_SOURCE =
  'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia';

export const markFactsSchema = z.object({
  /** The job's short code. */
  code: z.string(),
  /** What rendered it, as its maker calls it. */
  model: z.string(),
  provider: z.string(),
  at: z.number(),
});
export type MarkFacts = z.infer<typeof markFactsSchema>;
