/** The place in PostgreSQL that records are put back to. */
import { checkFree, homeOf, moveRecords } from '../move/records.ts';
import { SECRETS_START } from '../move/tables.ts';
import { openPostgres } from '../postgres.ts';
import { lockRecords } from '../postgres-lock.ts';
import { checkNoOlderBot } from '../postgres-to-read.ts';
import { openAsItIs, openDatabase } from '../sqlite.ts';
import { markCopy } from './mark.ts';
import type { RecordsTarget } from './staging.ts';

/** It goes through whole tables, and nobody waits. */
const ANSWER_WITHIN_MS = 30 * 60_000;

/** `folder`: where the database is unpacked. Throws StoreInUse where a bot runs on it, or another StoreError. */
export async function openPostgresTarget(
  url: string,
  { folder, waitMs }: { folder: string; waitMs: number | undefined },
): Promise<RecordsTarget> {
  await using stack = new AsyncDisposableStack();
  stack.defer(await lockRecords(url, waitMs === undefined ? {} : { waitMs }));
  await checkNoOlderBot(url);
  const target = await openPostgres(url, { answerWithinMs: ANSWER_WITHIN_MS });
  stack.defer(target.close);
  const opened = stack.move();
  return {
    async prepare(database, at) {
      // Rows are read as this version knows them; a copy from before is brought to that first.
      await openDatabase(folder).close();
      markCopy(database, at);
      await using read = openAsItIs(database);
      await checkFree(target, await homeOf(read));
    },
    async land(staging, database, secrets) {
      await using read = openAsItIs(database);
      const texts = [...secrets].map(
        ([name, text]) => [SECRETS_START + name, JSON.stringify({ value: text.trim() })] as const,
      );
      // In one transaction: it is all there, or nothing of it.
      await moveRecords(read, target, { secrets: new Map(texts), proven() {} });
      await staging.endLanding();
    },
    close: () => opened.disposeAsync(),
  };
}
