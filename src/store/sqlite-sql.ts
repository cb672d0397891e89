/** The port on Node's own SQLite: one connection, on which a transaction keeps everybody else waiting. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { translated } from './errors.ts';
import type { Sql, Statements } from './sql.ts';

/**
 * Statements run at once, as SQLite is synchronous; while a transaction is under way they wait for their turn, or they
 * would become a part of it. It takes the file's write lock first, so that other processes keep out as well.
 */
export function sqlOn(sqlite: DatabaseSync): Sql & {
  /** Runs it while no transaction is under way. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
} {
  const prepared = new Map<string, StatementSync>();
  const prepare = (text: string): StatementSync => {
    const known = prepared.get(text);
    if (known) return known;
    const statement = sqlite.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  const atOnce: Statements = {
    all: async (text, ...values) => translated(() => prepare(text).all(...values)),
    run: async (text, ...values) =>
      translated(() => ({ changes: Number(prepare(text).run(...values).changes) })),
  };

  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const leave = (): void => {
    waiting -= 1;
  };
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    waiting += 1;
    const result = last.then(work);
    last = result.then(leave, leave);
    return result;
  }

  return {
    inTurn,
    all: (text, ...values) =>
      waiting === 0 ? atOnce.all(text, ...values) : inTurn(() => atOnce.all(text, ...values)),
    run: (text, ...values) =>
      waiting === 0 ? atOnce.run(text, ...values) : inTurn(() => atOnce.run(text, ...values)),
    transaction: (_name, work, { synced } = { synced: true }) =>
      inTurn(async () => {
        const before = synced ? undefined : translated(() => syncLess(sqlite));
        try {
          translated(() => sqlite.exec('BEGIN IMMEDIATE'));
          const result = await work(atOnce);
          translated(() => sqlite.exec('COMMIT'));
          return result;
        } catch (error) {
          // On some errors, a full disk among them, SQLite has rolled back by itself.
          if (sqlite.isOpen && sqlite.isTransaction) sqlite.exec('ROLLBACK');
          throw error;
        } finally {
          if (before !== undefined && sqlite.isOpen) sqlite.exec(`PRAGMA synchronous = ${before}`);
        }
      }),
  };
}

/** Answers how it was before. In a write-ahead log, a commit that is not synced goes to the disk with the next one. */
function syncLess(sqlite: DatabaseSync): number {
  const before = Number(sqlite.prepare('PRAGMA synchronous').get()?.synchronous);
  if (before > 1) sqlite.exec('PRAGMA synchronous = NORMAL');
  return before;
}
