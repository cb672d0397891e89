/**
 * Puts on disk what a member asked. They have been told that it is under way by then, so a database that is away for a
 * moment must not lose it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { backOffMs } from '../../../core/job/pace.ts';
import type { Inbox, Log } from '../../../core/ports.ts';
import { Recent } from '../../recent.ts';
import type { StoredToken, Tokens } from '../tokens.ts';
import { type InboundRecord, inboxIdOf } from './record.ts';

/** About fifteen seconds: PostgreSQL is started again in that time. */
const TRIES = 11;
/** The same where it does not say no, but nothing: the member must not wait that long for each try. */
const TRIES_FOR_MS = 15_000;
const PACE = { firstMs: 250, ceilingMs: 2_000 };
/** An event comes twice within seconds. */
const EVENTS_KNOWN = 1_000;

export type KeepParts = {
  tokens: Pick<Tokens, 'remember'>;
  inbox: Pick<Inbox, 'claim'>;
  /** Between two tries. */
  pace?: { firstMs: number; ceilingMs: number } | undefined;
  /** Milliseconds on a clock that nobody sets. */
  elapsed?: (() => number) | undefined;
  log: Log;
};

/**
 * Answers whether the event is for the caller to handle: its twin, or an earlier life of this process, may have it.
 * Rejects where it is not on disk after all tries.
 */
export type Keep = (asked: InboundRecord, token: StoredToken, stopping: () => boolean) => Promise<boolean>;

export function createKeep({
  tokens,
  inbox,
  pace = PACE,
  elapsed = () => performance.now(),
  log,
}: KeepParts): Keep {
  const begun = new Recent<string, Promise<boolean>>(EVENTS_KNOWN);

  async function insist(asked: InboundRecord, token: StoredToken, stopping: () => boolean): Promise<boolean> {
    const { eventId } = asked.target;
    let mayBeOurs = false;
    const since = elapsed();
    for (let tries = 1; ; tries += 1) {
      try {
        await tokens.remember(eventId, token);
        const isNew = await inbox.claim(inboxIdOf(eventId), asked);
        // One that failed may have reached the disk, and only its answer was lost.
        return isNew || mayBeOurs;
      } catch (error) {
        mayBeOurs = true;
        const isEnough = tries >= TRIES || elapsed() - since >= TRIES_FOR_MS;
        if (!mayPass(error) || isEnough || stopping()) throw error;
        log.warn({ event: eventId, tries, err: error }, 'what a member asked is not on disk yet');
        await wait(backOffMs(tries, Math.random, pace));
      }
    }
  }

  return async (asked, token, stopping) => {
    const { eventId } = asked.target;
    const twin = begun.get(eventId);
    if (twin) {
      await twin;
      return false;
    }
    const kept = insist(asked, token, stopping);
    begun.set(eventId, kept);
    return kept.catch((error: unknown) => {
      begun.delete(eventId);
      throw error;
    });
  };
}

const mayPass = (error: unknown): boolean =>
  error instanceof Error && 'retryHelps' in error && error.retryHelps === true;
