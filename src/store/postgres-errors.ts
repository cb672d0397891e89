/** What PostgreSQL and the way to it say when something fails, in the words of our store. */
import pg from 'pg';
import { StoreBusy, StoreCorrupt, StoreError, StoreUnreachable, StoreUnwritable } from './errors.ts';

type Made = (cause: unknown) => StoreError;
const unreachable: Made = (cause) => new StoreUnreachable('the database can not be reached', { cause });
const refused: Made = (cause) => new StoreUnreachable('the database refuses us', { cause });
const busy: Made = (cause) => new StoreBusy('the database is busy', { cause });
const unwritable: Made = (cause) => new StoreUnwritable('the database can not write', { cause });
const corrupt: Made = (cause) => new StoreCorrupt('the database is damaged', { cause });

/**
 * By the code, or by its first two characters, which are its class:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html (2025-11).
 */
const BY_CODE: Record<string, Made> = {
  '08': unreachable,
  // A wrong password, a database that there is not, a role that may not.
  28: refused,
  '3D000': refused,
  42501: refused,
  // It is shutting down, starting, or was told to end us.
  57: unreachable,
  53300: busy,
  40: busy,
  '55P03': busy,
  25006: unwritable,
  53: unwritable,
  58: unwritable,
  XX001: corrupt,
  XX002: corrupt,
};

const UNANSWERED = 'Query read timeout';

/** What pg itself and the system say of a connection that is not there (any more). */
const LOST =
  /^(?:Connection terminated|timeout expired|Client has encountered a connection error|Query read timeout|timeout exceeded when trying to connect|The server does not support SSL)/;

/** Undefined for what says nothing of the database: a mistake of ours. */
export function postgresErrorOf(error: unknown): StoreError | undefined {
  if (error instanceof pg.DatabaseError) {
    // These hold what stood in the row, and nobody's words belong in a log.
    for (const name of ['detail', 'where', 'internalQuery', 'hint'] as const) delete error[name];
    const code = error.code ?? '';
    return (BY_CODE[code] ?? BY_CODE[code.slice(0, 2)])?.(error);
  }
  if (!(error instanceof Error)) return undefined;
  const isSystems = 'syscall' in error || error instanceof AggregateError;
  return isSystems || LOST.test(error.message) ? unreachable(error) : undefined;
}

export const isUnanswered = (error: unknown): boolean =>
  error instanceof Error && error.message === UNANSWERED;

/** By its code, whoever has wrapped it. */
export const isForbidden = (error: unknown): boolean =>
  (error instanceof pg.DatabaseError && error.code === '42501') ||
  (error instanceof StoreError && isForbidden(error.cause));

export const isDeadlock = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '40P01';
