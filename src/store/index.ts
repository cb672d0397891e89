/** Everything that is kept on disk, opened together. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Keyv } from 'keyv';
import { CHATS } from '../chat/catalog.ts';
import type { LibraryStore } from '../core/library/store.ts';
import type { AdmissionQueue, AdmissionQueueParts } from '../core/limits/admission-queue.ts';
import type { Ledger } from '../core/limits/ledger.ts';
import type { Files, Inbox, JobStore, KeyValueStore, SettingsStore, Traces } from '../core/ports.ts';
import type { ProcessTable } from '../core/processes.ts';
import type { AuditLog } from '../core/trust/audit.ts';
import type { Fingerprints } from '../core/trust/fingerprints.ts';
import { createOptOuts, type OptOuts } from '../core/trust/opt-outs.ts';
import { createAdmissionQueue } from './admission-queue.ts';
import { createAuditLog } from './audit.ts';
import { type PutBack, putBackOn } from './copies/mark.ts';
import { checkNotHalfRestored } from './copies/staging.ts';
import type { UnreadableJob } from './errors.ts';
import { type FilesAt, openPlace } from './files-place.ts';
import { createFingerprints } from './fingerprints.ts';
import { findHome } from './home.ts';
import { createInbox } from './inbox.ts';
import { type AlsoSaved, createJobStore } from './jobs.ts';
import { keyValueStoreOn } from './keyv-sql.ts';
import { createLedger } from './ledger.ts';
import { createLibraryStore } from './library.ts';
import { lockFolder } from './lock.ts';
import { checkNotMoved } from './move/moved.ts';
import { endMove } from './move/records.ts';
import type { QueueAccess } from './postgres.ts';
import { createSettingsStore } from './settings.ts';
import { inSlots } from './slots.ts';
import type { Database } from './sql.ts';
import { openDatabase } from './sqlite.ts';
import { createTraces, ownSpacesOf } from './traces.ts';

/** The database of the records, for the queues of due steps beside them. */
export type StoreQueues = QueueAccess & {
  /** From now on a job and what this puts are saved together, or not at all. */
  joinSaves(also: AlsoSaved): void;
};

/** A look at a clip takes up to 40 kB. */
const LOOKS_KEPT = 4096;

export type Store = {
  /** Only in PostgreSQL, which several processes may share. */
  queues?: StoreQueues;
  jobs: JobStore;
  ledger: Ledger;
  /** Motions and characters that members keep. */
  library: LibraryStore;
  /** Whose turn it is to render, by those limits. */
  admissionQueue(parts: AdmissionQueueParts): AdmissionQueue;
  files: Files;
  inbox: Inbox;
  settings: SettingsStore;
  traces: Traces;
  putBack: PutBack;
  optOuts: OptOuts;
  fingerprints: Fingerprints;
  audit: AuditLog;
  /** Whether other processes may use the same files at the same time. */
  filesAreShared: boolean;
  /**
   * Throws FilesUnusable where the place of the files, which is not DATA_DIR, does not do what it must, and
   * FilesUnreachable.
   */
  checkFiles(): Promise<void>;
  /**
   * Whether the database is that of these files, and neither made anew nor put in another's place. Asked before anything
   * new is kept; files that a crash left on their way out are put back then. Throws FilesUnusable where a place that
   * others may use is that of another database, and FilesUnreachable.
   */
  isAtHome(): Promise<boolean>;
  /** Of several processes on these records; missing where there can be but one. */
  processes?: ProcessTable;
  /** What was seen of files, as much as there is room for, which says nothing of which files those were. */
  looks: Pick<KeyValueStore, 'get' | 'set'>;
  /** Small records of other kinds. Each namespace is apart; `jobs` is taken. */
  keyv(namespace: string): Keyv<unknown> & KeyValueStore;
  /** Throws StoreError unless a write reaches the disk right now. */
  ping(): Promise<void>;
  /** Everything after it throws StoreClosed. May be called twice. */
  close(): Promise<void>;
};

/** One record is no good; all others are. */
type OnUnreadable = (error: UnreadableJob) => void;

/**
 * Opens the store under `dataDir`, in SQLite, with its files there or at another place, making what is missing. Throws
 * StoreError.
 */
export function createStore(dataDir: string, onUnreadable: OnUnreadable, filesAt?: FilesAt): Store {
  const unlock = lockFolder(dataDir);
  try {
    checkNotMoved(dataDir);
    // Where there are records, what lies beside them is no part of them.
    if (!existsSync(join(dataDir, 'strut.sqlite'))) checkNotHalfRestored(dataDir);
    const place = openPlace(dataDir, filesAt);
    return storeOn(openDatabase(dataDir), { place, onUnreadable, unlock });
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * The same with the records in PostgreSQL, and the files alone under `dataDir` or at their place. Where others can have that
 * place as well, they may be on these records, too. `onTaken`: the database was away, and another process, which does not
 * share its files, has the records since.
 */
export async function createPostgresStore(
  url: string,
  dataDir: string,
  onUnreadable: OnUnreadable,
  filesAt?: FilesAt,
  onTaken?: () => void,
): Promise<Store> {
  // Loaded only here: whoever stays with SQLite need not have it in memory.
  const [{ openPostgres }, { lockRecords }, { createProcessTable }] = await Promise.all([
    import('./postgres.ts'),
    import('./postgres-lock.ts'),
    import('./postgres-processes.ts'),
  ]);
  await using stack = new AsyncDisposableStack();
  stack.defer(lockFolder(dataDir));
  checkNotHalfRestored(dataDir);
  const place = openPlace(dataDir, filesAt);
  stack.defer(await lockRecords(url, { beside: place.isShared, ...(onTaken ? { onTaken } : {}) }));
  const db = await openPostgres(url);
  stack.defer(() => db.close());
  await endMove(db);
  const held = stack.move();
  let also: AlsoSaved | undefined;
  const joinSaves = (joined: AlsoSaved): void => {
    also = joined;
  };
  return {
    ...storeOn(db, { place, onUnreadable, unlock: () => held.disposeAsync(), also: () => also }),
    queues: { ...db.queues, joinSaves },
    processes: createProcessTable(db),
  };
}

type Surroundings = {
  place: ReturnType<typeof openPlace>;
  onUnreadable: OnUnreadable;
  unlock: () => void | Promise<void>;
  also?: () => AlsoSaved | undefined;
};

/** See `looks` of Store. */
export const looksOn = (db: Database): Store['looks'] => inSlots(keyValueStoreOn(db, 'looks'), LOOKS_KEPT);

function storeOn(db: Database, { place, onUnreadable, unlock, also }: Surroundings): Store {
  return {
    jobs: createJobStore(db, onUnreadable, also),
    ledger: createLedger(db),
    library: createLibraryStore(db),
    admissionQueue: (parts) => createAdmissionQueue(db, parts),
    files: place.files,
    filesAreShared: place.isShared,
    checkFiles: place.check,
    settings: createSettingsStore(db),
    traces: createTraces(db, CHATS),
    putBack: putBackOn(db),
    optOuts: createOptOuts(keyValueStoreOn(db, 'opt-outs')),
    fingerprints: createFingerprints(db),
    audit: createAuditLog(db, (memberId) => ownSpacesOf(CHATS, memberId)),
    async isAtHome() {
      const isAtHome = await findHome(db, place);
      await place.clearUp();
      return isAtHome;
    },
    inbox: createInbox(db, { now: Date.now }),
    keyv: (namespace) => keyValueStoreOn(db, namespace),
    looks: looksOn(db),
    async ping() {
      await db.check();
      await db.run(
        'INSERT INTO ping (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at',
        Date.now(),
      );
    },
    async close() {
      await place.stop();
      await db.close();
      await unlock();
    },
  };
}
