/** What lies on the bot's disk, or in its database, read beside it while it runs: the jobs, the ledger, the files. */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { isOver, type Job } from '../../src/core/job/job.ts';
import { jobSchema } from '../../src/store/job-schema.ts';
import type { Database } from '../../src/store/sql.ts';
import { PATIENCE_MS } from '../timeouts.ts';

const values = z.array(z.object({ value: z.string() }));
/** What the bot keeps of files that wait for a yes, or for a form. */
const waitingFiles = z.object({ value: z.array(z.object({ keys: z.array(z.string()) })) });
const line = z.object({ id: z.string(), state: z.string(), held: z.int(), settled: z.int() });
const counter = z.object({ heldMicros: z.int(), settledMicros: z.int(), heldJobs: z.int() });

type Line = z.infer<typeof line>;

type Watched = { db: DatabaseSync; version: unknown; record: Recorded };
const watched = new Map<string, Watched>();

/** What is read, in words that both databases understand. */
const READ = {
  jobs: "SELECT value FROM keyv WHERE key >= 'jobs:' AND key < 'jobs;'",
  lines:
    'SELECT job_id AS id, state, held_micros AS held, settled_micros AS settled FROM ledger_lines ORDER BY held_at',
  operator: `SELECT CAST(coalesce(sum(held_micros), 0) AS BIGINT) AS "heldMicros",
      CAST(coalesce(sum(settled_micros), 0) AS BIGINT) AS "settledMicros",
      CAST(coalesce(sum(held_jobs), 0) AS BIGINT) AS "heldJobs"
    FROM ledger_counters WHERE scope = 'operator' AND "window" LIKE 'day:%'`,
  inWaiting: "SELECT value FROM keyv WHERE key IN ('offers:open', 'discord:waiting')",
  inbox: 'SELECT id FROM inbox WHERE record IS NOT NULL',
} as const;
type Rows = Record<keyof typeof READ, readonly unknown[]>;
export type Recorded = ReturnType<typeof recordOf>;

/** Tests look many times a second, and most of the time nothing has been written since the last look. */
export function readRecord(dataDir: string): Recorded {
  const known = watched.get(dataDir);
  const db = known?.db ?? openRecord(dataDir);
  // Asked for before the rest: what is written in between is read by the next look.
  const version = db.prepare('PRAGMA data_version').get()?.data_version;
  if (known && known.version === version) return known.record;
  const record = readAfresh(dataDir);
  watched.set(dataDir, { db, version, record });
  return record;
}

const openRecord = (dataDir: string): DatabaseSync =>
  new DatabaseSync(join(dataDir, 'strut.sqlite'), { readOnly: true, timeout: PATIENCE_MS });

function readAfresh(dataDir: string): Recorded {
  const db = openRecord(dataDir);
  try {
    const rows = Object.entries(READ).map(([name, sql]) => [name, db.prepare(sql).all()]);
    return recordOf(Object.fromEntries(rows) as Rows);
  } finally {
    db.close();
  }
}

/** The same of several processes, which have it in PostgreSQL. */
export async function readSharedRecord(db: Database): Promise<Recorded> {
  const reads = Object.entries(READ).map(async ([name, sql]) => [name, await db.all(sql)]);
  return recordOf(Object.fromEntries(await Promise.all(reads)) as Rows);
}

function recordOf(rows: Rows) {
  const jobs: Job[] = values
    .parse(rows.jobs)
    .map(({ value }) => jobSchema.parse(z.object({ value: z.unknown() }).parse(JSON.parse(value)).value))
    .sort((a, b) => a.createdAt - b.createdAt);
  const lines: Line[] = z.array(line).parse(rows.lines);
  const [operator] = z.array(counter).parse(rows.operator);
  const inWaiting = values
    .parse(rows.inWaiting)
    .flatMap(({ value }) => waitingFiles.parse(JSON.parse(value)).value)
    .flatMap(({ keys }) => keys);
  const inbox = z
    .array(z.object({ id: z.string() }))
    .parse(rows.inbox)
    .map(({ id }) => id);
  return {
    jobs,
    open: jobs.filter((job) => !isOver(job)),
    lines,
    operator: operator ?? { heldMicros: 0, settledMicros: 0, heldJobs: 0 },
    /** What came in from a chat and is not answered yet, and the jobs whose last word is still to come. */
    waiting: inbox.length,
    /** The same but for other jobs' last words. */
    waitingFor: (jobId: string) =>
      inbox.filter((id) => id.endsWith(`-status:${jobId}`) || !id.includes('-status:')).length,
    /** The files that a job, an offer or an open form names. */
    named: new Set([...jobs.flatMap(filesOf), ...inWaiting]),
  };
}

const filesOf = (job: Job): string[] => [
  job.inputs.image.key,
  job.inputs.clip.key,
  ...('video' in job ? [job.video.key] : []),
  ...('smaller' in job && job.smaller ? [job.smaller.key] : []),
];

/** Files that nothing on record names, and files in the making. */
export const strayFiles = (dataDir: string): string[] =>
  strayIn(readRecord(dataDir), [
    ...globSync('files/*/*', { cwd: dataDir }),
    ...globSync('temp/*', { cwd: dataDir }),
  ]);

export const strayIn = ({ named }: Recorded, paths: readonly string[]): string[] =>
  paths.filter((path) => !named.has(basename(path)));

/** Looks again and again until it is so. Throws with the last thing that was seen when it never is. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  {
    timeoutMs = PATIENCE_MS,
    everyMs = 40,
    describe = () => '',
  }: { timeoutMs?: number; everyMs?: number; describe?: () => string } = {},
): Promise<T> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}\n${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
