/**
 * The row of updates, and whoever fetches them by `getUpdates`: an update is forgotten once a higher offset was asked
 * for, else given again. Kept 24 h, button presses 150 s, inline queries shorter (Client.cpp of tdlib/telegram-bot-api, read 2026-11-21).
 */
import { setImmediate } from 'node:timers/promises';
import type { SimTime } from '../sim-time.ts';
import { conflict } from './errors.ts';
import type { Update } from './wire.ts';

export type UpdateType = Exclude<keyof Update, 'update_id'>;
/** Updates of one lane reach a webhook one after the other. */
export type QueuedUpdate = { update: Update; type: UpdateType; lane: string; expiresAt: number };

const KEPT_MS = 24 * 3_600_000;
const PRESS_KEPT_MS = 150_000;
const INLINE_KEPT_MS = 30_000;
const KEPT: Partial<Record<UpdateType, number>> = {
  callback_query: PRESS_KEPT_MS,
  inline_query: INLINE_KEPT_MS,
};
/** What a bot gets only when it asks for it by name. */
const ON_DEMAND: readonly string[] = ['chat_member', 'message_reaction', 'message_reaction_count'];

export type Updates = ReturnType<typeof createUpdates>;

export function createUpdates({ time, firstId = 870_000_001 }: { time: SimTime; firstId?: number }) {
  let queue: QueuedUpdate[] = [];
  /** To be given once more, whatever the offset. */
  let repeats: QueuedUpdate[] = [];
  /** Given at least once. */
  const sent: QueuedUpdate[] = [];
  let nextId = firstId;
  let allowed: readonly string[] = [];
  let twice = false;
  let waiting: { wake(): void; fail(error: Error): void } | undefined;
  const listeners = new Set<(item: QueuedUpdate) => void>();

  const isAllowed = (type: string) =>
    allowed.length === 0 ? !ON_DEMAND.includes(type) : allowed.includes(type);
  function dropOld(): void {
    queue = queue.filter(({ expiresAt }) => expiresAt > time.now());
  }

  function push(fields: Omit<Update, 'update_id'>, lane: string): void {
    const [type] = Object.keys(fields) as UpdateType[];
    if (type === undefined || !isAllowed(type)) return;
    const update = { update_id: nextId, ...fields } as Update;
    nextId += 1;
    const expiresAt = time.now() + (KEPT[type] ?? KEPT_MS);
    const item = { update, type, lane, expiresAt };
    queue.push(item);
    if (twice) repeats.push(item);
    arrived(item);
    if (twice) arrived(item);
  }

  function arrived(item: QueuedUpdate): void {
    waiting?.wake();
    for (const listener of listeners) listener(item);
  }

  function take(offset: number, limit: number): Update[] {
    dropOld();
    if (offset < 0) queue = queue.slice(offset);
    else queue = queue.filter(({ update }) => update.update_id >= offset);
    const fresh = queue.slice(0, limit);
    sent.push(...fresh.filter((item) => !sent.includes(item)));
    // A repeat comes after its first delivery, never in its place.
    const again = repeats.filter((item) => sent.includes(item) && !fresh.includes(item));
    repeats = repeats.filter((item) => !again.includes(item));
    return [...again, ...fresh].map(({ update }) => update);
  }

  return {
    push,
    /** One poller waits at a time: a second one ends the first one's wait with a conflict. */
    async poll(
      { offset = 0, limit = 100, timeout = 0 }: { offset?: number; limit?: number; timeout?: number },
      signal: AbortSignal,
    ): Promise<Update[]> {
      // Whoever has hung up before this one asked counts no more, though that may be seen a moment later.
      for (let turn = 0; waiting && turn < 5; turn += 1) await setImmediate();
      if (signal.aborted) return [];
      waiting?.fail(
        conflict('terminated by other getUpdates request; make sure that only one bot instance is running'),
      );
      const now = take(offset, limit);
      if (now.length > 0 || timeout === 0) return now;
      await new Promise<void>((resolve, reject) => {
        const own = { wake: done(resolve), fail: done(reject) };
        function done<T>(then: (value: T) => void) {
          return (value: T) => {
            if (waiting === own) waiting = undefined;
            then(value);
          };
        }
        waiting = own;
        signal.addEventListener('abort', () => own.wake(), { once: true });
        time.after(timeout * 1000, async () => own.wake());
      });
      // Whoever hung up gets nothing, and nothing counts as given to it.
      return signal.aborted ? [] : take(offset, limit);
    },
    /** Ends a wait, as setting a webhook does. */
    interrupt: (reason: string) => waiting?.fail(conflict(reason)),
    allow(types: readonly string[] | undefined) {
      if (types) allowed = types;
    },
    allowed: () => allowed,
    /** Every update that waits to be fetched. */
    pending(): QueuedUpdate[] {
      dropOld();
      return queue;
    },
    /** It has reached the bot's webhook. */
    arrivedThere(item: QueuedUpdate) {
      queue = queue.filter((other) => other !== item);
      if (!sent.includes(item)) sent.push(item);
    },
    clear() {
      queue = [];
      repeats = [];
    },
    /** From now on each update comes twice, the second time after the first. */
    deliverTwice(on: boolean) {
      twice = on;
    },
    /** Gives updates that were given already once more, the last one unless told which. */
    redeliver(which: (update: Update) => boolean = (update) => update === sent.at(-1)?.update) {
      const again = sent.filter(({ update }) => which(update));
      repeats.push(...again);
      for (const item of again) arrived(item);
    },
    onArrival(listener: (item: QueuedUpdate) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
