/** The port on PostgreSQL, through a pool of connections. What is here is loaded only where STORE_URL asks for it. */
import type pg from 'pg';
import { StoreClosed, StoreTooNew, StoreUnfit } from './errors.ts';
import { POSTGRES_MIGRATIONS } from './migrations-postgres.ts';
import { isDeadlock, isUnanswered, postgresErrorOf } from './postgres-errors.ts';
import { openPool } from './postgres-pool.ts';
import { prepared } from './postgres-prepared.ts';
import { orForbidden } from './postgres-rights.ts';
import type { Database, LockName, SqlValue, Statements } from './sql.ts';

const OLDEST_VERSION = 140_000;
const CONNECTIONS = 10;
const QUEUE_CONNECTIONS = 4;
/**
 * For what is told by the records as well: should the server's machine fall, the last half second of it may be as if it had
 * not been. What was kept is kept in the order it was written in: no step is gone before the one after it is there.
 */
const UNSYNCED = 'SET synchronous_commit = off';
/**
 * Of one statement: on a cable that was cut, nobody would ever answer. Somebody waits for most of them, so this is about as
 * long as a database takes that is started again.
 */
const ANSWER_WITHIN_MS = 15_000;
/** What goes through whole tables, while nobody waits. */
const LONG_WITHIN_MS = 30 * 60_000;
const TRIES_AT_DEADLOCK = 5;
/** The tables that say who somebody is. */
const WITH_MEMBERS = [
  ...['keyv', 'inbox', 'ledger_lines', 'ledger_counters', 'audit_log', 'library', 'settings'],
  ...['admissions', 'admission_spaces', 'admission_members'],
];
type Queryable = Pick<pg.ClientBase, 'query'>;

/** The same database for another user of it: statements in PostgreSQL's own form, and errors as they are. */
type PostgresAccess = { executeSql(text: string, values?: unknown[]): Promise<{ rows: object[] }> };

export type QueueAccess = PostgresAccess & {
  /** Where our records lie. */
  schema: string;
  /** In a transaction of ours that is under way. */
  within(tx: Statements): PostgresAccess;
  /** An error in our own words, and without what stood in a row. */
  errorOf(error: unknown): unknown;
  /** The same at a start, where what the role may not is said to the operator. */
  startErrorOf(error: unknown, schema: string): Promise<unknown>;
};

export type PostgresDatabase = Database & { queues: QueueAccess };

/** The connection of each transaction that is under way. */
const clients = new WeakMap<Statements, Queryable>();

function clientOf(tx: Statements): Queryable {
  const client = clients.get(tx);
  if (!client) throw new TypeError('not a transaction of PostgreSQL');
  return client;
}

/**
 * Connects and brings the database to the present shape. Throws StoreUnreachable, StoreUnfit, StoreTooNew or another
 * StoreError.
 */
export async function openPostgres(
  url: string,
  { answerWithinMs = ANSWER_WITHIN_MS }: { answerWithinMs?: number } = {},
): Promise<PostgresDatabase> {
  const pool = openPool(url, 'strut', CONNECTIONS, answerWithinMs);
  const queuePool = openPool(url, 'strut queues', QUEUE_CONNECTIONS, answerWithinMs, UNSYNCED);
  let closed: Promise<void> | undefined;
  const told = async <T>(step: () => Promise<T>): Promise<T> => {
    if (closed) throw new StoreClosed('the store is closed');
    try {
      return await step();
    } catch (error) {
      throw postgresErrorOf(error) ?? error;
    }
  };
  const direct = statementsOn(pool);
  const db: PostgresDatabase = {
    all: (text, ...values) => told(() => direct.all(text, ...values)),
    run: (text, ...values) => told(() => direct.run(text, ...values)),
    transaction: (name, work, how) => told(() => transaction(pool, name, work, how)),
    queues: {
      schema: '',
      executeSql: (text, values) => againAtDeadlock(() => queuePool.query(prepared(text, values))),
      within: (tx) => ({ executeSql: (text, values) => clientOf(tx).query(prepared(text, values)) }),
      errorOf: (error) => postgresErrorOf(error) ?? error,
      startErrorOf: (error, steps) => orForbidden(postgresErrorOf(error) ?? error, direct.all, steps),
    },
    async check() {},
    overwrite: async () => {
      // What was removed is a dead row until then. The server's own log and backups are its operator's.
      await told(() => pool.query(long(prepared(`VACUUM ${WITH_MEMBERS.join(', ')}`))));
    },
    close: () => {
      closed ??= Promise.all([pool.end(), queuePool.end()]).then(() => {});
      return closed;
    },
  };
  try {
    db.queues.schema = await checkServer(db);
    await told(() => migrate(pool));
    return db;
  } catch (error) {
    const told = await orForbidden(error, db.all);
    await db.close();
    throw told;
  }
}

type Statement = ReturnType<typeof prepared>;

/** `query_timeout` of one statement is pg's own, though its types don't tell. */
const long = (statement: Statement) => ({ ...statement, query_timeout: LONG_WITHIN_MS });

/** Errors are PostgreSQL's own. */
export function statementsOn(
  target: Queryable,
  as: (statement: Statement) => Statement = (same) => same,
): Statements {
  const ask = (text: string, values: readonly SqlValue[]) =>
    target.query<object>(as(prepared(numbered(text), checked(values))));
  return {
    all: async (text, ...values) => (await ask(text, values)).rows,
    run: async (text, ...values) => ({ changes: (await ask(text, values)).rowCount ?? 0 }),
  };
}

/** Each is one of `name` at a time, in all processes: the lock goes with the transaction, however that ends. */
async function transaction<T>(
  pool: pg.Pool,
  name: LockName,
  work: (tx: Statements) => Promise<T>,
  how: { synced: boolean; isLong?: boolean } = { synced: true },
  tries = 1,
): Promise<T> {
  const timed = how.isLong ? long : (same: Statement) => same;
  const client = await pool.connect();
  let ended = false;
  try {
    const begin = how.synced ? 'BEGIN' : 'BEGIN; SET LOCAL synchronous_commit = off';
    const text = name === 'row' ? begin : `${begin}; SELECT pg_advisory_xact_lock(hashtext('strut ${name}'))`;
    await client.query(timed(prepared(text)));
    const tx = statementsOn(client, timed);
    clients.set(tx, client);
    const result = await work(tx);
    const { command } = await client.query('COMMIT');
    ended = true;
    if (command !== 'COMMIT') throw new Error('the database undid a transaction in place of keeping it');
    return result;
  } catch (error) {
    // Who gave no answer gives none to this either.
    if (!ended && !isUnanswered(error)) ended = await isUndone(client);
    // Of two that wait for each other, PostgreSQL lets one go on; nothing of the other has happened.
    if (!(isDeadlock(error) && tries < TRIES_AT_DEADLOCK)) throw error;
  } finally {
    // One that does not say how it ended is not to be used again: whatever was begun ends with the connection.
    client.release(!ended);
  }
  return transaction(pool, name, work, how, tries + 1);
}

/** Of two that wait for each other, PostgreSQL lets one go on; nothing of the other has happened. */
async function againAtDeadlock<T>(work: () => Promise<T>, tries = 1): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDeadlock(error) || tries >= TRIES_AT_DEADLOCK) throw error;
  }
  return againAtDeadlock(work, tries + 1);
}

const isUndone = (client: Queryable): Promise<boolean> =>
  client.query('ROLLBACK').then(
    () => true,
    () => false,
  );

/** Answers with the schema that our tables lie in. */
async function checkServer(db: Database): Promise<string> {
  const [server] = await db.all(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
       current_schema() AS schema`,
  );
  const { version, encoding, schema } = Object(server);
  if (version < OLDEST_VERSION) throw new StoreUnfit('PostgreSQL must be of version 14 or later');
  if (encoding !== 'UTF8') throw new StoreUnfit('the database must have the encoding UTF8');
  return String(schema);
}

/** Of several processes that start at once, one migrates and the others find it done. */
function migrate(pool: pg.Pool): Promise<void> {
  const work = async (tx: Statements): Promise<void> => {
    await tx.run('CREATE TABLE IF NOT EXISTS shape (version BIGINT NOT NULL)');
    const [row] = await tx.all('SELECT version FROM shape');
    const version = Number(Object(row).version ?? 0);
    if (version > POSTGRES_MIGRATIONS.length) {
      throw new StoreTooNew(
        `the database has shape ${version}, this version of Strut knows up to ${POSTGRES_MIGRATIONS.length}`,
      );
    }
    if (version === POSTGRES_MIGRATIONS.length) return;
    for (const step of POSTGRES_MIGRATIONS.slice(version)) await tx.run(step);
    await tx.run('DELETE FROM shape');
    await tx.run('INSERT INTO shape (version) VALUES (?)', POSTGRES_MIGRATIONS.length);
  };
  return transaction(pool, 'migrate', work, { synced: true, isLong: true });
}

const numberedTexts = new Map<string, string>();

/** `?` becomes `$1`, `$2` and so on, but in texts and quoted names. */
function numbered(text: string): string {
  const known = numberedTexts.get(text);
  if (known !== undefined) return known;
  let count = 0;
  const result = text.replace(/'[^']*'|"[^"]*"|\?/g, (part) => {
    if (part !== '?') return part;
    count += 1;
    return `$${count}`;
  });
  numberedTexts.set(text, result);
  return result;
}

/** pg would write an object down as JSON, and undefined as NULL: neither is what anybody meant. */
function checked(values: readonly SqlValue[]): SqlValue[] {
  for (const value of values) {
    const fits =
      value === null || typeof value === 'string' || typeof value === 'number' || value instanceof Uint8Array;
    if (!fits) throw new TypeError('not a value for the database');
  }
  return [...values];
}
