/**
 * The inbox of every chat: an event is on disk before it is handled, is handled once, and is resumed after a crash. It may
 * be received by one process and handled by another: by the one that has the chat.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { backOffMs } from '../core/job/pace.ts';
import type { Inbox, Log } from '../core/ports.ts';

/** After what passes by itself, such as a database that is away. */
const AGAIN_PACE = { firstMs: 1_000, ceilingMs: 60_000 };
/** Some quarter of an hour: later than that, what was asked for would come as a surprise. */
const TRIES = 20;

/** One event that is being received here: until it is on disk as a whole, no look at the inbox takes it. */
type Received = {
  /** It is on disk, and ours to see to: here where this process has the chat, or else whoever has it hears of it. */
  deal(work: () => Promise<unknown>): void;
  /** It is not ours. */
  leave(): void;
};

export type ChatInbox = {
  receive(id: string): Received;
  /** Runs it, whatever comes of it: what fails is logged. Nothing is begun any more once we stop. */
  begin(work: () => Promise<unknown>): void;
  /** The event is answered. Ends once that is on disk: forgotten, it would be dealt with again. */
  done(id: string): Promise<void>;
  /** From now on this process deals with what comes in, beginning with what an earlier life, or another process, left. */
  resume(): Promise<void>;
  /** Takes what other processes have received. */
  look(): Promise<void>;
  /** Waits for what can end before `deadline` does; the next start takes up the rest. */
  stop(deadline: Promise<unknown>): Promise<void>;
  stopping(): boolean;
};

/**
 * `prefix`: of the ids of this chat's events. `take`: a record that was not received here is dealt with; `resumed`: it may
 * have been begun before. `isWhole`: whether whoever has received it is done with it.
 */
export function createChatInbox<R>(parts: {
  inbox: Inbox;
  prefix: string;
  schema: z.ZodType<R>;
  take(id: string, record: R, resumed: boolean): Promise<unknown>;
  isWhole?(record: R, at: number): boolean;
  /** Something is on disk for whoever has the chat. */
  onReceived?: (() => void) | undefined;
  log: Log;
  pace?: typeof AGAIN_PACE;
  /** What may be logged of an error. */
  scrubbed?: (error: unknown) => unknown;
}): ChatInbox {
  const { inbox, prefix, schema, take, isWhole = () => true, log, scrubbed = (error) => error } = parts;
  const { pace = AGAIN_PACE } = parts;
  const ending = new AbortController();
  const running = new Set<Promise<unknown>>();
  /** Events that are received here now, by how many: a platform may bring one twice. */
  const receiving = new Map<string, number>();
  /** Events that this process has begun, until they are answered. */
  const begun = new Set<string>();
  /** Events that were answered while the inbox was read: they may be in what was read. */
  const answered = new Set<string>();
  /** Events that a look has passed over, as they were received here just then. */
  const passedOver = new Set<string>();
  let deals = false;
  let stopping = false;
  let looking: Promise<void> | undefined;
  let again = false;

  function begin(work: () => Promise<unknown>): void {
    if (stopping) return;
    const one = work()
      .catch((error: unknown) => {
        if (!stopping) log.error({ err: scrubbed(error) }, 'what came in could not be dealt with');
      })
      .finally(() => running.delete(one));
    running.add(one);
  }

  /** Answers whether there is another try, once it is time for that. */
  async function waits(error: unknown, tries: number, what: string): Promise<boolean> {
    if (stopping || !willPass(error)) return false;
    log.warn({ tries, err: scrubbed(error) }, what);
    await wait(backOffMs(tries, Math.random, pace), undefined, { signal: ending.signal, ref: false }).catch(
      () => {},
    );
    return !stopping;
  }

  /** Deals with one event. Where that breaks off for what passes by itself, it goes on as after a crash. */
  function beginOne(id: string, work: () => Promise<unknown>): void {
    begin(async () => {
      for (let [next, tries] = [work, 1]; ; [next, tries] = [() => goOn(id), tries + 1]) {
        try {
          await next();
          return;
        } catch (error) {
          if (tries >= TRIES || !(await waits(error, tries, 'what came in is dealt with again'))) throw error;
        }
      }
    });
  }

  async function goOn(id: string): Promise<void> {
    const found = (await inbox.pending(id)).find((one) => one.id === id);
    const read = found && schema.safeParse(found.record);
    if (read?.success) await take(id, read.data, true);
  }

  async function readAll(resumed: boolean): Promise<void> {
    answered.clear();
    for (const { id, record, at } of await inbox.pending(prefix)) {
      if (receiving.has(id)) passedOver.add(id);
      if (begun.has(id) || receiving.has(id) || answered.has(id)) continue;
      const read = schema.safeParse(record);
      if (!read.success) {
        log.warn({ id }, 'what came in before the restart cannot be read any more');
        await inbox.done(id);
        continue;
      }
      if (!resumed && !isWhole(read.data, at)) continue;
      begun.add(id);
      beginOne(id, () => take(id, read.data, resumed));
    }
  }

  function look(resumed = false): Promise<void> {
    again = true;
    looking ??= (async () => {
      for (let first = resumed; again && !stopping; first = false) {
        again = false;
        await readAll(first);
      }
    })().finally(() => {
      looking = undefined;
      answered.clear();
    });
    return looking;
  }

  return {
    begin,
    receive(id) {
      receiving.set(id, (receiving.get(id) ?? 0) + 1);
      const end = (): void => {
        const left = (receiving.get(id) ?? 1) - 1;
        if (left > 0) receiving.set(id, left);
        else receiving.delete(id);
      };
      return {
        deal(work) {
          end();
          passedOver.delete(id);
          if (!deals) return parts.onReceived?.();
          begun.add(id);
          beginOne(id, work);
        },
        leave() {
          end();
          // It was another process that put it there, for us to deal with.
          if (passedOver.delete(id)) begin(() => look());
        },
      };
    },
    async done(id) {
      for (let tries = 1; ; tries += 1) {
        try {
          await inbox.done(id);
          break;
        } catch (error) {
          if (!(await waits(error, tries, 'that a member was answered could not be noted'))) throw error;
        }
      }
      begun.delete(id);
      if (looking) answered.add(id);
    },
    async resume() {
      deals = true;
      await look(true);
    },
    look: async () => (deals ? look() : undefined),
    async stop(deadline) {
      stopping = true;
      ending.abort();
      await Promise.race([Promise.allSettled(running), deadline]);
    },
    stopping: () => stopping,
  };
}

const willPass = (error: unknown): boolean =>
  error instanceof Error && 'retryHelps' in error && error.retryHelps === true;
