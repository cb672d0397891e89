/**
 * Moves all records from SQLite to PostgreSQL in one transaction: they are there and proven, or nothing is. So whatever
 * ends it in the middle, it can be run again.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { clean, cleanAll } from '../../core/text.ts';
import { NotTheSame, StoreTaken } from '../errors.ts';
import type { Database, SqlValue, Statements } from '../sql.ts';
import { columnsOf, countOf, createSum, marks, pagesOf, quoted, type Row, type Tally } from './rows.ts';
import { MOVED, type MovedTable } from './tables.ts';

/** In the records that were moved, until a bot is started on them: whose they are, so that they may be replaced. */
const MARK = 'move:from';
const HOME = 'home:id';
const valueRow = z.object({ value: z.string() }).optional();
const numberRow = z.object({ last: z.int().nullable() });

export type MovedRecords = {
  tables: { table: MovedTable; tally: Tally }[];
  /** Rows in which letters were left out that PostgreSQL can't hold. */
  mended: number;
};

type Source = Pick<Statements, 'all'>;
type Order = {
  /** Small texts of the data folder, by their key in the key-value store. */
  secrets: ReadonlyMap<string, string>;
  /** Everything is there and the same: it counts from the moment that this has ended. */
  proven(): void;
};

/** Throws StoreTaken where the target has records that may be somebody's, NotTheSame, or another StoreError. */
export function moveRecords(from: Source, to: Database, { secrets, proven }: Order): Promise<MovedRecords> {
  return to.transaction('migrate', async (tx) => {
    // One without a mark is nobody's own: the next move is refused.
    const origin = (await homeOf(from)) ?? randomUUID();
    await checkFree(tx, origin);
    const moved: MovedRecords = { tables: [], mended: 0 };
    for (const table of MOVED) {
      const { tally, mended } = await moveTable(from, tx, table);
      moved.tables.push({ table, tally });
      moved.mended += mended;
    }
    for (const [key, text] of [...secrets, [MARK, origin] as const])
      await tx.run('INSERT INTO keyv (key, value) VALUES (?, ?)', key, text);
    proven();
    return moved;
  });
}

/** A bot works on these records from here on: what was moved into them is not replaced any more. */
export async function endMove(sql: Pick<Statements, 'run'>): Promise<void> {
  await sql.run('DELETE FROM keyv WHERE key = ?', MARK);
}

/** The mark that its files bear, too. */
export async function homeOf(from: Source): Promise<string | undefined> {
  return textAt(from, HOME);
}

async function textAt(from: Source, key: string): Promise<string | undefined> {
  const [row] = await from.all('SELECT value FROM keyv WHERE key = ?', key);
  return valueRow.parse(row)?.value;
}

/** Only what an earlier move of the same bot has left may be replaced. */
async function checkFree(tx: Statements, origin: string): Promise<void> {
  if ((await textAt(tx, MARK)) === origin) return;
  for (const { name } of MOVED) {
    const found = await tx.all(`SELECT 1 FROM ${name} LIMIT 1`);
    if (found.length > 0) throw new StoreTaken(`there are records already, in ${name}`);
  }
}

async function moveTable(
  from: Source,
  tx: Statements,
  table: MovedTable,
): Promise<{ tally: Tally; mended: number }> {
  await tx.run(`DELETE FROM ${table.name}`);
  const sent = createSum();
  let mended = 0;
  for await (const rows of pagesOf(from, table)) {
    const fit = rows.map((row) => row.map(asPostgresHasIt));
    mended += fit.filter((row, n) => row.some((one, at) => one !== rows[n]?.[at])).length;
    sent.add(fit);
    await insert(tx, table, fit);
  }
  if (table.isNumbered) await goOnCounting(from, tx, table);

  const arrived = createSum();
  for await (const rows of pagesOf(tx, table)) arrived.add(rows);
  const [before, after] = [await countOf(from, table), await countOf(tx, table)];
  const isSame = JSON.stringify(before) === JSON.stringify(after) && sent.sum() === arrived.sum();
  if (!isSame) throw new NotTheSame(`${table.name} did not arrive as it was sent`);
  return { tally: { ...after, sum: arrived.sum() }, mended };
}

async function insert(tx: Statements, table: MovedTable, rows: readonly Row[]): Promise<void> {
  const columns = columnsOf(table);
  const values = rows.map(() => marks(columns.length)).join(', ');
  // The numbers of rows are theirs for good: whoever has read up to one goes on after it.
  await tx.run(
    `INSERT INTO ${table.name} (${quoted(columns)}) OVERRIDING SYSTEM VALUE VALUES ${values}`,
    ...rows.flat(),
  );
}

/** Also after numbers whose rows are gone, where SQLite remembers them. */
async function goOnCounting(from: Source, tx: Statements, { name, key }: MovedTable): Promise<void> {
  const [column = ''] = key;
  const [highest] = await from.all(`SELECT MAX("${column}") AS last FROM ${name}`);
  const [given] = await from.all('SELECT seq AS last FROM sqlite_sequence WHERE name = ?', name);
  const last = Math.max(numberRow.parse(highest).last ?? 0, given ? (numberRow.parse(given).last ?? 0) : 0);
  if (last > 0) await tx.all(`SELECT setval(pg_get_serial_sequence(?, ?), ?)`, name, column, last);
}

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
