/** Reads a table of either database page by page, and adds up what is in it, so that two tables can be compared. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SqlValue, Statements } from '../sql.ts';
import type { MovedTable } from './tables.ts';

const PAGE = 200;

export type Row = readonly SqlValue[];

/** What a table comes to. Of two with the same, each row is the same, in whatever order they are read. */
export type Tally = { count: number; sum: bigint; money: readonly number[] };

const value = z.union([z.string(), z.number(), z.null(), z.instanceof(Uint8Array)]);
const sums = z.record(z.string(), z.int());

export const columnsOf = ({ key, others }: MovedTable): readonly string[] => [...key, ...others];
export const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
export const marks = (count: number): string => `(${Array.from({ length: count }, () => '?').join(', ')})`;

/** By its key, after the last one that was read: all of it never lies in memory at once. */
export async function* pagesOf(on: Pick<Statements, 'all'>, table: MovedTable): AsyncGenerator<Row[]> {
  const columns = columnsOf(table);
  const key = quoted(table.key);
  for (let after: SqlValue[] = []; ; ) {
    const where = after.length > 0 ? `WHERE (${key}) > ${marks(after.length)}` : '';
    const found = await on.all(
      `SELECT ${quoted(columns)} FROM ${table.name} ${where} ORDER BY ${key} LIMIT ${PAGE}`,
      ...after,
    );
    const rows = found.map((one) => {
      const row = z.record(z.string(), value).parse(one);
      return columns.map((name) => row[name] ?? null);
    });
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.slice(0, table.key.length);
  }
}

/** Rows and money as the database itself counts them: what the pages have missed shows here. */
export async function countOf(
  on: Pick<Statements, 'all'>,
  table: MovedTable,
): Promise<Pick<Tally, 'count' | 'money'>> {
  const money = table.money ?? [];
  const added = money.map((name) => `, CAST(COALESCE(SUM("${name}"), 0) AS BIGINT) AS "${name}"`);
  const [row] = await on.all(`SELECT COUNT(*) AS "count"${added.join('')} FROM ${table.name}`);
  const found = sums.parse(row);
  return { count: found.count ?? 0, money: money.map((name) => found[name] ?? 0) };
}

/** Adds up hashes of rows. */
export function createSum(): { add(rows: readonly Row[]): void; sum(): bigint } {
  let total = 0n;
  return {
    add(rows) {
      for (const row of rows) {
        const hash = createHash('sha256')
          .update(JSON.stringify(row.map(plain)))
          .digest('hex');
        total = BigInt.asUintN(256, total + BigInt(`0x${hash}`));
      }
    },
    sum: () => total,
  };
}

const plain = (one: SqlValue): unknown =>
  one instanceof Uint8Array ? { bytes: Buffer.from(one).toString('base64') } : one;
