/**
 * Keeps a second process off the same records in PostgreSQL unless all of them share their files, too: a lock that lives as
 * long as the connection that took it.
 */
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { backOffMs } from '../core/job/pace.ts';
import { StoreInUse } from './errors.ts';
import { postgresErrorOf } from './postgres-errors.ts';

const CONNECT_WITHIN_MS = 5_000;
/** A supervisor starts the next process while the last one is still stopping. */
const LOCK_WITHIN_MS = 10_000;
const LOCK_AGAIN_MS = 250;
const RETAKE_PACE = { firstMs: 250, ceilingMs: 5_000 };

const KEY = `hashtext('strut process'), hashtext(current_schema())`;
const ALONE = `SELECT pg_try_advisory_lock(${KEY}) AS held`;
const BESIDE = `SELECT pg_try_advisory_lock_shared(${KEY}) AS held`;
const SESSION = `SELECT pid, backend_start::text AS since FROM pg_stat_activity WHERE pid = pg_backend_pid()`;
/** After a cable was cut, the server may believe in the old connection for hours. */
const END_OLD = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2`;

type Held = { client: pg.Client; session: { pid: unknown; since: unknown } };
type Waiting = { beside: boolean; waitMs: number; signal: AbortSignal; old?: Held['session'] };

/**
 * Waits for the last process to end, or throws StoreInUse. `beside`: others may be there, if they say so as well. The answer
 * lets go of the records. Where the database ends the connection, the lock is taken again; `onTaken` hears that another
 * process has it by then. Until then the records are compared and set all the same.
 */
export async function lockRecords(
  url: string,
  {
    beside = false,
    waitMs = LOCK_WITHIN_MS,
    onTaken = () => {},
  }: { beside?: boolean; waitMs?: number; onTaken?: () => void } = {},
): Promise<() => Promise<void>> {
  const closing = new AbortController();
  const { signal } = closing;
  let held: Held | undefined;
  let again: Promise<void> = Promise.resolve();

  function keep(taken: Held): void {
    held = taken;
    taken.client.once('end', () => {
      held = undefined;
      if (!signal.aborted) again = retake(taken.session);
    });
  }

  async function retake(old: Held['session']): Promise<void> {
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        return keep(await take(url, { beside, waitMs, signal, old }));
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof StoreInUse) return onTaken();
        // The statements that members wait for say in the log that the database is away.
        const waitsMs = backOffMs(tries, Math.random, RETAKE_PACE);
        await setTimeout(waitsMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  keep(await take(url, { beside, waitMs, signal }));
  return async () => {
    closing.abort();
    await again;
    await held?.client.end();
  };
}

async function take(url: string, { beside, waitMs, signal, old }: Waiting): Promise<Held> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'strut lock',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
  });
  // That it ends is heard by `end`; without somebody who listens, an error would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    if (old) await client.query(END_OLD, [old.pid, old.since]);
    const session = Object((await client.query(SESSION)).rows[0]);
    const giveUpAt = Date.now() + waitMs;
    for (;;) {
      const { rows } = await client.query(beside ? BESIDE : ALONE);
      if (Object(rows[0]).held === true) return { client, session };
      if (Date.now() > giveUpAt) throw new StoreInUse('database');
      await setTimeout(LOCK_AGAIN_MS, undefined, { signal });
    }
  } catch (error) {
    await client.end().catch(() => {});
    throw postgresErrorOf(error) ?? error;
  }
}
