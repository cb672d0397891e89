/** The records of the jobs: each lies as Keyv would keep it, under its id; what finds it lies on the same row. */
import { z } from 'zod';
import { handleOf } from '../core/job/handle.ts';
import { isOver, type Job } from '../core/job/job.ts';
import { StaleJob } from '../core/job/stale-job.ts';
import { UnknownHold } from '../core/limits/ledger.ts';
import type { JobStore, Unreadable } from '../core/ports.ts';
import { UnreadableJob } from './errors.ts';
import { jobSchema } from './job-schema.ts';
import { keepHold, keyOfJob } from './kept-hold.ts';
import type { Sql, Statements } from './sql.ts';

const PAGE = 200;
const PREFIX = 'jobs:';
const spaceRow = z.object({ spaceId: z.string() });
const keyRow = z.object({ key: z.string() });
const datedRow = z.object({ key: z.string(), createdAt: z.number() });
/** Every place in a record that names a file, each a column of its row with an index: migrations.ts. */
const FILE_COLUMNS = ['job_image', 'job_clip', 'job_video', 'job_marked', 'job_smaller'] as const;

/** Each reads its own index, never every record: a test asks the database how it would. */
export const JOBS = {
  open: `SELECT key FROM keyv WHERE job_open > ? ORDER BY job_open LIMIT ${PAGE}`,
  ofSpace:
    'SELECT key, value, rev FROM keyv WHERE job_space = ? ORDER BY job_created_at DESC, key DESC LIMIT ?',
  ofMember:
    'SELECT key, value, rev FROM keyv WHERE job_member = ? ORDER BY job_created_at DESC, key DESC LIMIT ?',
  ofCode: 'SELECT key, value, rev FROM keyv WHERE job_code = ? ORDER BY key',
  // One look a space: for a DISTINCT, every row would be read.
  nextSpace: 'SELECT job_space AS "spaceId" FROM keyv WHERE job_space > ? ORDER BY job_space LIMIT 1',
  oldest: `SELECT key, job_created_at AS "createdAt" FROM keyv
    WHERE job_space = ? AND job_created_at < ? AND (job_created_at, key) > (?, ?)
    ORDER BY job_created_at, key LIMIT ${PAGE}`,
  users: `SELECT 1 FROM (${FILE_COLUMNS.map((column) => `SELECT 1 AS used FROM keyv WHERE ${column} = ?`).join(' UNION ALL ')})
    AS users LIMIT 1`,
} as const;
const ONE = 'SELECT key, value, rev FROM keyv WHERE key = ?';
/** What was saved by a version that did not count yet has been saved by nobody since. */
const INSERT = `INSERT INTO keyv (key, value, rev) VALUES (?, ?, 1)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, rev = 1 WHERE keyv.rev = 0`;
const UPDATE = 'UPDATE keyv SET value = ?, rev = rev + 1 WHERE key = ? AND rev = ?';
const FILES_OF = `SELECT ${FILE_COLUMNS.join(', ')} FROM keyv WHERE key = ?`;
const valueRow = z.object({ value: z.string() });
const recordRow = z.object({ key: z.string(), value: z.string(), rev: z.int() });
const record = z.object({ value: z.unknown() });
const heldRecord = z.object({
  value: z.object({ operation: z.record(z.string(), z.unknown()).optional().catch(undefined) }),
});
const filesRow = z.record(z.string(), z.unknown());
const idOf = (row: unknown): string => keyRow.parse(row).key.slice(PREFIX.length);

/** What is written together with a job, or not at all: its next step, where that lies in the same database. */
export type AlsoSaved = {
  put(tx: Statements, job: Job): Promise<void>;
  /** Whether that is why it failed, and it won't any more. */
  mend(error: unknown): Promise<boolean>;
};

/**
 * Jobs on disk: a save is one synced transaction, record and indexes together (docs/decisions/0001-open-jobs-index.md).
 * `get` throws UnreadableJob when the record is not a job; the lists hand such a job to `onUnreadable` and go on,
 * because one bad record must not hold up all others. Everything throws StoreError when the disk fails.
 */
export function createJobStore(
  sql: Sql,
  onUnreadable: (error: UnreadableJob) => void,
  also: () => AlsoSaved | undefined = () => undefined,
): JobStore {
  async function get(id: string): Promise<Job | undefined> {
    const [row] = await sql.all(ONE, PREFIX + id);
    return row === undefined ? undefined : jobOf(row);
  }

  async function together(
    write: (on: Statements) => Promise<void>,
    job: Job,
    held: boolean,
    tries = 1,
  ): Promise<void> {
    const joined = also();
    if (!joined && !held) return write(sql);
    try {
      await sql.transaction('row', async (tx) => {
        if (held && !(await keepHold(tx, job.id))) throw new UnknownHold(job.id);
        await write(tx);
        await joined?.put(tx, job);
      });
    } catch (error) {
      if (tries > 1 || !(await joined?.mend(error))) throw error;
      await together(write, job, held, tries + 1);
    }
  }

  async function readable(read: () => Job | undefined | Promise<Job | undefined>): Promise<Job | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UnreadableJob)) throw error;
      onUnreadable(error);
      return undefined;
    }
  }

  async function readAll(rows: readonly unknown[]): Promise<Job[]> {
    const jobs = await Promise.all(rows.map((row) => readable(() => jobOf(row))));
    return jobs.filter((job) => job !== undefined);
  }

  /** Undefined for one that is gone. */
  async function readOrTell(id: string): Promise<Job | Unreadable | undefined> {
    try {
      return await get(id);
    } catch (error) {
      if (!(error instanceof UnreadableJob)) throw error;
      onUnreadable(error);
      const [row] = await sql.all(FILES_OF, PREFIX + id);
      const named = Object.values(filesRow.parse(row ?? {}));
      return { state: 'unreadable', id, files: named.filter((key) => typeof key === 'string') };
    }
  }

  return {
    get,
    async save(job, { held } = { held: false }) {
      const { rev = 0, ...rest } = job;
      // A record that could not be read again is a lost job: better no record, and the error now.
      const text = JSON.stringify({ value: jobSchema.parse(rest) });
      const key = keyOfJob(job.id);
      const write = async (on: Statements): Promise<void> => {
        const saved = await (rev === 0 ? on.run(INSERT, key, text) : on.run(UPDATE, text, key, rev));
        if (saved.changes === 0) throw new StaleJob(job.id);
      };
      await together(write, job, held);
      return { ...job, rev: rev + 1 };
    },
    async *open(wanted = async (ids) => ids) {
      let after = '';
      for (;;) {
        const ids = (await sql.all(JOBS.open, PREFIX + after)).map(idOf);
        for (const id of await wanted(ids)) {
          // Read when its turn comes: since the page was read, the job may have moved on or ended.
          const job = await readable(() => get(id));
          if (job && !isOver(job)) yield job;
        }
        const last = ids.at(-1);
        if (last === undefined || ids.length < PAGE) return;
        after = last;
      }
    },
    recent: async (spaceId, limit) => readAll(await sql.all(JOBS.ofSpace, spaceId, limit)),
    ofMember: async (memberId, limit) => readAll(await sql.all(JOBS.ofMember, memberId, limit)),
    byCode: async (code) => readAll(await sql.all(JOBS.ofCode, code)),
    async spaces() {
      const found: string[] = [];
      for (;;) {
        const [next] = await sql.all(JOBS.nextSpace, found.at(-1) ?? '');
        if (next === undefined) return found;
        found.push(spaceRow.parse(next).spaceId);
      }
    },
    async *oldest(spaceId, before) {
      let after = { createdAt: Number.MIN_SAFE_INTEGER, key: '' };
      for (;;) {
        const page = await sql.all(JOBS.oldest, spaceId, before, after.createdAt, after.key);
        const rows = z.array(datedRow).parse(page);
        for (const row of rows) {
          const found = await readOrTell(idOf(row));
          if (found) yield found;
        }
        const last = rows.at(-1);
        if (!last || rows.length < PAGE) return;
        after = last;
      }
    },
    async unreadableOf(memberId) {
      const found: Unreadable[] = [];
      for (const row of await sql.all(JOBS.ofMember, memberId, Number.MAX_SAFE_INTEGER)) {
        const one = await readOrTell(idOf(row));
        if (one?.state === 'unreadable') found.push(one);
      }
      return found;
    },
    async remove(id) {
      await sql.run('DELETE FROM keyv WHERE key = ?', PREFIX + id);
    },
    uses: async (fileKey) => (await sql.all(JOBS.users, ...FILE_COLUMNS.map(() => fileKey))).length > 0,
    async holds(wanted) {
      const parts = Object.entries(handleOf(wanted));
      if (parts.length === 0) return false;
      // Handles have no index, as only their provider knows their shape; this is asked when a lost job is found again.
      const likely = parts.map(() => "AND value LIKE ? ESCAPE '\\'").join(' ');
      const rows = await sql.all(
        `SELECT value FROM keyv WHERE key >= 'jobs:' AND key < 'jobs;' ${likely}`,
        ...parts.map(([name, value]) => `%${literally(`${JSON.stringify(name)}:${JSON.stringify(value)}`)}%`),
      );
      return rows.some((row) => {
        const { operation } = heldRecord.parse(JSON.parse(valueRow.parse(row).value)).value;
        return parts.every(([name, value]) => operation?.[name] === value);
      });
    },
  };
}

/** Throws UnreadableJob for a row that holds none. */
function jobOf(row: unknown): Job {
  const { key, value, rev } = recordRow.parse(row);
  const id = key.slice(PREFIX.length);
  const job = jobSchema.safeParse(record.parse(JSON.parse(value)).value);
  if (!job.success) throw new UnreadableJob(id, { cause: job.error });
  return rev === 0 ? job.data : { ...job.data, rev };
}

/** As a pattern of LIKE that means those letters and nothing else. */
const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
