/** How much one member may ask at once. It counts what was refused too, so money has a book of its own. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Throttle } from '../core/limits/throttled.ts';

/** More than anybody types or presses; a script that floods is soon over it. */
const COMMANDS = 20;
const PER_SECONDS = 30;

export function createThrottle({ commands = COMMANDS, perSeconds = PER_SECONDS } = {}): Throttle {
  const limiter = new RateLimiterMemory({ points: commands, duration: perSeconds });
  return {
    async waitMs(memberId) {
      try {
        await limiter.consume(memberId);
        return 0;
      } catch (error) {
        if (error instanceof RateLimiterRes) return error.msBeforeNext;
        throw error;
      }
    },
  };
}
