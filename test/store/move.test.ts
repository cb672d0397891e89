import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { StoreInUse, StoreMoved, StoreTaken, StoreTooOld } from '../../src/store/errors.ts';
import { createPostgresStore, createStore } from '../../src/store/index.ts';
import { createLedger } from '../../src/store/ledger.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { move } from '../../src/store/move/index.ts';
import { moveRecords } from '../../src/store/move/records.ts';
import { LEFT, MOVED } from '../../src/store/move/tables.ts';
import { lockRecords } from '../../src/store/postgres-lock.ts';
import type { Database } from '../../src/store/sql.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { aHold } from '../contracts/ledger.ts';
import { freshFolder } from '../fakes/folder.ts';
import { jobIn } from '../fakes/jobs.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { startChild } from './children/start.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

/** At least one row for each table that is moved, as it lies on disk. */
const ROWS: Record<string, Record<string, string | number | null | Uint8Array>[]> = {
  keyv: [
    { key: 'home:id', value: 'the-old-home', expires_at: null, rev: 0 },
    { key: 'weather:fal', value: '{"value":{"wörd":"ünd 🎬"}}', expires_at: null, rev: 0 },
    { key: 'offers:open:1', value: '{"value":1,"expires":9e15}', expires_at: 9_000_000_000_000_000, rev: 0 },
    ...[1, 2, 3].map((n) => ({
      key: `jobs:web:${n}`,
      value: JSON.stringify({ value: jobIn(n === 1 ? 'queued' : 'delivered', { id: `web:${n}` }) }),
      expires_at: null,
      rev: n,
    })),
  ],
  ledger_lines: [
    { job_id: 'web:1', state: 'held', held_micros: 420_000, settled_micros: 0, seconds: 4 },
    { job_id: 'web:2', state: 'settled', held_micros: 420_000, settled_micros: 390_001, seconds: null },
  ].map((row) => ({
    ...row,
    counters: '[{"scope":"operator","window":"day:2026-11-30"}]',
    provider: 'fal',
    member_id: 'web:me',
    space_id: 'web',
    held_at: 5,
    settled_at: null,
    ...{ motion_id: 'mShuffle', character_id: null, failure: null },
  })),
  library: [
    {
      ...{ id: 'mShuffle', kind: 'motion', shelf: 'discord:1', name_key: 'shuffle', owner_id: 'discord:2' },
      ...{
        file_key: 'cd'.repeat(32),
        preview_key: null,
        bytes: 4096,
        created_at: 3,
        item: '{"name":"Shuffle"}',
      },
    },
  ],
  ledger_counters: [
    { scope: 'operator', window: 'day:2026-11-30', held_micros: 420_000, settled_micros: 390_001 },
    { scope: 'operator', window: 'month:2026-11', held_micros: 420_000, settled_micros: 7_390_001 },
  ].map((row) => ({ ...row, held_jobs: 1, settled_jobs: 1 })),
  admissions: [
    { job_id: 'web:2', space_id: 'web', member_id: 'web:me', since: 6, inside_at: null },
    { job_id: 'web:1', space_id: 'web', member_id: 'web:me', since: 5, inside_at: 7 },
  ],
  admission_spaces: [{ space_id: 'web', own: 1, inside: 1, waiting: 1, turn: 8, since: 6 }],
  admission_members: [
    { space_id: 'web', member_id: 'web:me', inside: 1, waiting: 1, turn: 8, since: 6 },
    { space_id: 'discord:1', member_id: 'discord:2', inside: 0, waiting: 0, turn: 7, since: 4 },
  ],
  inbox: [
    { id: 'telegram:7', record: '{"text":"hello"}', at: 1 },
    { id: 'telegram:6', record: null, at: 0 },
  ],
  settings: [{ space_id: 'discord:1', settings: '{"quality":"pro"}' }],
  audit: [
    { n: 4, space_id: 'discord:1', at: 1, by: 'discord:2', setting: 'quality', change: '{"to":"pro"}' },
  ],
  audit_log: [
    {
      ...{ n: 9, at: 2, space_id: 'discord:1', by: 'discord:2', about: null, job_code: 'ABC' },
      ...{ kind: 'consent', facts: '{}' },
    },
  ],
  video_frames: [{ code: 'ABC', at: 3, frames: Uint8Array.from([0, 1, 254, 255]) }],
  video_files: [{ sha256: 'ab'.repeat(32), code: 'ABC', at: 3 }],
};

/** A data folder of a bot that has stopped, with all of `ROWS` in it. */
async function stoppedBot(more: (db: DatabaseSync) => void = () => {}): Promise<string> {
  const dataDir = freshFolder();
  await openDatabase(dataDir).close();
  const db = new DatabaseSync(join(dataDir, 'strut.sqlite'));
  for (const [table, rows] of Object.entries(ROWS))
    for (const row of rows) {
      const names = Object.keys(row).map((name) => `"${name}"`);
      db.prepare(`INSERT INTO ${table} (${names}) VALUES (${names.map(() => '?')})`).run(
        ...Object.values(row),
      );
    }
  more(db);
  db.close();
  return dataDir;
}

const moveTo = async (
  dataDir: string,
  more: { secrets?: ReadonlyMap<string, string>; waitMs?: number } = {},
) => move({ dataDir, to: await postgres.url(), secrets: new Map(), say() {}, ...more });

const rowsIn = async (db: Pick<Database, 'all'>, table: string) => {
  const names = Object.keys(ROWS[table]?.[0] ?? {}).map((name) => `"${name}"`);
  const rows = await db.all(`SELECT ${names} FROM ${table}`);
  return rows.map((row) => JSON.stringify(row, (_, one) => (one?.type === 'Buffer' ? one.data : one))).sort();
};
const writtenDown = (table: string): string[] =>
  (ROWS[table] ?? [])
    .map((row) => JSON.stringify(row, (_, one) => (one instanceof Uint8Array ? [...one] : one)))
    .sort();

const unreadable = (error: Error): never => expect.fail(error.message);

async function botOn(dataDir: string) {
  const store = await createPostgresStore(await postgres.url(), dataDir, unreadable);
  onTestFinished(() => store.close());
  return store;
}

describe('the tables that are moved', postgresNeeded, () => {
  type Column = { table: string; column: string };
  const all: [string, () => Promise<Column[]>][] = [
    [
      'SQLite',
      async () => {
        const dataDir = freshFolder();
        const db = openDatabase(dataDir);
        const found = await db.all(
          `SELECT t.name AS "table", c.name AS "column" FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
           WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' AND c.hidden = 0`,
        );
        await db.close();
        return found as Column[];
      },
    ],
    [
      'PostgreSQL',
      async () =>
        (await (
          await postgres.empty()
        ).all(
          `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
           WHERE table_schema = current_schema() AND is_generated = 'NEVER'`,
        )) as Column[],
    ],
  ];

  it.each(all)('are all of %s, with every column, but for those that are said to stay', async (_, ask) => {
    const moved = MOVED.flatMap(({ name, key, others }) =>
      [...key, ...others].map((one) => `${name}.${one}`),
    );
    const found = (await ask())
      .filter(({ table }) => !(table in LEFT))
      .map(({ table, column }) => `${table}.${column}`);
    expect(found.toSorted()).toEqual(moved.toSorted());
  });

  it('are all tried here', () => {
    expect(Object.keys(ROWS).toSorted()).toEqual(MOVED.map(({ name }) => name).toSorted());
  });
});

describe('moving the records of a bot', postgresNeeded, () => {
  let target: Database;
  beforeEach(async () => {
    target = await postgres.empty();
  });

  it('brings every row of every table, and says how many and how much money', async () => {
    const moved = await moveTo(await stoppedBot(), {
      secrets: new Map([['secrets:x', '{"value":"y"}']]),
    });
    for (const table of Object.keys(ROWS).filter((name) => name !== 'keyv'))
      expect(await rowsIn(target, table), table).toEqual(writtenDown(table));
    expect(await rowsIn(target, 'keyv')).toEqual(expect.arrayContaining(writtenDown('keyv')));
    expect(await target.all("SELECT value FROM keyv WHERE key = 'secrets:x'")).toEqual([
      { value: '{"value":"y"}' },
    ]);
    const told = moved?.tables.map(({ table, tally }) => [table.name, tally.count, ...tally.money]);
    expect(told).toEqual([
      ['keyv', 6],
      ['ledger_lines', 2, 840_000, 390_001],
      ['ledger_counters', 2, 840_000, 7_780_002],
      ['admissions', 2],
      ['admission_spaces', 1],
      ['admission_members', 2],
      ['library', 1],
      ['inbox', 2],
      ['settings', 1],
      ['audit', 1],
      ['audit_log', 1],
      ['video_frames', 1],
      ['video_files', 1],
    ]);
  });

  it('brings more rows than are read at once', async () => {
    const dataDir = await stoppedBot((db) => {
      const insert = db.prepare('INSERT INTO ledger_counters VALUES (?, ?, 1, 0, 1, 0)');
      db.exec('BEGIN');
      for (let n = 0; n < 450; n += 1) insert.run(`member:${n % 30}`, `day:${n}`);
      db.exec('COMMIT');
    });
    const moved = await moveTo(dataDir);
    const counters = moved?.tables.find(({ table }) => table.name === 'ledger_counters');
    expect(counters?.tally).toMatchObject({ count: 452, money: [840_450, 7_780_002] });
    expect(await target.all('SELECT COUNT(*) AS count FROM ledger_counters')).toEqual([{ count: 452 }]);
  });

  it('lets a bot go on with the same jobs, the same book and numbers that nobody had before', async () => {
    const dataDir = await stoppedBot((db) => db.exec('DELETE FROM audit_log'));
    await moveTo(dataDir);
    const store = await botOn(dataDir);
    const open: string[] = [];
    for await (const job of store.jobs.open()) open.push(job.id);
    expect(open).toEqual(['web:1']);
    expect(await store.jobs.save((await store.jobs.get('web:3')) ?? jobIn('queued'))).toMatchObject({
      rev: 4,
    });
    await createLedger(target).settle('web:1', { micros: 400_000, counts: true, provider: 'fal', at: 9 });
    expect(await store.ledger.totals({ scope: 'operator', window: 'day:2026-11-30' })).toEqual({
      ...{ heldMicros: 0, settledMicros: 790_001, heldJobs: 0, settledJobs: 2 },
    });
    await store.audit.append({ kind: 'opted-out', atMs: 1, spaceId: 'discord:1', by: 'discord:2' });
    // The number of a row that was deleted is not given again.
    expect(await target.all('SELECT n FROM audit_log')).toEqual([{ n: 10 }]);
    await store.settings.change('discord:1', () => ({
      settings: {},
      entries: [{ at: 1, by: 'x', setting: 'quality' }],
    }));
    expect(await target.all('SELECT n FROM audit ORDER BY n')).toEqual([{ n: 4 }, { n: 5 }]);
    await store.close();
  });

  it('leaves the old database as it was, byte for byte, and keeps a bot off it', async () => {
    const dataDir = await stoppedBot();
    const before = readFileSync(join(dataDir, 'strut.sqlite'));
    await moveTo(dataDir);
    expect(readFileSync(join(dataDir, 'strut.sqlite')).equals(before)).toBe(true);
    expect(() => createStore(dataDir, unreadable)).toThrow(StoreMoved);
  });

  it('can be done again, with what has come meanwhile in place of what was there', async () => {
    const dataDir = await stoppedBot();
    await moveTo(dataDir);
    const db = new DatabaseSync(join(dataDir, 'strut.sqlite'));
    db.exec("DELETE FROM inbox WHERE id = 'telegram:6'; INSERT INTO inbox VALUES ('telegram:8', '1', 2)");
    db.close();
    await moveTo(dataDir);
    expect(await target.all('SELECT id FROM inbox ORDER BY id')).toEqual([
      { id: 'telegram:7' },
      { id: 'telegram:8' },
    ]);
    expect(await target.all('SELECT COUNT(*) AS count FROM ledger_lines')).toEqual([{ count: 2 }]);
  });

  it('leaves out letters that PostgreSQL can not hold, and says in how many rows', async () => {
    const name = 'a\u0000b\ud800c';
    const dataDir = await stoppedBot((db) => {
      const { requester, ...job } = jobIn('queued', { id: 'web:4' });
      const value = JSON.stringify({ value: { ...job, requester: { ...requester, name } } });
      db.prepare('INSERT INTO keyv (key, value) VALUES (?, ?)').run('jobs:web:4', value);
      db.prepare('INSERT INTO keyv (key, value) VALUES (?, ?)').run(
        'x:1',
        '{"value":"a \\\\u0000 in words"}',
      );
    });
    expect((await moveTo(dataDir))?.mended).toBe(1);
    const [job] = await target.all("SELECT value FROM keyv WHERE key = 'jobs:web:4'");
    expect(JSON.stringify(job)).toContain('ab\ufffdc');
    expect(await target.all("SELECT value FROM keyv WHERE key = 'x:1'")).toEqual([
      { value: '{"value":"a \\\\u0000 in words"}' },
    ]);
  });

  describe('refuses', () => {
    const untouched = async () => expect(await target.all('SELECT key FROM keyv')).toHaveLength(0);

    it('while the bot runs', async () => {
      const dataDir = await stoppedBot();
      const unlock = lockFolder(dataDir);
      await expect(moveTo(dataDir, { waitMs: 0 })).rejects.toThrow(StoreInUse);
      unlock();
      await untouched();
    });

    it('while another bot runs on the target', async () => {
      const unlock = await lockRecords(await postgres.url());
      await expect(moveTo(await stoppedBot(), { waitMs: 0 })).rejects.toThrow(StoreInUse);
      await unlock();
      await untouched();
    });

    it('a target with records of another bot in whichever table', async () => {
      const from = { all: async () => [] };
      for (const [table, rows] of Object.entries(ROWS)) {
        const row = rows.at(-1) ?? {};
        const names = Object.keys(row).map((name) => `"${name}"`);
        await target.run(
          `INSERT INTO ${table} (${names}) OVERRIDING SYSTEM VALUE VALUES (${names.map(() => '?')})`,
          ...Object.values(row),
        );
        const moved = moveRecords(from, target, { secrets: new Map(), proven: () => expect.fail() });
        await expect(moved).rejects.toThrow(`there are records already, in ${table}`);
        await target.run(`DELETE FROM ${table}`);
      }
    });

    it('a target that another bot was moved to', async () => {
      await moveTo(await stoppedBot((db) => db.exec("UPDATE keyv SET value = 'b' WHERE key = 'home:id'")));
      await expect(moveTo(await stoppedBot())).rejects.toThrow(StoreTaken);
      expect(await target.all("SELECT value FROM keyv WHERE key = 'home:id'")).toEqual([{ value: 'b' }]);
    });

    it('a target that a bot has worked on since, whose jobs would be lost', async () => {
      const dataDir = await stoppedBot();
      await moveTo(dataDir);
      const store = await botOn(freshFolder());
      await store.ledger.reserve(aHold({ jobId: 'web:9' }));
      await store.close();
      await expect(moveTo(dataDir)).rejects.toThrow(StoreTaken);
      expect(await target.all('SELECT COUNT(*) AS count FROM ledger_lines')).toEqual([{ count: 3 }]);
    });

    it('a database of an earlier version, which it would have to change', async () => {
      const dataDir = await stoppedBot((db) => db.exec('PRAGMA user_version = 8'));
      await expect(moveTo(dataDir)).rejects.toThrow(StoreTooOld);
      await untouched();
    });

    it('to keep what did not arrive as it was sent, and lets the old bot start', async () => {
      const dataDir = await stoppedBot();
      const { all, run } = target;
      await run(`CREATE FUNCTION cheapen() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.settled_micros := NEW.settled_micros - 1; RETURN NEW; END $$`);
      for (const table of ['ledger_lines', 'ledger_counters']) {
        const name = `less_${table}`;
        await run(`CREATE TRIGGER ${name} BEFORE INSERT ON ${table} FOR EACH ROW
          WHEN (NEW.settled_micros > 0) EXECUTE FUNCTION cheapen()`);
        await expect(moveTo(dataDir)).rejects.toThrow(`${table} did not arrive as it was sent`);
        await run(`DROP TRIGGER ${name} ON ${table}`);
      }
      expect(await all('SELECT 1 FROM inbox UNION ALL SELECT 1 FROM ledger_lines')).toEqual([]);
      await createStore(dataDir, unreadable).close();
    });
  });

  it('killed in the middle, has moved nothing, and is done whole the next time', async () => {
    const dataDir = await stoppedBot();
    await using stack = new AsyncDisposableStack();
    const letGo = Promise.withResolvers<void>();
    // Most tables are over by then, and this one has to wait.
    const held = target.transaction('inbox', async (tx) => {
      await tx.run('LOCK TABLE video_frames IN ACCESS EXCLUSIVE MODE');
      await letGo.promise;
    });
    stack.defer(() => held);
    stack.defer(letGo.resolve);
    const child = startChild('move.ts', dataDir, await postgres.url());
    expect(await child.line()).toBe('records');
    const waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'video_frames'::regclass";
    await expect.poll(() => target.all(waits)).toHaveLength(1);
    child.kill();
    await child.rest();
    letGo.resolve();
    await held;
    expect(await target.all('SELECT 1 FROM keyv UNION ALL SELECT 1 FROM ledger_lines')).toEqual([]);
    // Neither has the old bot lost anything by it.
    await createStore(dataDir, unreadable).close();
    await moveTo(dataDir);
    for (const table of ['inbox', 'video_frames', 'ledger_lines'])
      expect(await rowsIn(target, table)).toEqual(writtenDown(table));
  });

  it('has nothing to do in a folder without a bot, and makes none there', async () => {
    const dataDir = freshFolder();
    writeFileSync(join(dataDir, 'note'), '');
    expect(await moveTo(dataDir)).toBeUndefined();
    expect(() => readFileSync(join(dataDir, 'strut.sqlite'))).toThrow('ENOENT');
  });
});
