/** Databases in the run's PostgreSQL: a schema for each file of tests, which sees nothing of the others. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { inject } from 'vitest';
import { openPostgres } from '../../src/store/postgres.ts';
import type { Database } from '../../src/store/sql.ts';
import { needs } from '../needs.ts';
import { isInstalled } from './server.ts';

/** For tests on PostgreSQL. */
export const postgresNeeded = needs(
  isInstalled,
  'PostgreSQL is not installed (Debian: apt-get install postgresql)',
);

const EMPTY = [
  ...['keyv', 'ledger_lines', 'ledger_counters', 'ping', 'inbox', 'settings', 'audit', 'video_frames'],
  ...['video_files', 'audit_log', 'processes', 'admissions', 'admission_spaces', 'admission_members'],
  ...['library'],
].map((table) => `DELETE FROM ${table}`);

async function serverUrl(): Promise<string> {
  const answer = await text(connect(inject('postgres')));
  if (!answer.startsWith('postgres:')) throw new Error(answer);
  return answer;
}

/** The address of a schema of its own, which has nothing in it yet. */
export async function freshSchema(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = await serverUrl();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const ask = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await ask(`CREATE SCHEMA ${name}`);
  return {
    url: `${server}&options=${encodeURIComponent(`-c search_path=${name}`)}`,
    drop: () => ask(`DROP SCHEMA IF EXISTS ${name}_steps CASCADE; DROP SCHEMA ${name} CASCADE`),
  };
}

export type PostgresOfFile = ReturnType<typeof postgresOfFile>;

/** For a file of tests, which closes it `afterAll`. */
export function postgresOfFile() {
  let opened: Promise<{ db: Database; url: string; drop(): Promise<void> }> | undefined;
  const open = () => {
    opened ??= freshSchema().then(async (schema) => ({ ...schema, db: await openPostgres(schema.url) }));
    return opened;
  };
  return {
    /** The same database for each test, with nothing in it. */
    async empty(): Promise<Database> {
      const { db } = await open();
      await db.run(EMPTY.join('; '));
      return db;
    },
    /** The same, as it is. */
    db: async (): Promise<Database> => (await open()).db,
    async url(): Promise<string> {
      return (await open()).url;
    },
    async close(): Promise<void> {
      if (!opened) return;
      const { db, drop } = await opened;
      await db.close();
      await drop();
    },
  };
}
