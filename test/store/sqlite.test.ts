import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { StoreClosed, StoreCorrupt, StoreTooNew, StoreUnwritable } from '../../src/store/errors.ts';
import { keyvOn } from '../../src/store/keyv-sql.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { freshFolder } from '../fakes/folder.ts';
import { freshDatabase } from './open.ts';

const fileIn = (dataDir: string) => join(dataDir, 'strut.sqlite');
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** A closed database with enough in it to have many pages. */
async function filled(): Promise<string> {
  const dataDir = freshFolder();
  const db = openDatabase(dataDir);
  const keyv = keyvOn(db, 'test');
  await keyv.setMany(Array.from({ length: 500 }, (_, i) => ({ key: `k${i}`, value: 'x'.repeat(500) })));
  db.close();
  return dataDir;
}

describe('opening the database', () => {
  it('makes the folder and the file, for the owner alone', async () => {
    const dataDir = join(freshFolder(), 'deep', 'data');
    const db = freshDatabase(dataDir);
    await db.run('INSERT INTO ping VALUES (1, 1)');
    expect(modeOf(dataDir)).toBe('700');
    for (const suffix of ['', '-wal', '-shm']) expect(modeOf(fileIn(dataDir) + suffix)).toBe('600');
  });

  it('syncs every commit, in a write-ahead log, and waits for other processes', async () => {
    const db = freshDatabase();
    expect(await db.all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await db.all('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await db.all('PRAGMA busy_timeout')).toEqual([{ timeout: 5000 }]);
    expect(await db.all('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
  });

  it('finds what was written before it was closed', async () => {
    const dataDir = await filled();
    expect(await keyvOn(freshDatabase(dataDir), 'test').get('k499')).toBe('x'.repeat(500));
  });

  it('refuses a database of a later version and leaves it alone', async () => {
    const dataDir = await filled();
    const raw = new DatabaseSync(fileIn(dataDir));
    raw.exec('PRAGMA user_version = 1000');
    raw.close();
    const before = readFileSync(fileIn(dataDir));
    expect(() => openDatabase(dataDir)).toThrow(StoreTooNew);
    expect(readFileSync(fileIn(dataDir)).equals(before)).toBe(true);
  });

  it('throws StoreUnwritable where no folder can be made', () => {
    const dataDir = freshFolder();
    writeFileSync(join(dataDir, 'taken'), '');
    expect(() => openDatabase(join(dataDir, 'taken'))).toThrow(StoreUnwritable);
  });
});

describe('a damaged file', () => {
  it('throws StoreCorrupt when it is no database at all, and leaves it alone', () => {
    const dataDir = freshFolder();
    const text = 'not a database, but long enough to be one. '.repeat(200);
    writeFileSync(fileIn(dataDir), text);
    expect(() => openDatabase(dataDir)).toThrow(StoreCorrupt);
    expect(readFileSync(fileIn(dataDir), 'utf8')).toBe(text);
  });

  it('throws StoreCorrupt when it was cut short', async () => {
    const dataDir = await filled();
    const file = openSync(fileIn(dataDir), 'r+');
    ftruncateSync(file, 3 * 4096);
    closeSync(file);
    expect(() => openDatabase(dataDir)).toThrow(StoreCorrupt);
  });

  it('throws StoreCorrupt at the latest when a damaged page is read, never an empty answer', async () => {
    const dataDir = await filled();
    const pages = statSync(fileIn(dataDir)).size / 4096;
    const file = openSync(fileIn(dataDir), 'r+');
    for (let page = 1; page < pages; page += 1)
      writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    closeSync(file);
    const readAll = async () => {
      const db = freshDatabase(dataDir);
      return keyvOn(db, 'test').get('k1');
    };
    await expect(readAll()).rejects.toThrow(StoreCorrupt);
  });
});

describe('an open database', () => {
  it('throws StoreClosed after close, which may be called twice', async () => {
    const db = freshDatabase();
    await db.all('SELECT at FROM ping');
    await db.close();
    await db.close();
    await expect(db.all('SELECT at FROM ping')).rejects.toThrow(StoreClosed);
    await expect(db.all('SELECT 1')).rejects.toThrow(StoreClosed);
    await expect(db.transaction('keyv', async () => 1)).rejects.toThrow(StoreClosed);
  });

  it.each(['removed', 'replaced'])('notices that its file was %s', async (what) => {
    const dataDir = freshFolder();
    const db = freshDatabase(dataDir);
    await db.check();
    const other = freshFolder();
    await openDatabase(other).close();
    rmSync(fileIn(dataDir));
    if (what === 'replaced') writeFileSync(fileIn(dataDir), readFileSync(fileIn(other)));
    await expect(db.check()).rejects.toThrow(StoreUnwritable);
  });
});
