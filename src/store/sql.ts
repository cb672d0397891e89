/**
 * What the stores ask of a database. Each statement is one text that SQLite and PostgreSQL both understand, with `?` for
 * its values: names with capitals stand in quotes, and no table, column or function is one database's own.
 */

export type SqlValue = string | number | null | Uint8Array;

export type Statements = {
  /** Rows come as unknown: whoever reads them checks them. */
  all(text: string, ...values: SqlValue[]): Promise<unknown[]>;
  run(text: string, ...values: SqlValue[]): Promise<{ changes: number }>;
};

/**
 * What must not happen twice at once, in whichever process. `row` shuts nobody out: it writes what is compared and set.
 */
export type LockName =
  | 'row'
  | 'migrate'
  | 'keyv'
  | 'ledger'
  | 'admissions'
  | 'inbox'
  | 'settings'
  | 'audit'
  | 'fingerprints'
  | 'library';

export type Sql = Statements & {
  /**
   * All or nothing, on disk when it has answered. Of one name, one runs at a time: what `work` has read can't change
   * before it writes. `work` waits for nothing but the statements it is given, and uses no others: on SQLite everybody
   * waits for it. It may be run again, after nothing of it has happened. `synced` false: it reaches the disk by the next
   * one that is, never after that, so that only what comes last may be lost with the power.
   */
  transaction<T>(name: LockName, work: (tx: Statements) => Promise<T>, how?: { synced: boolean }): Promise<T>;
};

/** A database that is open. Everything throws StoreError when it fails, StoreClosed after `close`. */
export type Database = Sql & {
  /** Throws StoreError unless a write would reach the records that we opened. */
  check(): Promise<void>;
  /** Makes unreadable what was removed, as far as the database can; another time where others hold it just now. */
  overwrite(): Promise<void>;
  /** May be called twice. */
  close(): Promise<void>;
};
