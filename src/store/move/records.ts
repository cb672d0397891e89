/**
 * Moves all records from SQLite to PostgreSQL in one transaction: they are there and proven, or nothing is. So whatever
 * ends it in the middle, it can be run again.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { StoreTaken } from '../errors.ts';
import type { Database, Statements } from '../sql.ts';
import { POSTGRES, SQLITE } from './kinds.ts';
import type { Tally } from './rows.ts';
import { copyTable, type Source } from './table.ts';
import { MOVED, type MovedTable } from './tables.ts';

/** In the records that were moved, until a bot is started on them: whose they are, so that they may be replaced. */
export const MOVE_MARK = 'move:from';
const HOME = 'home:id';
const valueRow = z.object({ value: z.string() }).optional();

export type MovedRecords = {
  tables: { table: MovedTable; tally: Tally }[];
  /** Rows in which letters were left out that PostgreSQL can't hold. */
  mended: number;
};

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
    const way = { from: { on: from, kind: SQLITE }, to: { on: tx, kind: POSTGRES } };
    for (const table of MOVED) {
      const { tally, mended } = await copyTable(way, table);
      moved.tables.push({ table, tally });
      moved.mended += mended;
    }
    for (const [key, text] of [...secrets, [MOVE_MARK, origin] as const])
      await tx.run('INSERT INTO keyv (key, value) VALUES (?, ?)', key, text);
    proven();
    return moved;
  });
}

/** A bot works on these records from here on: what was moved into them is not replaced any more. */
export async function endMove(sql: Pick<Statements, 'run'>): Promise<void> {
  await sql.run('DELETE FROM keyv WHERE key = ?', MOVE_MARK);
}

/** The mark that its files bear, too. */
export async function homeOf(from: Source): Promise<string | undefined> {
  return textAt(from, HOME);
}

async function textAt(from: Source, key: string): Promise<string | undefined> {
  const [row] = await from.all('SELECT value FROM keyv WHERE key = ?', key);
  return valueRow.parse(row)?.value;
}

/** Only what an earlier move of the same bot has left may be replaced. Throws StoreTaken. */
export async function checkFree(target: Source, origin: string | undefined): Promise<void> {
  const mark = await textAt(target, MOVE_MARK);
  if (mark !== undefined && mark === origin) return;
  for (const { name } of MOVED) {
    const found = await target.all(`SELECT 1 FROM ${name} LIMIT 1`);
    if (found.length > 0) throw new StoreTaken(`there are records already, in ${name}`);
  }
}
