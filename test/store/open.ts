import { expect, onTestFinished } from 'vitest';
import { createPostgresStore, createStore, type Store } from '../../src/store/index.ts';
import type { Database } from '../../src/store/sql.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { freshFolder } from '../fakes/folder.ts';
import { type PostgresOfFile, postgresNeeded } from '../postgres/open.ts';

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

type Kind = {
  name: string;
  /** What the machine needs for it, as options of a `describe`. */
  need: object;
  /** An empty one for the running test. */
  database(): Promise<Database>;
  /** A whole store, empty as well. */
  store(dataDir?: string): Promise<Store>;
};

/** Both databases, for what must be so on either. */
export const bothDatabases = (postgres: PostgresOfFile): [sqlite: Kind, postgres: Kind] => [
  {
    name: 'SQLite',
    need: {},
    database: async () => quickDatabase(),
    store: async (dataDir = freshFolder()) => closedAfterwards(createStore(dataDir, unreadable)),
  },
  {
    name: 'PostgreSQL',
    need: postgresNeeded,
    database: () => postgres.empty(),
    async store(dataDir = freshFolder()) {
      await postgres.empty();
      return closedAfterwards(await createPostgresStore(await postgres.url(), dataDir, unreadable));
    },
  },
];

const unreadable = (error: Error): never => expect.fail(error.message);

function closedAfterwards(store: Store): Store {
  onTestFinished(() => store.close());
  return store;
}
