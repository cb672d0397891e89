/** What SQLite and PostgreSQL do each in its own way, where rows go from one to the other. */
import { clean, cleanAll } from '../../core/text.ts';
import type { SqlValue } from '../sql.ts';
import type { Kind } from './table.ts';

export const SQLITE: Kind = {
  numbering: '',
  given: (on, table) => on.all('SELECT seq AS last FROM sqlite_sequence WHERE name = ?', table),
  // Of a table that SQLite itself does not count for, this is kept for whoever reads it next.
  async goOnAfter(on, table, _column, last) {
    await on.run('DELETE FROM sqlite_sequence WHERE name = ?', table);
    await on.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', table, last);
  },
  fit: (one) => one,
};

export const POSTGRES: Kind = {
  numbering: 'OVERRIDING SYSTEM VALUE',
  given: (on, table, column) =>
    on.all(
      `SELECT last_value AS last FROM pg_sequences
       WHERE format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence(?, ?)`,
      table,
      column,
    ),
  goOnAfter: (on, table, column, last) =>
    on.all(`SELECT setval(pg_get_serial_sequence(?, ?), ?)`, table, column, last),
  fit: asPostgresHasIt,
};

/**
 * Without what PostgreSQL can't hold in a text. Records are JSON, where it hides behind escapes, and those of jobs are read
 * as such by the database.
 */
function asPostgresHasIt(one: SqlValue): SqlValue {
  if (typeof one !== 'string') return one;
  if (!/\\u(?:0000|d[89a-f])/i.test(one)) return clean(one);
  try {
    return clean(JSON.stringify(cleanAll(JSON.parse(one))));
  } catch {
    return clean(one);
  }
}
