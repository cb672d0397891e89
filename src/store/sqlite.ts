/** The one database file under DATA_DIR. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { copyBeforeUpdate } from './copies/kept.ts';
import { StoreBusy, StoreCorrupt, StoreTooNew, StoreTooOld, StoreUnwritable, translated } from './errors.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Database, Statements } from './sql.ts';
import { sqlOn } from './sqlite-sql.ts';

const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens or makes `strut.sqlite` and brings it to the present shape. Throws StoreCorrupt, StoreTooNew,
 * StoreUnwritable or StoreBusy.
 */
export function openDatabase(dataDir: string): Database {
  const path = join(dataDir, 'strut.sqlite');
  makePrivateFile(dataDir, path);
  const inode = statSync(path).ino;
  checkWhole(path);
  const sqlite = translated(
    () => new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true }),
  );
  try {
    turnOnWal(sqlite);
    translated(() => sqlite.exec('PRAGMA synchronous = FULL'));
    // What is deleted is written over: a forgotten member is not to be read in the file's free pages.
    translated(() => sqlite.exec('PRAGMA secure_delete = ON'));
    copyWhatChanges(sqlite, dataDir);
    migrate(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  const { inTurn, ...sql } = sqlOn(sqlite);
  return {
    ...sql,
    async check() {
      // The file was removed or replaced under us: writes would go nowhere.
      if (statSync(path, { throwIfNoEntry: false })?.ino !== inode) {
        throw new StoreUnwritable('the database file was removed or replaced while it was in use');
      }
    },
    overwrite: () =>
      inTurn(async () => {
        // What is deleted is written over in the file itself; the pages from before still lie in the log beside it.
        translated(() => sqlite.exec('PRAGMA busy_timeout = 0'));
        try {
          translated(() => sqlite.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get());
        } finally {
          translated(() => sqlite.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`));
        }
      }),
    async close() {
      if (sqlite.isOpen) sqlite.close();
    },
  };
}

/**
 * The same file for reading alone, in the shape that it has: nothing of it changes. Undefined where there is none. Throws
 * StoreCorrupt, StoreBusy, StoreTooOld or StoreTooNew.
 */
export function openToRead(
  dataDir: string,
): (Pick<Statements, 'all'> & { close(): Promise<void> }) | undefined {
  const path = join(dataDir, 'strut.sqlite');
  if (!existsSync(path)) return undefined;
  checkWhole(path);
  const sqlite = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const version = versionOf(sqlite);
    checkNotTooNew(version);
    if (version < MIGRATIONS.length)
      throw new StoreTooOld(`the database has shape ${version}, this version of Strut ${MIGRATIONS.length}`);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return {
    all: sqlOn(sqlite).all,
    close: async () => sqlite.close(),
  };
}

/** A copy that nobody works on, for a look at what is in it, whatever its shape. */
export function openAsItIs(path: string): Pick<Statements, 'all'> & AsyncDisposable {
  const sqlite = new DatabaseSync(path, { readOnly: true });
  return {
    all: sqlOn(sqlite).all,
    [Symbol.asyncDispose]: async () => sqlite.close(),
  };
}

export function shapeOf(path: string): number {
  const sqlite = new DatabaseSync(path, { readOnly: true });
  try {
    return versionOf(sqlite);
  } finally {
    sqlite.close();
  }
}

/** Throws StoreCorrupt, or StoreTooNew. */
export function checkCopy(path: string): void {
  checkWhole(path);
  const shape = shapeOf(path);
  checkNotTooNew(shape);
  // Some database, but not of a bot.
  if (shape < 1) throw new StoreCorrupt('the file is no database of Strut');
}

/**
 * Reads the whole file before anything is written to it: damage in the middle would show only when that job or that
 * line of the ledger is needed. What is damaged is left as it is, with a copy beside it. Throws StoreCorrupt.
 */
function checkWhole(path: string): void {
  const sqlite = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const found = translated(() => sqlite.prepare('PRAGMA quick_check(1)').get());
    if (found?.quick_check !== 'ok') throw new StoreCorrupt('the database file is damaged');
  } catch (error) {
    if (error instanceof StoreCorrupt) keepCopies(path);
    throw error;
  } finally {
    sqlite.close();
  }
}

/** Of the first time that it was found damaged: whatever is tried on the file, the copy stays. */
function keepCopies(path: string): void {
  for (const file of [path, `${path}-wal`]) {
    if (!existsSync(file) || existsSync(`${file}.damaged`)) continue;
    try {
      copyFileSync(file, `${file}.damaged`, constants.COPYFILE_FICLONE);
    } catch {
      // A full disk must not hide what is wrong.
    }
  }
}

/** SQLite does not wait its busy timeout here when several processes make the same new file at once; so we do. */
function turnOnWal(sqlite: DatabaseSync): void {
  const giveUpAt = Date.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      translated(() => sqlite.exec('PRAGMA journal_mode = WAL'));
      return;
    } catch (error) {
      if (!(error instanceof StoreBusy) || Date.now() > giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

const versionOf = (sqlite: DatabaseSync): number =>
  Number(translated(() => sqlite.prepare('PRAGMA user_version').get())?.user_version);

function checkNotTooNew(version: number): void {
  if (version > MIGRATIONS.length)
    throw new StoreTooNew(
      `the database has shape ${version}, this version of Strut knows up to ${MIGRATIONS.length}`,
    );
}

/** A database that is not the newest is kept as it is first: an update that goes wrong must not be the end of it. */
function copyWhatChanges(sqlite: DatabaseSync, dataDir: string): void {
  const version = versionOf(sqlite);
  if (version > 0 && version < MIGRATIONS.length) copyBeforeUpdate(sqlite, dataDir, version, Date.now());
}

/** In one transaction: of several processes that start at once, one migrates and the others find it done. */
function migrate(sqlite: DatabaseSync): void {
  translated(() => sqlite.exec('BEGIN IMMEDIATE'));
  try {
    const version = versionOf(sqlite);
    checkNotTooNew(version);
    for (const step of MIGRATIONS.slice(version)) translated(() => sqlite.exec(step));
    if (version < MIGRATIONS.length)
      translated(() => sqlite.exec(`PRAGMA user_version = ${MIGRATIONS.length}`));
    translated(() => sqlite.exec('COMMIT'));
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

/** The file holds what members asked for: nobody else on the machine reads it. SQLite gives its side files the same mode. */
function makePrivateFile(dataDir: string, path: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    const directory = openSync(dataDir, 'r');
    fsyncSync(directory);
    closeSync(directory);
  } catch (cause) {
    throw new StoreUnwritable('the data folder cannot be written to', { cause });
  }
}
