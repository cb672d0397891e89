/** What the log is told of as it happens. */
import type { Logger } from 'pino';
import { createHealth, type Health } from './core/health.ts';

/** Each change of a part is a line in the log. */
export const loggedHealth = (log: Logger): Health =>
  createHealth((name, { state, reason }) =>
    log[state === 'degraded' ? 'warn' : 'info']({ state, reason }, `${name} is ${state}`),
  );

/** Says so of each record that can't be read, and counts them. */
export function countUnreadable(log: Logger) {
  let count = 0;
  return {
    onUnreadable(err: Error): void {
      count += 1;
      log.error({ err }, 'a record on disk cannot be read');
    },
    unreadable: () => count,
  };
}
