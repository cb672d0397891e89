/**
 * The inbox of every chat: an event is on disk before it is handled, is handled once, and is resumed after a crash. It may
 * be received by one process and handled by another: by the one that has the chat.
 */
import type { z } from 'zod';
import type { Inbox, Log } from '../core/ports.ts';

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
  /** The event is answered. */
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
  /** What may be logged of an error. */
  scrubbed?: (error: unknown) => unknown;
}): ChatInbox {
  const { inbox, prefix, schema, take, isWhole = () => true, log, scrubbed = (error) => error } = parts;
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
      begin(() => take(id, read.data, resumed));
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
          begin(work);
        },
        leave() {
          end();
          // It was another process that put it there, for us to deal with.
          if (passedOver.delete(id)) begin(() => look());
        },
      };
    },
    async done(id) {
      await inbox.done(id);
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
      await Promise.race([Promise.allSettled(running), deadline]);
    },
    stopping: () => stopping,
  };
}
