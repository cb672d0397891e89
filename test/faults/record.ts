/** What lies on the bot's disk, read beside it while it runs: the jobs, the ledger, the files. */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { isOver, type Job } from '../../src/core/job/job.ts';
import { jobSchema } from '../../src/store/job-schema.ts';
import { PATIENCE_MS } from '../timeouts.ts';

const values = z.array(z.object({ value: z.string() }));
/** What the bot keeps of files that wait for a yes, or for a form. */
const waitingFiles = z.object({ value: z.array(z.object({ keys: z.array(z.string()) })) });
const line = z.object({ id: z.string(), state: z.string(), held: z.int(), settled: z.int() });
const counter = z.object({ heldMicros: z.int(), settledMicros: z.int(), heldJobs: z.int() });

type Line = z.infer<typeof line>;

type Watched = { db: DatabaseSync; version: unknown; record: ReturnType<typeof readAfresh> };
const watched = new Map<string, Watched>();

/** Tests look many times a second, and most of the time nothing has been written since the last look. */
export function readRecord(dataDir: string) {
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

function readAfresh(dataDir: string) {
  const db = openRecord(dataDir);
  try {
    const all = (sql: string): unknown[] => db.prepare(sql).all();
    const jobs: Job[] = values
      .parse(all("SELECT value FROM keyv WHERE key >= 'jobs:' AND key < 'jobs;'"))
      .map(({ value }) => jobSchema.parse(z.object({ value: z.unknown() }).parse(JSON.parse(value)).value))
      .sort((a, b) => a.createdAt - b.createdAt);
    const lines: Line[] = z
      .array(line)
      .parse(
        all(
          'SELECT job_id AS id, state, held_micros AS held, settled_micros AS settled FROM ledger_lines ORDER BY held_at',
        ),
      );
    const [operator] = z.array(counter).parse(
      all(
        `SELECT coalesce(sum(held_micros), 0) AS heldMicros, coalesce(sum(settled_micros), 0) AS settledMicros,
                  coalesce(sum(held_jobs), 0) AS heldJobs
           FROM ledger_counters WHERE scope = 'operator' AND "window" LIKE 'day:%'`,
      ),
    );
    const inWaiting = values
      .parse(all("SELECT value FROM keyv WHERE key IN ('offers:open', 'discord:waiting')"))
      .flatMap(({ value }) => waitingFiles.parse(JSON.parse(value)).value)
      .flatMap(({ keys }) => keys);
    const inbox = z
      .array(z.object({ id: z.string() }))
      .parse(all('SELECT id FROM inbox WHERE record IS NOT NULL'))
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
  } finally {
    db.close();
  }
}

const filesOf = (job: Job): string[] => [
  job.inputs.image.key,
  job.inputs.clip.key,
  ...('video' in job ? [job.video.key] : []),
  ...('smaller' in job && job.smaller ? [job.smaller.key] : []),
];

/** Files that nothing on record names, and files in the making. */
export function strayFiles(dataDir: string): string[] {
  const { named } = readRecord(dataDir);
  return [...globSync('files/*/*', { cwd: dataDir }), ...globSync('temp/*', { cwd: dataDir })].filter(
    (path) => !named.has(basename(path)),
  );
}

/** Looks again and again until it is so. Throws with the last thing that was seen when it never is. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = PATIENCE_MS, describe = () => '' }: { timeoutMs?: number; describe?: () => string } = {},
): Promise<T> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}\n${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
