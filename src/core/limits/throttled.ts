/** Rate-limits commands, so that no member can flood the bot. */
import type { Command } from '../command.ts';
import type { Clock } from '../ports.ts';
import { refuse } from '../refusals.ts';

/** Counts what a member asks. */
export type Throttle = {
  /** 0 while there is room for one more, else how long to wait. */
  waitMs(memberId: string): Promise<number>;
};

/** The same commands; whoever asks too much is told when to come back, and nothing is done. */
export function throttled<C extends Readonly<Record<string, Command>>>(
  commands: C,
  throttle: Throttle,
  clock: Clock,
): C {
  const guarded = Object.entries(commands).map(([name, command]) => {
    const execute: Command['execute'] = async (call, core) => {
      const waitMs = await throttle.waitMs(call.requester.memberId);
      if (waitMs > 0) return refuse({ code: 'slow-down', retryAt: clock.now() + waitMs });
      return command.execute(call, core);
    };
    return [name, { ...command, execute }] as const;
  });
  // Object.entries forgets which name had which command.
  return Object.fromEntries(guarded) as C;
}
