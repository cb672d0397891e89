/** How often something may be asked, counted for all processes together: in a table that the library makes and sweeps. */
import pg from 'pg';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';
import { postgresErrorOf } from './postgres-errors.ts';

const TABLE = 'rate_limits';
const CONNECTIONS = 2;
const ANSWER_WITHIN_MS = 5_000;

type LimiterOptions = { keyPrefix: string; points: number; duration: number };
export type PostgresLimits = {
  limiter(options: LimiterOptions): RateLimiterAbstract;
  close(): Promise<void>;
};

/** While the database is away, each process counts by itself. Throws StoreError where there is none to begin with. */
export async function openPostgresLimits(url: string): Promise<PostgresLimits> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'strut limits',
    max: CONNECTIONS,
    connectionTimeoutMillis: ANSWER_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
  });
  // The next question gets another connection; unheard, it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const there = { storeClient: pool, storeType: 'pool', tableName: TABLE };
  // This one makes the table and sweeps it, for all.
  const made = await new Promise<Error | undefined>((resolve) => {
    new RateLimiterPostgres({ ...there, points: 1, duration: 1 }, resolve);
  });
  if (made) {
    await pool.end();
    throw postgresErrorOf(made) ?? made;
  }
  return {
    limiter: (options) =>
      new RateLimiterPostgres({
        ...there,
        ...options,
        tableCreated: true,
        clearExpiredByTimeout: false,
        insuranceLimiter: new RateLimiterMemory(options),
      }),
    close: () => pool.end(),
  };
}
