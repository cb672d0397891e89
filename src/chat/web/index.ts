/** The page as a front: it listens to a job's events by itself, and its video lies where it is served from. */
import type { RunningChat } from '../../core/command.ts';
import { PAGE } from '../../core/job/job.ts';
import type { Clock } from '../../core/ports.ts';

export function createWebChat(clock: Clock): RunningChat {
  return {
    platform: PAGE,
    async start() {},
    async stop() {},
    show() {},
    // It is served from where it lies.
    uploadLimitBytes: () => Number.POSITIVE_INFINITY,
    async deliver() {
      return { kind: 'delivered', receipt: { rung: 'page', at: clock.now() } };
    },
  };
}
