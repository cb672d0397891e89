import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createLocks } from '../src/core/locks.ts';
import { secretKey, secretsOn } from '../src/secrets.ts';
import { dailyCopies } from '../src/store/copies/kept.ts';
import { createPostgresStore, createStore, type Store } from '../src/store/index.ts';
import { POSTGRES_MIGRATIONS } from '../src/store/migrations-postgres.ts';
import type { Database } from '../src/store/sql.ts';
import { backUp, NOW, restore } from './backups.ts';
import { aHold } from './contracts/ledger.ts';
import { freshFolder } from './fakes/folder.ts';
import { jobIn } from './fakes/jobs.ts';
import { postgresNeeded, postgresOfFile } from './postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const unreadable = (error: Error): never => expect.fail(error.message);

describe('a bot whose records lie in PostgreSQL', postgresNeeded, () => {
  let db: Database;
  let STORE_URL: string;
  beforeEach(async () => {
    db = await postgres.empty();
    STORE_URL = await postgres.url();
  });

  async function openOn(dataDir: string): Promise<Store> {
    const store = await createPostgresStore(STORE_URL, dataDir, unreadable);
    onTestFinished(() => store.close());
    return store;
  }

  /** With a job of each kind, a line of the book, a setting, an offer, an event of a chat, a file and a key of its own. */
  async function runningBot(dataDir = freshFolder()) {
    const store = await openOn(dataDir);
    await store.isAtHome();
    for (const state of ['queued', 'created', 'delivered'] as const)
      await store.jobs.save(jobIn(state, { id: `web:${state}` }));
    await store.ledger.reserve(aHold());
    await store.settings.change('discord:1', () => ({
      settings: { quality: 'pro' },
      entries: [{ at: 1, by: 'discord:2', setting: 'quality' }],
    }));
    await store.keyv('offers').set('open:discord-1', { id: 'discord-1' });
    await store.inbox.claim('discord:7', {});
    await using temp = await store.files.temp('mp4');
    writeFileSync(temp.path, 'a video'.repeat(50_000));
    const { key } = await store.files.keep(temp.path, 'video/mp4');
    const secret = await secretKey(secretsOn(store.keyv('secrets'), createLocks(), dataDir));
    return { dataDir, store, key, secret };
  }

  /** What everybody has to find again, wherever it was put back. */
  async function expectSame(store: Store, key: string): Promise<void> {
    expect(await store.putBack.since()).toBe(NOW);
    expect(await store.isAtHome()).toBe(true);
    for (const state of ['queued', 'created', 'delivered'])
      expect(await store.jobs.get(`web:${state}`)).toMatchObject({ state });
    expect(await store.settings.all()).toEqual([['discord:1', { quality: 'pro' }]]);
    expect(await store.ledger.totals({ scope: 'space:1', window: 'day:2026-01-31' })).toMatchObject({
      heldJobs: 1,
    });
    expect(readFileSync(await store.files.path({ key }), 'utf8')).toBe('a video'.repeat(50_000));
  }

  /** As after the loss of its machine and its database. */
  async function allIsLost(): Promise<void> {
    await postgres.empty();
  }

  it('is backed up while it runs, and is put back the same into an empty database', async () => {
    const { dataDir, store, key } = await runningBot();
    const file = join(freshFolder(), 'strut.tar');
    const made = await backUp([file], { DATA_DIR: dataDir, STORE_URL });
    expect(made).toMatchObject({ code: 0, said: expect.stringContaining('files: 1 (0.4 MB)') });
    await store.close();
    await allIsLost();

    const DATA_DIR = join(freshFolder(), 'new');
    const restored = await restore([file], { DATA_DIR, STORE_URL });
    expect(restored).toMatchObject({
      code: 0,
      said: expect.stringContaining('files: 1 (0.4 MB), all there'),
    });
    expect(restored.said).toContain('look at your providers’ bills');
    expect(readdirSync(DATA_DIR).toSorted()).toEqual(['files', 'strut.lock']);
    const again = await openOn(DATA_DIR);
    await expectSame(again, key);
    await again.putBack.dropAsked();
    expect(await again.keyv('offers').startingWith('')).toEqual(new Map());
    expect(await again.inbox.claim('discord:7', {})).toBe(false);
    // The number of a change is not given again.
    await again.settings.change('discord:1', () => ({
      settings: {},
      entries: [{ at: 2, by: 'x', setting: 'quality' }],
    }));
    expect(await db.all('SELECT n FROM audit ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('makes the same kind of backup, of which a bot on SQLite is put back, and the other way round', async () => {
    const { dataDir, store, key } = await runningBot();
    const folder = freshFolder();
    const [one, two] = [join(folder, 'one.tar'), join(folder, 'two.tar')];
    expect(await backUp([one], { DATA_DIR: dataDir, STORE_URL })).toMatchObject({ code: 0 });
    await store.close();
    const onSqlite = join(freshFolder(), 'new');
    expect(await restore([one], { DATA_DIR: onSqlite })).toMatchObject({ code: 0 });
    const small = createStore(onSqlite, unreadable);
    await expectSame(small, key);
    await small.close();

    expect(await backUp([two], { DATA_DIR: onSqlite })).toMatchObject({ code: 0 });
    await allIsLost();
    const DATA_DIR = join(freshFolder(), 'new');
    expect(await restore([two], { DATA_DIR, STORE_URL })).toMatchObject({ code: 0 });
    await expectSame(await openOn(DATA_DIR), key);
  });

  it('takes its records from a daily copy of a bot on SQLite, too, beside the files that are there', async () => {
    const DATA_DIR = freshFolder();
    const small = createStore(DATA_DIR, unreadable);
    await small.isAtHome();
    await small.jobs.save(jobIn('queued'));
    await dailyCopies(DATA_DIR, 7).take(NOW);
    await small.close();
    const copies = join(DATA_DIR, 'backups');
    const copy = join(freshFolder(), 'copy.sqlite');
    copyFileSync(join(copies, readdirSync(copies)[0] ?? ''), copy);
    for (const name of readdirSync(DATA_DIR)) if (/^strut\.sqlite/.test(name)) rmSync(join(DATA_DIR, name));
    expect(await restore([copy], { DATA_DIR, STORE_URL })).toMatchObject({ code: 0 });
    const store = await openOn(DATA_DIR);
    expect([await store.putBack.since(), await store.isAtHome()]).toEqual([NOW, true]);
    expect(await store.jobs.get('web:1')).toMatchObject({ state: 'queued' });
  });

  it('is of one moment in its backup, while others go on writing', async () => {
    const { dataDir, store } = await runningBot();
    const { spy, file } = { spy: new AbortController(), file: join(freshFolder(), 'strut.tar') };
    // A job and its hold are written together, the hold first: no moment has a job without one.
    let count = 0;
    const writing = (async () => {
      while (!spy.signal.aborted) {
        await store.ledger.reserve(aHold({ jobId: `web:more-${count}`, limits: [] }));
        await store.jobs.save(jobIn('queued', { id: `web:more-${count}` }));
        count += 1;
      }
    })();
    await expect.poll(() => count).toBeGreaterThan(3);
    const made = await backUp([file, '--without-files'], { DATA_DIR: dataDir, STORE_URL });
    spy.abort();
    await writing;
    expect(made).toMatchObject({ code: 0, said: expect.stringContaining('files: left out') });
    const DATA_DIR = join(freshFolder(), 'new');
    await restore([file], { DATA_DIR });
    const small = createStore(DATA_DIR, unreadable);
    const held = new Set(await small.ledger.held());
    const seen: string[] = [];
    for await (const { id } of small.jobs.open()) if (id.startsWith('web:more-')) seen.push(id);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.filter((id) => !held.has(id))).toEqual([]);
    expect(held.size - seen.length).toBeLessThanOrEqual(2);
    await small.close();
  });

  it('keeps the keys that it made out of its backup, unless it is told to take them along', async () => {
    const { dataDir, store, secret } = await runningBot();
    const folder = freshFolder();
    const [without, withKeys] = [join(folder, 'one.tar'), join(folder, 'two.tar')];
    const env = { DATA_DIR: dataDir, STORE_URL };
    await backUp([without, '--without-files'], env);
    await backUp([withKeys, '--without-files', '--with-secrets'], env);
    await store.close();
    expect([without, withKeys].map((file) => readFileSync(file).includes(secret))).toEqual([false, true]);

    await allIsLost();
    expect(await restore([withKeys], { DATA_DIR: join(freshFolder(), 'new'), STORE_URL })).toMatchObject({
      code: 0,
      said: expect.stringContaining('keys of the bot: in it'),
    });
    const dir = freshFolder();
    const again = await openOn(dir);
    expect(await secretKey(secretsOn(again.keyv('secrets'), createLocks(), dir))).toBe(secret);
    // On SQLite they lie in files.
    const small = join(freshFolder(), 'small');
    await restore([withKeys], { DATA_DIR: small });
    expect(readFileSync(join(small, 'secret-key'), 'utf8').trim()).toBe(secret);
  });

  it('takes along the files of a shared folder, and says that those of a bucket stay there', async () => {
    const { dataDir, store, key } = await runningBot();
    await store.close();
    const file = join(freshFolder(), 'strut.tar');
    const env = { DATA_DIR: freshFolder(), STORE_URL };
    const FILES_URL = pathToFileURL(join(dataDir, 'files')).href;
    expect(await backUp([file], { ...env, FILES_URL })).toMatchObject({ code: 0 });
    const bucket = await backUp([join(freshFolder(), 'x.tar')], {
      ...env,
      FILES_URL: 's3://strut?endpoint=http://127.0.0.1:9',
      ...{ S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' },
    });
    expect(bucket).toMatchObject({ code: 0, said: expect.stringContaining('They stay in the bucket') });
    // Not mounted.
    const empty = await backUp([join(freshFolder(), 'x.tar')], {
      ...env,
      FILES_URL: pathToFileURL(freshFolder()).href,
    });
    expect(empty).toMatchObject({ code: 1, said: expect.stringContaining('mounted') });

    await allIsLost();
    const share = join(freshFolder(), 'share');
    const restored = await restore([file], {
      ...{ DATA_DIR: freshFolder(), STORE_URL, FILES_URL: pathToFileURL(share).href },
    });
    expect(restored).toMatchObject({ code: 0 });
    expect(existsSync(join(share, key.slice(0, 2), key))).toBe(true);
  });

  it('is left alone by a restore while it runs, or where it has records', async () => {
    const { dataDir, store } = await runningBot();
    const file = join(freshFolder(), 'strut.tar');
    await backUp([file], { DATA_DIR: dataDir, STORE_URL });
    const env = { DATA_DIR: join(freshFolder(), 'new'), STORE_URL };
    expect((await restore([file], env)).said).toContain('a bot is running');
    await store.close();
    const taken = await restore([file], env);
    expect(taken).toMatchObject({ code: 1, said: expect.stringContaining('has records of a bot already') });
    expect(readdirSync(env.DATA_DIR)).toEqual(['strut.lock']);
    expect(await db.all("SELECT 1 FROM keyv WHERE key = 'copy:at'")).toEqual([]);
  });

  it('stays in the shape that its own, earlier version can read where a restore leaves it alone', async () => {
    const { dataDir, store } = await runningBot();
    const file = join(freshFolder(), 'strut.tar');
    await backUp([file], { DATA_DIR: dataDir, STORE_URL });
    await store.close();
    const earlier = POSTGRES_MIGRATIONS.length - 1;
    await db.run('UPDATE shape SET version = ?', earlier);
    onTestFinished(async () => {
      await db.run('UPDATE shape SET version = ?', POSTGRES_MIGRATIONS.length);
    });
    const taken = await restore([file], { DATA_DIR: join(freshFolder(), 'new'), STORE_URL });
    expect(taken).toMatchObject({ code: 1, said: expect.stringContaining('has records of a bot already') });
    expect(await db.all('SELECT version FROM shape')).toEqual([{ version: earlier }]);
  });

  it('has nothing to back up before its first start, and none of another version', async () => {
    const file = join(freshFolder(), 'strut.tar');
    const env = { DATA_DIR: freshFolder(), STORE_URL };
    const shapes = await db.all('SELECT version FROM shape');
    const as = (version: number) => db.run('UPDATE shape SET version = ?', version);
    try {
      await as(0);
      expect((await backUp([file], env)).said).toContain('no records of a bot');
      await as(POSTGRES_MIGRATIONS.length - 1);
      expect((await backUp([file], env)).said).toContain('an earlier version');
      await as(POSTGRES_MIGRATIONS.length + 1);
      expect((await backUp([file], env)).said).toContain('a later version');
    } finally {
      await as(Number(Object(shapes[0]).version));
    }
    expect(existsSync(file)).toBe(false);
  });

  it('says where its database can not be reached, and no password', async () => {
    const env = { DATA_DIR: freshFolder(), STORE_URL: 'postgres://strut:hunter2hunter2@127.0.0.1:9/strut' };
    const made = await backUp([join(freshFolder(), 'strut.tar')], env);
    expect(made).toMatchObject({ code: 1, said: expect.stringContaining('can not be reached') });
    expect(made.said).not.toContain('hunter2');
  });
});
