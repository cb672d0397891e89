/** The records in PostgreSQL for whoever only reads them, while bots work on them or while none does. */
import type pg from 'pg';
import { StoreTaken, StoreTooNew, StoreTooOld } from './errors.ts';
import { POSTGRES_MIGRATIONS } from './migrations-postgres.ts';
import { statementsOn } from './postgres.ts';
import { postgresErrorOf } from './postgres-errors.ts';
import { openPool } from './postgres-pool.ts';
import type { Statements } from './sql.ts';

const ANSWER_WITHIN_MS = 15_000;
/** Of whole tables, while nobody waits. */
const LONG_WITHIN_MS = 30 * 60_000;

export type Source = Pick<Statements, 'all'>;

/** In the shape that it has; 0 where it has none yet. Throws StoreError. */
export async function openPostgresToRead(
  url: string,
): Promise<Source & { shape: number; close(): Promise<void> }> {
  const pool = openPool(url, 'strut doctor', 2, ANSWER_WITHIN_MS, 'SET default_transaction_read_only = on');
  const source = sourceOn(pool);
  try {
    return { ...source, shape: await shapeIn(source), close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/**
 * For whoever is about to put records there, and brings the database to this version's shape for that: a bot of an earlier
 * version would not start on it any more. Throws StoreTaken where one has records there, or another StoreError.
 */
export async function checkNoOlderBot(url: string): Promise<void> {
  const { all, shape, close } = await openPostgresToRead(url);
  try {
    if (shape === 0 || shape >= POSTGRES_MIGRATIONS.length) return;
    const found = await all('SELECT 1 FROM keyv LIMIT 1');
    if (found.length > 0) throw new StoreTaken('there are records of an earlier version already');
  } finally {
    await close();
  }
}

/**
 * All of it as it is at one moment, however long that is read, while bots go on writing. Undefined where there are no
 * records. Throws StoreTooOld, StoreTooNew or another StoreError.
 */
export async function readSnapshot<T>(
  url: string,
  work: (source: Source) => Promise<T>,
): Promise<T | undefined> {
  const pool = openPool(url, 'strut backup', 1, LONG_WITHIN_MS);
  try {
    const client = await pool.connect().catch((error: unknown) => {
      throw postgresErrorOf(error) ?? error;
    });
    try {
      const source = sourceOn(client);
      await source.all('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const shape = await shapeIn(source);
      const known = POSTGRES_MIGRATIONS.length;
      const say = `the database has shape ${shape}, this version of Strut ${known}`;
      if (shape > known) throw new StoreTooNew(say);
      if (shape > 0 && shape < known) throw new StoreTooOld(say);
      return shape === 0 ? undefined : await work(source);
    } finally {
      // What was begun ends with the connection.
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

function sourceOn(target: Pick<pg.ClientBase, 'query'>): Source {
  const direct = statementsOn(target);
  return {
    async all(text, ...values) {
      try {
        return await direct.all(text, ...values);
      } catch (error) {
        throw postgresErrorOf(error) ?? error;
      }
    },
  };
}

async function shapeIn({ all }: Source): Promise<number> {
  const [made] = await all("SELECT to_regclass('shape') IS NOT NULL AS made");
  const [row] = Object(made).made ? await all('SELECT version FROM shape') : [];
  return Number(Object(row).version ?? 0);
}
