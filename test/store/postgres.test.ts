/** What is PostgreSQL's own: how it is opened, how transactions shut each other out, and what becomes of its errors. */
import pg from 'pg';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  StoreClosed,
  StoreInUse,
  StoreTooNew,
  StoreUnreachable,
  StoreUnwritable,
} from '../../src/store/errors.ts';
import { createLedger } from '../../src/store/ledger.ts';
import { POSTGRES_MIGRATIONS } from '../../src/store/migrations-postgres.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { lockRecords } from '../../src/store/postgres-lock.ts';
import { aHold, SPACE_DAY } from '../contracts/ledger.ts';
import { freshSchema, postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { wireTo } from '../postgres/wire.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

/** A second process on the records of this file. */
async function another(name = 'strut') {
  const db = await openPostgres(`${await postgres.url()}&application_name=${name}`);
  onTestFinished(() => db.close());
  return db;
}

async function schema() {
  const { url, drop } = await freshSchema();
  onTestFinished(drop);
  return url;
}

const LOCK = "hashtext('strut process'), hashtext(current_schema())";

async function session(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** The sessions that have the lock of that client's schema, or wait for it. */
async function lockedBy(client: pg.Client, granted = true): Promise<unknown[]> {
  const { rows } = await client.query(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted = $1
      AND (classid::bigint, objid::bigint) = (hashtext('strut process')::bigint & 4294967295,
        hashtext(current_schema())::bigint & 4294967295)`,
    [granted],
  );
  return rows.map((row) => Object(row).pid);
}

describe('opening a database in PostgreSQL', postgresNeeded, () => {
  it('makes its tables once, also when two processes start at once on an empty one', async () => {
    const url = await schema();
    const both = await Promise.all([openPostgres(url), openPostgres(url)]);
    for (const db of both) {
      expect(await db.all('SELECT version FROM shape')).toEqual([{ version: POSTGRES_MIGRATIONS.length }]);
      await db.close();
    }
  });

  it('refuses one of a later version and leaves it alone', async () => {
    const url = await schema();
    const db = await openPostgres(url);
    await db.run('UPDATE shape SET version = 1000');
    await expect(openPostgres(url)).rejects.toThrow(StoreTooNew);
    expect(await db.all('SELECT version FROM shape')).toEqual([{ version: 1000 }]);
    await db.close();
  });

  it.each([
    ['no server', 'postgres://strut@127.0.0.1:1/strut'],
    ['a server that knows no such database', undefined],
  ])('throws StoreUnreachable where there is %s', async (_what, address) => {
    const url = address ?? (await postgres.url()).replace('/postgres?', '/nowhere?');
    await expect(openPostgres(url)).rejects.toThrow(StoreUnreachable);
    await expect(lockRecords(url)).rejects.toThrow(StoreUnreachable);
  });

  it('is for one process at a time, until that one lets go or is gone', async () => {
    const url = await schema();
    const release = await lockRecords(url);
    await expect(lockRecords(url, { waitMs: 0 })).rejects.toThrow(StoreInUse);
    await release();
    await (await lockRecords(url, { waitMs: 0 }))();
  });

  it('is for any number that say that others may be there, beside nobody who does not', async () => {
    const url = await schema();
    const first = await lockRecords(url, { beside: true });
    const second = await lockRecords(url, { beside: true, waitMs: 0 });
    await expect(lockRecords(url, { waitMs: 0 })).rejects.toThrow(StoreInUse);
    await first();
    await expect(lockRecords(url, { waitMs: 0 })).rejects.toThrow(StoreInUse);
    await second();
    const alone = await lockRecords(url, { waitMs: 0 });
    onTestFinished(alone);
    await expect(lockRecords(url, { beside: true, waitMs: 0 })).rejects.toThrow(StoreInUse);
  });

  it('is so again once the database has ended its connection', async () => {
    const url = await schema();
    const release = await lockRecords(url);
    onTestFinished(release);
    const rival = await session(url);
    const [first] = await lockedBy(rival);
    await rival.query('SELECT pg_terminate_backend($1)', [first]);
    await expect
      .poll(() => lockedBy(rival))
      .toEqual([expect.toSatisfy((pid) => typeof pid === 'number' && pid !== first)]);
    await release();
    expect(await lockedBy(rival)).toEqual([]);
  });

  it('tells the process whose connection has ended that another has the records by then', async () => {
    const url = await schema();
    const taken = Promise.withResolvers<void>();
    const release = await lockRecords(url, { waitMs: 0, onTaken: taken.resolve });
    onTestFinished(release);
    const [rival, onlooker] = [await session(url), await session(url)];
    const waits = rival.query(`SELECT pg_advisory_lock(${LOCK})`);
    await expect.poll(() => lockedBy(onlooker, false)).toHaveLength(1);
    await onlooker.query('SELECT pg_terminate_backend($1)', await lockedBy(onlooker));
    await Promise.all([waits, taken.promise]);
  });
});

describe('an open database in PostgreSQL', postgresNeeded, () => {
  it('undoes a transaction that throws, and goes on', async () => {
    const db = await postgres.empty();
    const failed = db.transaction('keyv', async (tx) => {
      await tx.run('INSERT INTO ping VALUES (1, 1)');
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await db.transaction('keyv', (tx) => tx.run('INSERT INTO ping VALUES (1, 2)'));
    expect(await db.all('SELECT at FROM ping')).toEqual([{ at: 2 }]);
  });

  it('does a transaction again that had to give way to one that waited for it', async () => {
    const db = await postgres.empty();
    await db.run("INSERT INTO keyv (key, value) VALUES ('a', '0'), ('b', '0')");
    const meeting = { met: 0, go: Promise.withResolvers<void>() };
    const add = (name: 'keyv' | 'ledger', keys: string[]) =>
      db.transaction(name, async (tx) => {
        for (const key of keys) {
          await tx.run("UPDATE keyv SET value = value || '1' WHERE key = ?", key);
          meeting.met += 1;
          // Both hold one row now and want the other's.
          if (meeting.met === 2) meeting.go.resolve();
          await meeting.go.promise;
        }
      });
    await Promise.all([add('keyv', ['a', 'b']), add('ledger', ['b', 'a'])]);
    expect(await db.all('SELECT key, value FROM keyv ORDER BY key')).toEqual([
      { key: 'a', value: '011' },
      { key: 'b', value: '011' },
    ]);
  });

  it('lets exactly two of many holds of $0.42 pass a limit of $1.00 when three processes try at once', async () => {
    const ledgers = [await postgres.empty(), await another(), await another()].map(createLedger);
    const limits = [{ ...SPACE_DAY, maxMicros: 1_000_000, resetsAt: 0 }];
    const outcomes = await Promise.all(
      Array.from({ length: 21 }, (_, n) => ledgers[n % 3]?.reserve(aHold({ jobId: `web:${n}`, limits }))),
    );
    expect(outcomes.filter((outcome) => outcome?.ok)).toHaveLength(2);
    expect(await ledgers[0]?.totals(SPACE_DAY)).toMatchObject({ heldMicros: 840_000, heldJobs: 2 });
  });

  it('survives the end of its connections, and goes on with new ones', async () => {
    const db = await another('cut');
    await db.all('SELECT 1');
    const cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut'";
    await (await postgres.empty()).run(cut);
    const retried = () => db.all('SELECT 1 AS one').catch((error: Error) => error.name);
    await expect.poll(retried).toEqual([{ one: 1 }]);
  });

  it('says that it is gone where it went in the middle of a transaction, which then never was', async () => {
    const db = await postgres.empty();
    const cut = db.transaction('keyv', async (tx) => {
      await tx.run('INSERT INTO ping VALUES (1, 1)');
      await tx.run('SELECT pg_terminate_backend(pg_backend_pid())');
    });
    await expect(cut).rejects.toThrow(StoreUnreachable);
    expect(await db.all('SELECT at FROM ping')).toEqual([]);
  });

  it('says that it is gone where a statement gets no answer, and keeps nobody else out for long', async () => {
    const db = await postgres.empty();
    const wire = await wireTo(await postgres.url());
    const cutOff = await openPostgres(wire.url, { answerWithinMs: 300 });
    onTestFinished(() => cutOff.close());
    const cut = cutOff.transaction('keyv', async (tx) => {
      await tx.run('INSERT INTO ping VALUES (1, 1)');
      wire.cut();
      await tx.run('INSERT INTO ping VALUES (2, 2)');
    });
    await expect(cut).rejects.toThrow(StoreUnreachable);
    // The server, which nobody has told, ends a transaction that stands still.
    expect(await db.transaction('keyv', (tx) => tx.all('SELECT at FROM ping'))).toEqual([]);
  });

  it('does a statement of the queues again that had to give way', async () => {
    const db = await another();
    await db.run('DELETE FROM keyv');
    await db.run("INSERT INTO keyv (key, value) VALUES ('a', '0'), ('b', '0')");
    const gate = await session(await postgres.url());
    await gate.query('SELECT pg_advisory_lock(77)');
    const waiting = async () => {
      const { rows } = await gate.query('SELECT locktype FROM pg_locks WHERE NOT granted ORDER BY locktype');
      return rows.map((row) => Object(row).locktype);
    };
    const add = "UPDATE keyv SET value = keyv.value || '1'";
    // It has the first row, and goes for the second when the gate is opened.
    const statement = db.queues.executeSql(
      `WITH one AS (${add} WHERE key = 'a' RETURNING key), gate AS (SELECT pg_advisory_xact_lock(77) FROM one)
        ${add} FROM gate WHERE key = 'b'`,
    );
    await expect.poll(waiting).toEqual(['advisory']);
    const other = db.transaction('row', async (tx) => {
      await tx.run(`${add} WHERE key = 'b'`);
      await tx.run(`${add} WHERE key = 'a'`);
    });
    await expect.poll(waiting).toEqual(['advisory', 'transactionid']);
    await gate.query('SELECT pg_advisory_unlock(77)');
    await Promise.all([statement, other]);
    expect(await db.all('SELECT value FROM keyv ORDER BY key')).toEqual([{ value: '011' }, { value: '011' }]);
  });

  it('throws StoreUnwritable where it only reads', async () => {
    const url = `${await postgres.url()}${encodeURIComponent(' -c default_transaction_read_only=on')}`;
    await expect(openPostgres(url)).rejects.toThrow(StoreUnwritable);
  });

  it('takes only what is a value, and tells nothing of a row in an error', async () => {
    const db = await postgres.empty();
    const object = { not: 'text' } as unknown as string;
    await expect(db.run('INSERT INTO keyv (key, value) VALUES (?, ?)', 'a', object)).rejects.toThrow(
      TypeError,
    );
    const bad = await db
      .run("INSERT INTO ledger_counters VALUES ('my secret', 'w', -1, 0, 0, 0)")
      .catch((error: pg.DatabaseError) => error);
    expect(bad).toBeInstanceOf(pg.DatabaseError);
    expect(JSON.stringify(bad)).not.toContain('my secret');
  });

  it('throws StoreClosed after close, which may be called twice', async () => {
    const db = await openPostgres(await postgres.url());
    await db.close();
    await db.close();
    await expect(db.all('SELECT 1')).rejects.toThrow(StoreClosed);
    await expect(db.transaction('keyv', async () => 1)).rejects.toThrow(StoreClosed);
  });
});
