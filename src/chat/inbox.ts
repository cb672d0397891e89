/** The inbox of every chat: an event is on disk before it is handled, is handled once, and is resumed after a crash. */
import type { z } from 'zod';
import type { Inbox, Log } from '../core/ports.ts';

export type ChatInbox = {
  /** Runs it, whatever comes of it: what fails is logged. Nothing is begun any more once we stop. */
  begin(work: () => Promise<unknown>): void;
  /** Takes up what an earlier life of this process left unanswered. */
  resume(): Promise<void>;
  /** Waits for what can end before `deadline` does; the next start takes up the rest. */
  stop(deadline: Promise<unknown>): Promise<void>;
  stopping(): boolean;
};

/** `prefix`: of the ids of this chat's events. `take`: a record of an earlier life is dealt with. */
export function createChatInbox<R>(parts: {
  inbox: Inbox;
  prefix: string;
  schema: z.ZodType<R>;
  take(id: string, record: R): Promise<unknown>;
  log: Log;
  /** What may be logged of an error. */
  scrubbed?: (error: unknown) => unknown;
}): ChatInbox {
  const { inbox, prefix, schema, take, log, scrubbed = (error) => error } = parts;
  const running = new Set<Promise<unknown>>();
  let stopping = false;

  function begin(work: () => Promise<unknown>): void {
    if (stopping) return;
    const one = work()
      .catch((error: unknown) => {
        if (!stopping) log.error({ err: scrubbed(error) }, 'what came in could not be dealt with');
      })
      .finally(() => running.delete(one));
    running.add(one);
  }

  return {
    begin,
    async resume() {
      for (const { id, record } of await inbox.pending(prefix)) {
        const read = schema.safeParse(record);
        if (read.success) begin(() => take(id, read.data));
        else {
          log.warn({ id }, 'what came in before the restart cannot be read any more');
          await inbox.done(id);
        }
      }
    },
    async stop(deadline) {
      stopping = true;
      await Promise.race([Promise.allSettled(running), deadline]);
    },
    stopping: () => stopping,
  };
}
