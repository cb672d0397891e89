/** Connections to PostgreSQL, which are given up where nobody answers any more. */
import pg from 'pg';

const CONNECT_WITHIN_MS = 5_000;
/** A transaction of a process that stands still, or is cut off, must not keep the others waiting: they give up later. */
const IDLE_SHARE = 2 / 3;
/** The system then asks the other end every second, and gives the connection up after ten. */
const KEEP_ALIVE_MS = 5_000;
/** PostgreSQL's name for whole numbers of eight bytes, which come as texts otherwise. Ours all fit. */
const INT8 = 20;

/** `answerWithinMs`: of one statement. `first`: on each connection, before anybody has it. */
export function openPool(
  url: string,
  name: string,
  max: number,
  answerWithinMs: number,
  first?: string,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    query_timeout: answerWithinMs,
    idle_in_transaction_session_timeout: Math.round(answerWithinMs * IDLE_SHARE),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    ...(first ? { onConnect: async (client) => void (await client.query(first)) } : {}),
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // A connection that ends while nobody uses it is no error of ours: the next statement gets another one. Without
  // somebody who listens, it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
