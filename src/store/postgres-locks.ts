/**
 * Locks that hold in every process: whoever is first in the queue of its own process asks PostgreSQL for the key. They
 * end with the connection that has them, so a dead process holds nobody up; work that has lost its lock so goes on, and
 * what it saves is compared with what it has read (src/core/job/stale-job.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocks, type Locks } from '../core/locks.ts';
import { StoreUnreachable } from './errors.ts';
import { openSession, type SessionClient } from './postgres-session.ts';

const KEY = `hashtextextended('strut lock ' || current_schema() || ' ' || key, 0)`;
const OF_KEYS = 'FROM unnest($1::text[]) AS key';
const TRY = `SELECT key, pg_try_advisory_lock(${KEY}) AS done ${OF_KEYS}`;
const RELEASE = `SELECT key, pg_advisory_unlock(${KEY}) AS done ${OF_KEYS}`;
const IS_FREE = `SELECT key, CASE WHEN pg_try_advisory_lock(${KEY}) THEN pg_advisory_unlock(${KEY}) ELSE false END AS done
  ${OF_KEYS}`;

/** Most work is over at once; what takes minutes, such as an upload, is waited for at leisure. */
const LOOK_AGAIN_MS = { first: 10, most: 250 };
/** A connection that has ended is soon there again, or the database is away. */
const CONNECTED_WITHIN_MS = 10_000;

export type PostgresLocks = Locks & { close(): Promise<void> };

/** Throws StoreError where there is no connection to begin with. */
export async function openPostgresLocks(
  url: string,
  { withinMs = CONNECTED_WITHIN_MS }: { withinMs?: number } = {},
): Promise<PostgresLocks> {
  const local = createLocks();
  const session = await openSession(url, { name: 'strut locks', async opened() {}, lost() {} });

  /** Undefined where the connection has ended, or ends now. */
  const ask = (client: SessionClient | undefined, text: string, key: string): Promise<boolean | undefined> =>
    client ? askTogether(client, text, key) : Promise.resolve(undefined);

  /** Answers with the connection that holds the key. Throws StoreUnreachable where there is none for long. */
  async function take(key: string): Promise<SessionClient | undefined> {
    let awaySince: number | undefined;
    for (let waitMs = LOOK_AGAIN_MS.first; ; waitMs = Math.min(waitMs * 2, LOOK_AGAIN_MS.most)) {
      const client = session.client();
      const isMine = await ask(client, TRY, key);
      if (isMine) return client;
      awaySince = isMine === undefined ? (awaySince ?? Date.now()) : undefined;
      if (awaySince !== undefined && Date.now() - awaySince >= withinMs)
        throw new StoreUnreachable('the database can not be reached');
      // Not all of those who wait at the same moments.
      await sleep(waitMs * (0.5 + Math.random() / 2));
    }
  }

  return {
    async isBusy(key) {
      if (await local.isBusy(key)) return true;
      // Nobody knows; whoever then waits for it is told why it can't be had.
      return (await ask(session.client(), IS_FREE, key)) === false;
    },
    run: (key, work) =>
      local.run(key, async () => {
        const client = await take(key);
        try {
          return await work();
        } finally {
          await ask(client, RELEASE, key);
        }
      }),
    close: () => session.close(),
  };
}

/** What will be asked for on each connection, by statement, once what was asked before has been answered. */
const waiting = new WeakMap<SessionClient, Map<string, Together>>();
type Together = { keys: Set<string>; answers: Promise<Map<string, boolean>> };

/** Many steps begin and end at once: those who wait for the same connection are asked for in one statement. */
async function askTogether(client: SessionClient, text: string, key: string): Promise<boolean | undefined> {
  const byText = waiting.get(client) ?? new Map<string, Together>();
  waiting.set(client, byText);
  const together = byText.get(text) ?? begin();
  together.keys.add(key);
  return (await together.answers.catch(() => undefined))?.get(key);

  function begin(): Together {
    const keys = new Set<string>();
    const answers = client
      .ask(text, () => {
        byText.delete(text);
        return [[...keys]];
      })
      .then(({ rows }) => new Map(rows.map((row) => [String(Object(row).key), Object(row).done === true])));
    const begun = { keys, answers };
    byText.set(text, begun);
    return begun;
  }
}
