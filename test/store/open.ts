import { onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/store/sqlite.ts';
import { freshFolder } from '../fakes/folder.ts';

/** A database for the running test, closed after it. */
export function freshDatabase(dataDir = freshFolder()): Database {
  const db = openDatabase(dataDir);
  onTestFinished(() => db.close());
  return db;
}
