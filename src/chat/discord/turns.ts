/**
 * Writes to disk, one for each turn of the event loop. Each holds up the whole process while it lasts, and many things
 * may be written at once: those who wait for a first answer must not wait behind a row of them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Inbox, KeyValueStore } from '../../core/ports.ts';

export type Turns = { inbox(inbox: Inbox): Inbox; kv(kv: KeyValueStore): KeyValueStore };

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();

  function take<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(() => nextTurn()).then(work);
    last = mine.catch(() => undefined);
    return mine;
  }

  return {
    inbox: (inbox) => ({
      claim: (id, record) => take(() => inbox.claim(id, record)),
      note: (id, record) => take(() => inbox.note(id, record)),
      done: (id) => take(() => inbox.done(id)),
      pending: (idPrefix) => inbox.pending(idPrefix),
    }),
    kv: (kv) => ({
      get: (key) => kv.get(key),
      startingWith: (prefix) => kv.startingWith(prefix),
      set: (key, value, ttlMs) => take(() => kv.set(key, value, ttlMs)),
      delete: (key) => take(() => kv.delete(key)),
    }),
  };
}
