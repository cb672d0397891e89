/** The inbox as a table: an id goes in once, whoever brings it, and stays for days after it was answered. */
import { z } from 'zod';
import type { Clock, Inbox } from '../core/ports.ts';
import type { Sql } from './sql.ts';

/** Telegram repeats an update for a day, and Discord an event for seconds. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;
/** Old ids go a few at a time, along with the new ones that come. */
const FORGOTTEN_AT_ONCE = 20;

/** Nothing is a record too: an event may say all by its id. */
const textOf = (record: unknown): string => JSON.stringify(record ?? null);

/** Of an id as a part of a sum, no index but that of what is unanswered can be used: few are, and many are remembered. */
export const UNANSWERED = `SELECT id, record, at FROM inbox
  WHERE record IS NOT NULL AND id || '' >= ? AND id || '' < ? ORDER BY at, id`;

export const FORGET = `DELETE FROM inbox WHERE id IN (
  SELECT id FROM inbox WHERE record IS NULL AND at < ? ORDER BY at LIMIT ${FORGOTTEN_AT_ONCE})`;

const row = z.object({ id: z.string(), record: z.string(), at: z.number() });

export function createInbox(sql: Sql, clock: Clock): Inbox {
  return {
    async claim(id, record) {
      const at = clock.now();
      return sql.transaction('inbox', async (tx) => {
        await tx.run(FORGET, at - REMEMBERED_MS);
        const added = await tx.run(
          'INSERT INTO inbox (id, record, at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
          ...[id, textOf(record), at],
        );
        return added.changes === 1;
      });
    },
    async note(id, record) {
      await sql.run('UPDATE inbox SET record = ? WHERE id = ? AND record IS NOT NULL', textOf(record), id);
    },
    async done(id) {
      await sql.run('UPDATE inbox SET record = NULL WHERE id = ?', id);
    },
    async pending(idPrefix) {
      // The character after the last one of the prefix ends the range of all ids that begin so.
      const rows = await sql.all(UNANSWERED, idPrefix, `${idPrefix}\u{10ffff}`);
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
