import { onTestFinished } from 'vitest';
import type { Database } from '../../src/store/sql.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { freshFolder } from '../fakes/folder.ts';

/** A database for the running test, closed after it. */
export function freshDatabase(dataDir = freshFolder()): Database {
  const db = openDatabase(dataDir);
  onTestFinished(() => db.close());
  return db;
}

/** The same for what proves arithmetic: the disk need not follow every step. */
export function quickDatabase(dataDir?: string): Database {
  const db = freshDatabase(dataDir);
  // SQLite answers at once: whoever uses it next finds it so.
  void db.all('PRAGMA synchronous = OFF');
  return db;
}
