/** The inbox as a table: an id goes in once, whoever brings it, and stays for days after it was answered. */
import { z } from 'zod';
import type { Clock, Inbox } from '../core/ports.ts';
import type { Database } from './sqlite.ts';

/** Telegram repeats an update for a day, and Discord an event for seconds. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;
/** Old ids go a few at a time, along with the new ones that come. */
const FORGOTTEN_AT_ONCE = 20;

/** Nothing is a record too: an event may say all by its id. */
const textOf = (record: unknown): string => JSON.stringify(record ?? null);

const row = z.object({ id: z.string(), record: z.string(), at: z.number() });

export function createInbox(db: Database, clock: Clock): Inbox {
  const insert = db.prepare(
    'INSERT INTO inbox (id, record, at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
  );
  const update = db.prepare('UPDATE inbox SET record = ? WHERE id = ? AND record IS NOT NULL');
  const answer = db.prepare('UPDATE inbox SET record = NULL WHERE id = ?');
  const unanswered = db.prepare(
    `SELECT id, record, at FROM inbox INDEXED BY inbox_pending
     WHERE record IS NOT NULL AND id >= ? AND id < ? ORDER BY at, id`,
  );
  const forget = db.prepare(
    `DELETE FROM inbox WHERE id IN (
       SELECT id FROM inbox INDEXED BY inbox_by_age WHERE record IS NULL AND at < ? LIMIT ${FORGOTTEN_AT_ONCE})`,
  );
  return {
    async claim(id, record) {
      const at = clock.now();
      return db.transaction(() => {
        forget.run(at - REMEMBERED_MS);
        return insert.run(id, textOf(record), at).changes === 1;
      });
    },
    async note(id, record) {
      update.run(textOf(record), id);
    },
    async done(id) {
      answer.run(id);
    },
    async pending(idPrefix) {
      // The character after the last one of the prefix ends the range of all ids that begin so.
      const rows = unanswered.all(idPrefix, `${idPrefix}\u{10ffff}`);
      return z
        .array(row)
        .parse(rows)
        .map(({ id, record, at }) => ({ id, record: parsed(record), at }));
    },
  };
}

/** Undefined for a record that was damaged: one must not keep all others from being taken up. */
function parsed(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return undefined;
  }
}
