/**
 * One connection to PostgreSQL that is kept open for what belongs to a session: locks that are held for long, and what
 * the server tells by itself. Where it ends it is opened again, and what it held is gone until then.
 *
 * Each side gives up a connection on which it has heard nothing for a while, so that a cut cable, a frozen process and a
 * machine that is gone are all noticed alike. We give up first: nobody must believe in a lock that is somebody else's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { backOffMs } from '../core/job/pace.ts';
import { postgresErrorOf } from './postgres-errors.ts';
import { prepared } from './postgres-prepared.ts';

const CONNECT_WITHIN_MS = 5_000;
const AGAIN_PACE = { firstMs: 250, ceilingMs: 5_000 };
/** How often the server is asked something, and after how long without an answer the connection is given up. */
const PULSE = { beatMs: 3_000, answerMs: 5_000, oursMs: 9_000, serversMs: 12_000 };
/** How long a connection is given to close in order: the other end may be gone. */
const FAREWELL_MS = 2_000;

const SESSION = `SELECT pid, backend_start::text AS since FROM pg_stat_activity WHERE pid = pg_backend_pid()`;
/** After a cable was cut, the server may believe in the old connection for hours. */
const END_OLD = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2`;

/** Several ask at once on one connection, and pg is about to stop lining that up. */
class SessionConnection extends pg.Client {
  #last: Promise<unknown> = Promise.resolve();

  /** One statement, once those before it have ended; `values` may be asked for then. */
  ask(text: string, values: unknown[] | (() => unknown[]) = []): Promise<pg.QueryResult<object>> {
    const answer = this.#last.then(() =>
      this.query<object>(prepared(text, typeof values === 'function' ? values() : values)),
    );
    this.#last = answer.catch(() => {});
    return answer;
  }
}

export type SessionClient = Pick<SessionConnection, 'ask' | 'on' | 'off'>;

export type SessionUse = {
  /** As the operator of the database sees it. */
  name: string;
  /** A connection is open, the first one or a later one. What it throws ends this connection. */
  opened(client: SessionClient): Promise<void>;
  /** The connection has ended, and not by `close`: everything that it held is gone. */
  lost(): void;
  pulse?: typeof PULSE;
};

export type PostgresSession = {
  /** Undefined while there is no connection, or none that has answered lately: what it held may be gone already. */
  client(): SessionClient | undefined;
  /** Ends it, and with it what it holds. May be called twice. */
  close(): Promise<void>;
};

/** Answers with the connection open. Throws StoreError where the first one can't be had. */
export async function openSession(url: string, use: SessionUse): Promise<PostgresSession> {
  const closing = new AbortController();
  const { signal } = closing;
  const pulse = use.pulse ?? PULSE;
  let current: SessionConnection | undefined;
  /** When the server was asked what it has answered last, by a clock that goes on while the machine sleeps. */
  let aliveAt = 0;
  let old: { pid: unknown; since: unknown } | undefined;
  let again: Promise<void> = Promise.resolve();

  async function open(): Promise<void> {
    const client = new SessionConnection({
      connectionString: url,
      application_name: use.name,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      keepAlive: true,
    });
    // That it ends is heard by `end`; without somebody who listens, an error would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
      keepAsking(client);
      if (old) await client.ask(END_OLD, [old.pid, old.since]);
      old = Object((await client.ask(SESSION)).rows[0]);
      await client.ask(`SET idle_session_timeout = ${pulse.serversMs}`);
      await client.ask('SET statement_timeout = 0');
      current = client;
      client.once('end', () => {
        if (current !== client) return;
        current = undefined;
        if (signal.aborted) return;
        use.lost();
        again = reopen();
      });
      await use.opened(client);
    } catch (error) {
      if (current === client) current = undefined;
      await end(client);
      throw postgresErrorOf(error) ?? error;
    }
  }

  function keepAsking(client: SessionConnection): void {
    let isAsking = false;
    aliveAt = Date.now();
    const beating = setInterval(async () => {
      if (isAsking) return;
      isAsking = true;
      const askedAt = Date.now();
      const late = setTimeout(() => end(client), pulse.answerMs);
      const isAnswered = await client.ask('SELECT 1').then(
        () => true,
        () => false,
      );
      clearTimeout(late);
      if (isAnswered) aliveAt = askedAt;
      isAsking = false;
    }, pulse.beatMs);
    client.once('end', () => clearInterval(beating));
  }

  async function reopen(): Promise<void> {
    for (let tries = 1; !signal.aborted; tries += 1) {
      await sleep(backOffMs(tries, Math.random, AGAIN_PACE), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      // The statements that members wait for say in the log that the database is away.
      const isOpen = await open().then(
        () => true,
        () => false,
      );
      if (isOpen) return;
    }
  }

  await open();
  return {
    client: () => (Date.now() - aliveAt < pulse.oursMs ? current : undefined),
    async close() {
      closing.abort();
      await again;
      const last = current;
      current = undefined;
      if (last) await end(last);
    },
  };
}

async function end(client: pg.Client): Promise<void> {
  const giveUp = setTimeout(() => client.connection.stream.destroy(), FAREWELL_MS);
  await client.end().catch(() => {});
  clearTimeout(giveUp);
}
