/** Commands that one member can't flood the bot with. */
import type { Command } from './command.ts';
import type { Clock } from './ports.ts';
import { refuse } from './refusals.ts';

/** Counts what a member asks. */
export type Throttle = {
  /** 0 while there is room for one more, else how long to wait. */
  waitMs(memberId: string): Promise<number>;
};

/** The same commands; whoever asks too much is told when to come back, and nothing is done. */
export function throttled<Name extends string>(
  commands: Readonly<Record<Name, Command>>,
  throttle: Throttle,
  clock: Clock,
): Readonly<Record<Name, Command>> {
  const guarded = Object.entries<Command>(commands).map(([name, command]) => {
    const execute: Command['execute'] = async (call, core) => {
      const waitMs = await throttle.waitMs(call.requester.memberId);
      if (waitMs > 0) return refuse({ code: 'slow-down', retryAt: clock.now() + waitMs });
      return command.execute(call, core);
    };
    return [name, { ...command, execute }] as const;
  });
  // Object.entries forgets that the names are those of the commands.
  return Object.fromEntries(guarded) as Record<Name, Command>;
}
