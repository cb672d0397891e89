/** Copies one table of one database to another, and proves that all of it arrived. */
import { z } from 'zod';
import { NotTheSame } from '../errors.ts';
import type { SqlValue, Statements } from '../sql.ts';
import { columnsOf, countOf, createSum, marks, pagesOf, quoted, type Row, type Tally } from './rows.ts';
import type { MovedTable } from './tables.ts';

export type Source = Pick<Statements, 'all'>;

/** What each database does in its own way. */
export type Kind = {
  /** What stands in an INSERT whose rows bring their own numbers. */
  numbering: string;
  /** Asks for `last`, the highest number that it has given, also to rows that are gone; none where it does not know. */
  given(on: Source, table: string, column: string): Promise<unknown[]>;
  goOnAfter(on: Statements, table: string, column: string, last: number): Promise<unknown>;
  /** Without what it can't hold. */
  fit(one: SqlValue): SqlValue;
};

export type From = { on: Source; kind: Pick<Kind, 'given'> };
export type To = { on: Statements; kind: Omit<Kind, 'given'> };
/** `mended`: rows in which something was left out that the other database can't hold. */
export type Copied = { tally: Tally; mended: number };

const numberRow = z.object({ last: z.int().nullable() });

/** What is there before goes. `keeps`: false for a row that stays behind. Throws NotTheSame. */
export async function copyTable(
  { from, to }: { from: From; to: To },
  table: MovedTable,
  keeps: (row: Row) => boolean = () => true,
): Promise<Copied> {
  await to.on.run(`DELETE FROM ${table.name}`);
  const sent = createSum();
  let mended = 0;
  let left = 0;
  for await (const found of pagesOf(from.on, table)) {
    const rows = found.filter(keeps);
    left += found.length - rows.length;
    const fit = rows.map((row) => row.map(to.kind.fit));
    mended += fit.filter((row, n) => row.some((one, at) => one !== rows[n]?.[at])).length;
    sent.add(fit);
    if (fit.length > 0) await insert(to, table, fit);
  }
  if (table.isNumbered) await goOnCounting(from, to, table);

  const arrived = createSum();
  for await (const rows of pagesOf(to.on, table)) arrived.add(rows);
  const [before, after] = [await countOf(from.on, table), await countOf(to.on, table)];
  const expected = { ...before, count: before.count - left };
  const isSame = JSON.stringify(expected) === JSON.stringify(after) && sent.sum() === arrived.sum();
  if (!isSame) throw new NotTheSame(`${table.name} did not arrive as it was sent`);
  return { tally: { ...after, sum: arrived.sum() }, mended };
}

/** The numbers of rows are theirs for good: whoever has read up to one goes on after it. */
async function insert({ on, kind }: To, table: MovedTable, rows: readonly Row[]): Promise<void> {
  const columns = columnsOf(table);
  const values = rows.map(() => marks(columns.length)).join(', ');
  await on.run(
    `INSERT INTO ${table.name} (${quoted(columns)}) ${kind.numbering} VALUES ${values}`,
    ...rows.flat(),
  );
}

/** Also after numbers whose rows are gone. */
async function goOnCounting(from: From, to: To, { name, key: [column = ''] }: MovedTable): Promise<void> {
  const [highest] = await from.on.all(`SELECT MAX("${column}") AS last FROM ${name}`);
  const [given] = await from.kind.given(from.on, name, column);
  const last = Math.max(numberRow.parse(highest).last ?? 0, given ? (numberRow.parse(given).last ?? 0) : 0);
  if (last > 0) await to.kind.goOnAfter(to.on, name, column, last);
}
