/**
 * The records for whoever only looks at them, while a bot works on them or while none does: nothing of them changes, and
 * nothing is brought to another shape.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Ledger } from '../core/limits/ledger.ts';
import type { JobStore, KeyValueStore } from '../core/ports.ts';
import type { ProcessTable } from '../core/processes.ts';
import { StoreCorrupt, translated } from './errors.ts';
import { createJobStore } from './jobs.ts';
import { keyValueStoreOn } from './keyv-sql.ts';
import { createLedger } from './ledger.ts';
import { MIGRATIONS } from './migrations.ts';
import { MOVED_FILE } from './move/moved.ts';
import type { Sql, Statements } from './sql.ts';
import { sqlOn } from './sqlite-sql.ts';

const BUSY_TIMEOUT_MS = 2_000;

export type RecordsToRead = {
  jobs: Pick<JobStore, 'get' | 'open'>;
  ledger: Pick<Ledger, 'held' | 'totals' | 'suspended'>;
  /** What is written to it is refused. */
  keyv(namespace: string): KeyValueStore;
  /** Only in PostgreSQL. */
  processes?: Pick<ProcessTable, 'all'>;
};

/** `older` is brought to `known` by the next start; `newer` was written by a later version. */
export type FoundRecords = AsyncDisposable &
  (
    | { kind: 'none' | 'moved' | 'damaged' }
    /** The running bot's own: it has looked at the database when it opened it. */
    | { kind: 'in-use'; records: RecordsToRead }
    | { kind: 'older' | 'newer'; version: number; known: number }
    | {
        kind: 'open';
        version: number;
        bytes: number;
        records: RecordsToRead;
        /** So much the database's clock is ahead of ours; 0 on this machine. */
        clockAheadMs: number;
      }
  );

type OnUnreadable = (error: Error) => void;

const found = <T extends object>(what: T, close: () => Promise<void> = async () => {}) => ({
  ...what,
  [Symbol.asyncDispose]: close,
});

/** Throws StoreError, or what the system says where the file can't be read at all. */
export async function findRecords(dataDir: string, onUnreadable: OnUnreadable): Promise<FoundRecords> {
  if (existsSync(join(dataDir, MOVED_FILE))) return found({ kind: 'moved' });
  const path = join(dataDir, 'strut.sqlite');
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return found({ kind: 'none' });
  // Where nobody has it open, and nothing waits in a log: looked at as on a read-only disk, it leaves no files behind.
  const address = pathToFileURL(path);
  if (!existsSync(`${path}-wal`)) address.searchParams.set('immutable', '1');
  const sqlite = translated(() => new DatabaseSync(address, { readOnly: true, timeout: BUSY_TIMEOUT_MS }));
  try {
    const row = translated(() => sqlite.prepare('PRAGMA quick_check(1)').get());
    if (row?.quick_check !== 'ok') throw new StoreCorrupt('the database file is damaged');
    const version = Number(sqlite.prepare('PRAGMA user_version').get()?.user_version);
    const known = MIGRATIONS.length;
    const close = async () => sqlite.close();
    if (version !== known) return found({ kind: version > known ? 'newer' : 'older', version, known }, close);
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    const records = recordsOn(sqlOn(sqlite).all, onUnreadable);
    return found({ kind: 'open', version, bytes: size + log, records, clockAheadMs: 0 }, close);
  } catch (error) {
    sqlite.close();
    if (error instanceof StoreCorrupt) return found({ kind: 'damaged' });
    throw error;
  }
}

/** The same in PostgreSQL. Throws StoreError. */
export async function findPostgresRecords(url: string, onUnreadable: OnUnreadable): Promise<FoundRecords> {
  const [{ openPostgresToRead }, { POSTGRES_MIGRATIONS }, { createProcessTable }] = await Promise.all([
    import('./postgres-to-read.ts'),
    import('./migrations-postgres.ts'),
    import('./postgres-processes.ts'),
  ]);
  const { all, shape: version, close } = await openPostgresToRead(url);
  const known = POSTGRES_MIGRATIONS.length;
  if (version === 0) return found({ kind: 'none' }, close);
  if (version !== known) return found({ kind: version > known ? 'newer' : 'older', version, known }, close);
  const askedAt = Date.now();
  const [row] = await all(
    `SELECT pg_database_size(current_database()) AS bytes,
       (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint AS now`,
  );
  const { bytes, now } = Object(row);
  // It was read about half-way between the question and the answer.
  const clockAheadMs = Number(now) - (askedAt + Date.now()) / 2;
  const records = { ...recordsOn(all, onUnreadable), processes: createProcessTable(readOnly(all)) };
  return found({ kind: 'open', version, bytes: Number(bytes), records, clockAheadMs }, close);
}

const recordsOn = (all: Statements['all'], onUnreadable: OnUnreadable): RecordsToRead => {
  const sql = readOnly(all);
  return {
    jobs: createJobStore(sql, onUnreadable),
    ledger: createLedger(sql),
    keyv: (namespace) => keyValueStoreOn(sql, namespace),
  };
};

const readOnly = (all: Statements['all']): Sql => ({
  all,
  run: () => Promise.reject(new TypeError('these records are there to be read')),
  transaction: () => Promise.reject(new TypeError('these records are there to be read')),
});
