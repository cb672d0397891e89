import type { Clock, Inbox } from '../../src/core/ports.ts';

const REMEMBERED_MS = 7 * 24 * 3_600_000;

type Events = Map<string, { record: string | undefined; at: number }>;

/** An inbox in memory. With the same `events`, another one goes on where the first was left. */
export function memoryInbox(clock: Clock = { now: Date.now }, events: Events = new Map()): Inbox {
  return {
    async claim(id, record) {
      for (const [old, event] of events)
        if (event.record === undefined && event.at < clock.now() - REMEMBERED_MS) events.delete(old);
      if (events.has(id)) return false;
      events.set(id, { record: JSON.stringify(record ?? null), at: clock.now() });
      return true;
    },
    async note(id, record) {
      const event = events.get(id);
      if (event?.record !== undefined) event.record = JSON.stringify(record ?? null);
    },
    async done(id) {
      const event = events.get(id);
      if (event) event.record = undefined;
    },
    async pending(idPrefix) {
      const waiting = [...events].flatMap(([id, { record, at }]) =>
        record !== undefined && id.startsWith(idPrefix)
          ? [{ id, record: JSON.parse(record) as unknown, at }]
          : [],
      );
      return waiting.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    },
  };
}
