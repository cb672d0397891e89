import { describe, expect, it } from 'vitest';
import { shareOfRequests } from '../../../src/chat/discord/shares.ts';

describe('what processes may ask of Discord in a second', () => {
  it.each([0, 1, 3, 12, 13, 20, 25])(
    'comes to all that the bot may ask, with %i beside the front',
    (others) => {
      const front = shareOfRequests(true, others);
      const each = shareOfRequests(false, others);
      expect(front + others * each).toBe(50);
      expect(front).toBeGreaterThanOrEqual(25);
      expect(each).toBeGreaterThanOrEqual(1);
    },
  );
});
