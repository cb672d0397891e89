/** The page as a front: it listens to a job's events by itself, and its video lies where it is served from. */
import type { Chat, Clock } from '../../core/ports.ts';

export function createWebChat(clock: Clock): Chat {
  return {
    platform: 'web',
    async start() {},
    async stop() {},
    show() {},
    async deliver() {
      return { rung: 'page', at: clock.now() };
    },
  };
}
