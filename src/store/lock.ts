/** One process owns a data folder. The system takes the lock back when that process dies, however it dies. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreInUse, StoreUnwritable } from './errors.ts';

/** What this process holds: a lock that nothing refers to is a lock that the collector may let go of. */
const held = new Set<DatabaseSync>();

/** A supervisor starts the next process while the last one is still stopping. */
const WAIT_MS = 10_000;
const SQLITE_BUSY = 5;

/** Waits for the folder, or throws StoreInUse: two processes on it would send the same jobs twice. The answer lets go of it. */
export function lockFolder(dataDir: string, waitMs = WAIT_MS): () => void {
  let lock: DatabaseSync;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(dataDir, 'strut.lock'), { timeout: waitMs });
  } catch (cause) {
    throw new StoreUnwritable('the data folder cannot be written to', { cause });
  }
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    const busy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
    throw busy ? new StoreInUse() : new StoreUnwritable('the data folder cannot be locked', { cause: error });
  }
  held.add(lock);
  return () => {
    if (held.delete(lock)) lock.close();
  };
}
