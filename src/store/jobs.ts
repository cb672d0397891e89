/** The records of the jobs: each lies in Keyv under its id; the indexes that find them lie on the same rows. */
import { z } from 'zod';
import { isOver, type Job } from '../core/job/job.ts';
import type { JobStore, Unreadable } from '../core/ports.ts';
import { UnreadableJob } from './errors.ts';
import { jobSchema } from './job-schema.ts';
import { keyvOn } from './keyv-sqlite.ts';
import type { Database } from './sqlite.ts';

const NAMESPACE = 'jobs';
const PAGE = 200;
const PREFIX = `${NAMESPACE}:`;
const spaceRow = z.object({ spaceId: z.string() });
const keyRow = z.object({ key: z.string() });
const datedRow = z.object({ key: z.string(), createdAt: z.number() });
/** Every place in a record that names a file, and the index over it in migrations.ts. */
const FILE_FIELDS = [
  { index: 'jobs_by_image', path: 'inputs.image' },
  { index: 'jobs_by_clip', path: 'inputs.clip' },
  { index: 'jobs_by_video', path: 'video' },
  { index: 'jobs_by_marked', path: 'marked.video' },
  { index: 'jobs_by_smaller', path: 'smaller' },
] as const;
const filesRow = z.record(z.string(), z.unknown());
const idOf = (row: unknown): string => keyRow.parse(row).key.slice(PREFIX.length);

/**
 * Jobs on disk: a save is one synced transaction, record and indexes together (docs/decisions/0001-open-jobs-index.md).
 * `get` throws UnreadableJob when the record is not a job; the lists hand such a job to `onUnreadable` and go on,
 * because one bad record must not hold up all others. Everything throws StoreError when the disk fails.
 */
export function createJobStore(db: Database, onUnreadable: (error: UnreadableJob) => void): JobStore {
  const keyv = keyvOn(db, NAMESPACE);
  // INDEXED BY makes SQLite refuse the statement rather than read every record, should the conditions differ from
  // those of the index in migrations.ts.
  const openKeys = db.prepare(
    `SELECT key FROM keyv INDEXED BY jobs_open
     WHERE key >= 'jobs:' AND key < 'jobs;'
       AND json_extract(value, '$.value.state') NOT IN ('delivered', 'failed', 'cancelled')
       AND key > ? ORDER BY key LIMIT ${PAGE}`,
  );
  const recentKeys = db.prepare(
    `SELECT key FROM keyv INDEXED BY jobs_by_space
     WHERE key >= 'jobs:' AND key < 'jobs;' AND json_extract(value, '$.value.requester.spaceId') = ?
     ORDER BY json_extract(value, '$.value.createdAt') DESC, key DESC LIMIT ?`,
  );
  const memberKeys = db.prepare(
    `SELECT key FROM keyv INDEXED BY jobs_by_member
     WHERE key >= 'jobs:' AND key < 'jobs;' AND json_extract(value, '$.value.requester.memberId') = ?
     ORDER BY json_extract(value, '$.value.createdAt') DESC, key DESC LIMIT ?`,
  );
  // One look a space: SQLite would read every row for a DISTINCT.
  const nextSpace = db.prepare(
    `SELECT json_extract(value, '$.value.requester.spaceId') AS spaceId FROM keyv INDEXED BY jobs_by_space
     WHERE key >= 'jobs:' AND key < 'jobs;' AND json_extract(value, '$.value.requester.spaceId') > ?
     ORDER BY json_extract(value, '$.value.requester.spaceId') LIMIT 1`,
  );
  const oldestKeys = db.prepare(
    `SELECT key, json_extract(value, '$.value.createdAt') AS createdAt FROM keyv INDEXED BY jobs_by_space
     WHERE key >= 'jobs:' AND key < 'jobs;' AND json_extract(value, '$.value.requester.spaceId') = ?
       AND json_extract(value, '$.value.createdAt') < ?
       AND (json_extract(value, '$.value.createdAt'), key) > (?, ?)
     ORDER BY json_extract(value, '$.value.createdAt'), key LIMIT ${PAGE}`,
  );
  const codeKeys = db.prepare(
    `SELECT key FROM keyv INDEXED BY jobs_by_code
     WHERE key >= 'jobs:' AND key < 'jobs;' AND json_extract(value, '$.value.code') = ? ORDER BY key`,
  );
  const users = FILE_FIELDS.map(({ index, path }) =>
    db.prepare(
      `SELECT 1 FROM keyv INDEXED BY ${index}
       WHERE key >= 'jobs:' AND key < 'jobs;' AND json_extract(value, '$.value.${path}.key') = ? LIMIT 1`,
    ),
  );

  const filesOf = db.prepare(
    `SELECT ${FILE_FIELDS.map(({ index, path }) => `json_extract(value, '$.value.${path}.key') AS ${index}`)}
     FROM keyv WHERE key = ?`,
  );

  async function readAll(keys: readonly unknown[]): Promise<Job[]> {
    const jobs = await Promise.all(keys.map((row) => getReadable(idOf(row))));
    return jobs.filter((job) => job !== undefined);
  }

  async function get(id: string): Promise<Job | undefined> {
    const record = await keyv.get(id);
    if (record === undefined) return undefined;
    const job = jobSchema.safeParse(record);
    if (!job.success) throw new UnreadableJob(id, { cause: job.error });
    // Keyv takes a key that already starts with the namespace for a prefixed one: `jobs:x` finds the job `x`.
    return job.data.id === id ? job.data : undefined;
  }

  async function getReadable(id: string): Promise<Job | undefined> {
    try {
      return await get(id);
    } catch (error) {
      if (!(error instanceof UnreadableJob)) throw error;
      onUnreadable(error);
      return undefined;
    }
  }

  /** Undefined for one that is gone. */
  async function readOrTell(id: string): Promise<Job | Unreadable | undefined> {
    try {
      return await get(id);
    } catch (error) {
      if (!(error instanceof UnreadableJob)) throw error;
      onUnreadable(error);
      const named = Object.values(filesRow.parse(filesOf.get(PREFIX + id) ?? {}));
      return { state: 'unreadable', id, files: named.filter((key) => typeof key === 'string') };
    }
  }

  return {
    get,
    async save(job) {
      // A record that could not be read again is a lost job: better no record, and the error now.
      await keyv.set(job.id, jobSchema.parse(job));
    },
    async *open() {
      let after = '';
      for (;;) {
        const ids = openKeys.all(PREFIX + after).map(idOf);
        for (const id of ids) {
          // Read when its turn comes: since the page was read, the job may have moved on or ended.
          const job = await getReadable(id);
          if (job && !isOver(job)) yield job;
        }
        const last = ids.at(-1);
        if (last === undefined || ids.length < PAGE) return;
        after = last;
      }
    },
    recent: async (spaceId, limit) => readAll(recentKeys.all(spaceId, limit)),
    ofMember: async (memberId, limit) => readAll(memberKeys.all(memberId, limit)),
    byCode: async (code) => readAll(codeKeys.all(code)),
    async spaces() {
      const found: string[] = [];
      for (;;) {
        const next = spaceRow.optional().parse(nextSpace.get(found.at(-1) ?? ''));
        if (!next) return found;
        found.push(next.spaceId);
      }
    },
    async *oldest(spaceId, before) {
      let after = { createdAt: Number.MIN_SAFE_INTEGER, key: '' };
      for (;;) {
        const rows = z.array(datedRow).parse(oldestKeys.all(spaceId, before, after.createdAt, after.key));
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
      for (const row of memberKeys.all(memberId, -1)) {
        const one = await readOrTell(idOf(row));
        if (one?.state === 'unreadable') found.push(one);
      }
      return found;
    },
    async remove(id) {
      await keyv.delete(id);
    },
    uses: async (fileKey) => users.some((statement) => statement.get(fileKey) !== undefined),
    async holds(handle) {
      const parts = Object.entries(handle);
      if (parts.length === 0) return false;
      // Handles have no index, as only their provider knows their shape; this is asked when a lost job is found again.
      const same = parts.map(() => "value -> ('$.value.operation.' || ?) = json(?)").join(' AND ');
      const statement = db.prepare(
        `SELECT 1 FROM keyv WHERE key >= 'jobs:' AND key < 'jobs;' AND ${same} LIMIT 1`,
      );
      return statement.get(...parts.flatMap(([name, value]) => [name, JSON.stringify(value)])) !== undefined;
    },
  };
}
