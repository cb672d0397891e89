/**
 * What to make of an answer that may be the end of a job and may be a fault of the moment: it is believed when it
 * keeps coming. Every adapter reads its answers into a `Reading`, and this alone decides when a job ends by one.
 */
import type { Clock, ProviderStatus } from '../core/ports.ts';
import { NoClearAnswer } from './http.ts';

/** How often it must come without a clear answer between, the last time so long after the first. */
const BELIEVED = {
  /**
   * The provider says that the job is over, in a shape that nobody has met before: it will not get better. But a proxy
   * that trips may say the same twice within a second.
   */
  unfamiliar: { times: 2, afterMs: 30_000 },
  /** The provider knows nothing of it just now, or its server is in trouble: a paid video may still show up. */
  'may-pass': { times: 5, afterMs: 0 },
};

/** `says` is for the log; `end` is what the job comes to once the answer is believed. */
type Doubt = { doubt: keyof typeof BELIEVED; says: string; end: ProviderStatus };
export type Reading = ProviderStatus | Doubt;

export type DoubtPolicy = {
  /** The status that the reading comes to. Throws NoClearAnswer while it is not believed yet. */
  settle(job: string, reading: Reading): ProviderStatus;
};

const MAX_REMEMBERED = 10_000;

/** Kept in memory only: after a restart it is patient again, which costs a few calls. */
export function createDoubtPolicy(clock: Clock): DoubtPolicy {
  const heard = new Map<string, Partial<Record<Doubt['doubt'], { times: number; since: number }>>>();
  return {
    settle(job, reading) {
      if ('state' in reading) {
        heard.delete(job);
        return reading;
      }
      const { doubt, says } = reading;
      const now = clock.now();
      const before = heard.get(job);
      const { times, since } = before?.[doubt] ?? { times: 0, since: now };
      if (heard.size > MAX_REMEMBERED) heard.clear();
      heard.set(job, { ...before, [doubt]: { times: times + 1, since } });
      const { times: enough, afterMs } = BELIEVED[doubt];
      if (times + 1 < enough || now - since < afterMs) throw new NoClearAnswer(says);
      heard.delete(job);
      return reading.end;
    },
  };
}

/** Statuses that speak of our account, of the moment or of how we asked, whoever answers with them; never of how a job ended. */
const NOT_OF_THE_JOB: readonly number[] = [401, 402, 403, 405, 407, 408, 425, 429];

/** Whether a call for a job's result was answered with a no that is about that job. Not found is another matter. */
export const isFinalNo = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 404 && status !== 410 && !NOT_OF_THE_JOB.includes(status);

/** Whether an answer says that there is no such thing, at least for now. */
export const isAbsent = (status: number): boolean => status === 404 || status === 410;
