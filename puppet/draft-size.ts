/** How large a draft of a picture is. */
import type { Size } from '../src/media/av/geometry.ts';

const LONGEST_SIDE = 1280;
/** What a draft is said to have at least (`core/models/registry.ts`). */
const LEAST_LINES = 480;

/**
 * The long side of a draft: the picture's own, as anything larger would be a blur that takes longer to draw; but no more than
 * a draft needs, and where that allows it, no fewer lines than it is said to have.
 */
export function longSideFor({ width, height }: Size): number {
  const enlarged = Math.max(1, LEAST_LINES / Math.min(width, height));
  return Math.min(LONGEST_SIDE, Math.ceil(Math.max(width, height) * enlarged));
}
