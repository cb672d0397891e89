/**
 * Marks a copy of the records as one, inside the copy itself: however it is put in their place, by a command or by hand, a
 * bot that starts on it knows that what was open then may have gone on since.
 */
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { PLATFORMS } from '../../chat/catalog.ts';
import { translated } from '../errors.ts';
import type { Sql, Statements } from '../sql.ts';

const KEY = 'copy:at';
const SELECT = 'SELECT value FROM keyv WHERE key = ?';
const INSERT = `INSERT INTO keyv (key, value) VALUES (?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

const markRow = z.object({ value: z.string() }).optional();
const markValue = z.object({ value: z.number() });

/** Records that were put back from a copy, until they have been set right. */
export type PutBack = {
  /** When that copy was made; undefined for records that are none. */
  since(): Promise<number | undefined>;
  /**
   * Drops what waits for a yes, and what was asked and not yet answered: either may have become a job since, which would be
   * made, and sent, a second time.
   */
  dropAsked(): Promise<void>;
  /** From now on these are records like any others. */
  done(): Promise<void>;
};

/** Writes it into a database that nobody else has open, and leaves all of it in one file. */
export function markCopy(path: string, at: number): void {
  const sqlite = new DatabaseSync(path);
  try {
    translated(() => {
      sqlite.exec('PRAGMA synchronous = FULL');
      // Or the mark would lie in a file beside it, and stay there when somebody copies this one.
      sqlite.prepare('PRAGMA journal_mode = DELETE').get();
      sqlite.prepare(INSERT).run(KEY, JSON.stringify({ value: at }));
    });
  } finally {
    sqlite.close();
  }
}

/** The same in a database that is open. */
export async function markOn(sql: Pick<Statements, 'run'>, at: number): Promise<void> {
  await sql.run(INSERT, KEY, JSON.stringify({ value: at }));
}

/** When that copy was made; undefined for a database that is none. */
export async function copiedAt(sql: Pick<Statements, 'all'>): Promise<number | undefined> {
  const row = markRow.parse((await sql.all(SELECT, KEY))[0]);
  return row && markValue.parse(JSON.parse(row.value)).value;
}

export function putBackOn(sql: Sql): PutBack {
  return {
    since: () => copiedAt(sql),
    async dropAsked() {
      await sql.run("DELETE FROM keyv WHERE key >= 'offers:' AND key < 'offers;'");
      // What a chat has yet to say of a job, and which message it says that in, costs nothing: chat/status.ts.
      const statuses = PLATFORMS.map((platform) => `${platform}-status:%`);
      const isNone = statuses.map(() => 'AND id NOT LIKE ?').join(' ');
      await sql.run(`UPDATE inbox SET record = NULL WHERE record IS NOT NULL ${isNone}`, ...statuses);
    },
    async done() {
      await sql.run('DELETE FROM keyv WHERE key = ?', KEY);
    },
  };
}
