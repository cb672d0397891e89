/** Tells records in PostgreSQL that they were put back from a copy, as `pg_restore` can't. */
import { openPostgres } from '../postgres.ts';
import { lockRecords } from '../postgres-lock.ts';
import { markOn } from './mark.ts';

/** `at`: whenever they were copied, it was before this. Throws StoreInUse where a bot runs on them, or another StoreError. */
export async function markPostgres(url: string, at: number, waitMs?: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  stack.defer(await lockRecords(url, waitMs === undefined ? {} : { waitMs }));
  const db = await openPostgres(url);
  stack.defer(() => db.close());
  await markOn(db, at);
}
