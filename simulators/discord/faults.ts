/** What goes wrong on order: on the API and on the CDN. */
import type { FaultKind } from '../provider-sim.ts';

/**
 * Besides the kinds of the other simulators: `delayMs` before anything is done; `until`: nothing is done before
 * this promise ends; `answerAfter`: it is done, the answer waits for this promise; `takesPerSecond`: the request is
 * read no faster than so many bytes a second, as over a real line.
 */
export type Fault =
  | FaultKind
  | { delayMs: number }
  | { until: Promise<unknown> }
  | { answerAfter: Promise<unknown> }
  | { takesPerSecond: number };
/** `path`: of the whole path as it was sent, without the query. `looks`: only where the body is like that. */
export type FaultAt = { method?: string; path: RegExp; looks?: (json: unknown) => boolean };

export type Faults = ReturnType<typeof createFaults>;

export function createFaults() {
  const waiting: { at: FaultAt; how: Fault; left: number }[] = [];
  return {
    add: (at: FaultAt, how: Fault, times = 1): void => void waiting.push({ at, how, left: times }),
    clear: (): void => void waiting.splice(0),
    /** Before the body is read, or with it those that ask how it looks. */
    take(method: string, path: string, body?: { json: unknown }): Fault | undefined {
      const found = waiting.find(
        ({ at, left }) =>
          left > 0 &&
          at.path.test(path) &&
          (at.method ?? method) === method &&
          (body && at.looks ? at.looks(body.json) : !body && !at.looks),
      );
      if (found) found.left -= 1;
      return found?.how;
    },
  };
}

/** 429 as Discord words it. `scope` shared does not count against the bot. */
export const rateLimited = (
  retryAfterSeconds: number,
  { global = false, scope = global ? 'global' : 'user' }: { global?: boolean; scope?: string } = {},
) =>
  ({
    status: 429,
    json: { message: 'You are being rate limited.', retry_after: retryAfterSeconds, global },
    headers: {
      'retry-after': String(Math.ceil(retryAfterSeconds)),
      'x-ratelimit-scope': scope,
      ...(global ? { 'x-ratelimit-global': 'true' } : {}),
    },
  }) satisfies Fault;
