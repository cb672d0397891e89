/** Retries what failed: waits while the trouble may pass, tries other trouble a few times, then tells the member. */
import type { Clock, Log } from '../../../core/ports.ts';
import { isLostSend, isTrouble } from '../api.ts';
import { DownloadFailed } from '../download.ts';
import { pause, type Timers } from '../timers.ts';
import type { Incoming } from './records.ts';
import { Interrupted } from './requests.ts';

const WAITS_MS = [1_000, 3_000, 10_000, 30_000, 60_000] as const;
const LONGEST_WAIT_MS = 60_000;
/** Later than that, what was asked for would come as a surprise. */
const PATIENCE_MS = 15 * 60_000;
/** What may have been said twice already is not said a third time. A wish has two things said: its status, its outcome. */
const SENDS_OF_UNKNOWN_FATE = { request: 4, other: 2 };

type Parts = {
  /** Tells the member. */
  gaveUp(record: Incoming): Promise<void>;
  log: Log;
  clock: Clock;
  timers: Timers;
  signal: AbortSignal;
};

/** `later`: we are being stopped, and it is still to be done. */
export type Persist = (record: Incoming, work: () => Promise<void>) => Promise<'done' | 'later'>;

export function createPersist({ gaveUp, log, clock, timers, signal }: Parts): Persist {
  async function again(
    { kind }: Incoming,
    work: () => Promise<void>,
  ): Promise<'done' | 'later' | 'failed' | 'maybe said'> {
    const since = clock.now();
    let lost = 0;
    for (let tries = 0; ; tries += 1) {
      try {
        await work();
        return 'done';
      } catch (error) {
        if (signal.aborted || error instanceof Interrupted) return 'later';
        if (isLostSend(error)) lost += 1;
        if (lost >= SENDS_OF_UNKNOWN_FATE[kind === 'request' ? kind : 'other']) {
          log.warn({ kind, err: error }, 'answers to sends were lost: it may be there twice');
          return 'maybe said';
        }
        const waitMs = WAITS_MS[tries] ?? LONGEST_WAIT_MS;
        if (isPassing(error) ? clock.now() - since > PATIENCE_MS : tries >= WAITS_MS.length) {
          log.error({ kind, err: error }, 'gave up on what a member asked for');
          return 'failed';
        }
        log.warn({ kind, tries: tries + 1, waitMs, err: error }, 'trying again what a member asked for');
        await pause(timers, waitMs, signal);
        if (signal.aborted) return 'later';
      }
    }
  }

  return async (record, work) => {
    const how = await again(record, work);
    if (how === 'done' || how === 'later') return how;
    // Words that may be there need no excuse; a wish that came to nothing does.
    if (how === 'maybe said' && record.kind !== 'request') return 'done';
    return (await again(record, () => gaveUp(record))) === 'later' ? 'later' : 'done';
  };
}

const isPassing = (error: unknown): boolean =>
  isTrouble(error, 'network', 'flood', 'unauthorized') || error instanceof DownloadFailed;
