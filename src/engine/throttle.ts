/** How much one member may ask at once. It counts what was refused too, so money has a book of its own. */
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Throttle } from '../core/limits/throttled.ts';

/** More than anybody types or presses; a script that floods is soon over it. */
const COMMANDS = 20;
const PER_SECONDS = 30;

type ThrottleOptions = {
  commands?: number;
  perSeconds?: number;
  /** Where it is counted. */
  limiter?(options: { keyPrefix: string; points: number; duration: number }): RateLimiterAbstract;
};

export function createThrottle({
  commands = COMMANDS,
  perSeconds = PER_SECONDS,
  limiter: create = (options) => new RateLimiterMemory(options),
}: ThrottleOptions = {}): Throttle {
  const limiter = create({ keyPrefix: 'commands', points: commands, duration: perSeconds });
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
