/**
 * What the store costs: `node bench/store.ts [--lines 100000] [--jobs 10000] [--dir /somewhere/on/the/disk]`.
 * The median of a hold and its bill in a book of so many lines, and the time to read so many open jobs at start-up.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { HoldRequest } from '../src/core/limits/ledger.ts';
import { createStore } from '../src/store/index.ts';
import { createLedger } from '../src/store/ledger.ts';
import { openDatabase } from '../src/store/sqlite.ts';
import { jobIn } from '../test/fakes/jobs.ts';
import { BILL_MICROS, fillBook } from './fill-book.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '100000' },
    jobs: { type: 'string', default: '10000' },
    dir: { type: 'string', default: tmpdir() },
  },
});
const LINES = Number(values.lines);
const JOBS = Number(values.jobs);
const SAMPLES = 1000;
const WARM_UP = 100;

/** As the core asks: six counters, four limits; members, spaces and days spread as in a busy year. */
function holdOf(i: number): HoldRequest {
  const day = `day:${i % 365}`;
  const month = `month:${i % 12}`;
  const space = `space:${i % 200}`;
  const member = `member:${i % 5000}`;
  const counters = ['operator', space, member].flatMap((scope) =>
    [day, month].map((window) => ({ scope, window })),
  );
  const limits = counters
    .slice(0, 4)
    .map((key) => ({ ...key, maxMicros: 10 ** 15, maxJobs: 10 ** 9, resetsAt: 0 }));
  return {
    jobId: `discord:${i}`,
    micros: 420_000,
    counters,
    limits,
    at: i * 30_000,
    memberId: member,
    spaceId: space,
    provider: 'fal',
    seconds: 4,
  };
}

const bill = { micros: BILL_MICROS, counts: true, provider: 'fal', at: 1 };

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const at = (sorted: number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;

const rows: Record<string, Record<string, string>> = {};
function note(name: string, times: number[]): void {
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  rows[name] = { 'median ms': at(sorted, 0.5).toFixed(3), 'p99 ms': at(sorted, 0.99).toFixed(3) };
}

const dataDir = mkdtempSync(join(values.dir, 'strut-bench-'));
try {
  await fillBook(dataDir, LINES, holdOf);
  const db = openDatabase(dataDir);
  const ledger = createLedger(db);
  const [holds, bills]: [number[], number[]] = [[], []];
  for (let i = LINES; i < LINES + SAMPLES + WARM_UP; i += 1) {
    holds.push(await timed(() => ledger.reserve(holdOf(i))));
    bills.push(await timed(() => ledger.settle(`discord:${i}`, bill)));
  }
  note(`reserve, ${LINES} lines`, holds);
  note(`settle, ${LINES} lines`, bills);
  note(
    `reserve + settle, ${LINES} lines`,
    holds.map((ms, i) => ms + (bills[i] ?? 0)),
  );
  db.close();

  const never = (error: Error) => {
    throw error;
  };
  const writer = createStore(dataDir, never);
  const saves: number[] = [];
  for (let i = 0; i < JOBS; i += 1) {
    const job = jobIn('queued', { id: `discord:${i}` });
    saves.push(await timed(() => writer.jobs.save(job)));
    // As many again are over: start-up must not read them.
    await writer.jobs.save(jobIn('delivered', { id: `telegram:${i}` }));
  }
  note('save one job', saves);
  await writer.close();

  let open = 0;
  const opening = await timed(async () => {
    const store = createStore(dataDir, never);
    for await (const _job of store.jobs.open()) open += 1;
    await store.close();
  });
  if (open !== JOBS) throw new Error(`found ${open} open jobs, not ${JOBS}`);
  rows[`open the store and read ${JOBS} open jobs (once)`] = {
    'median ms': opening.toFixed(0),
    'p99 ms': '',
  };

  const reader = createStore(dataDir, never);
  const recents: number[] = [];
  for (let i = 0; i < SAMPLES + WARM_UP; i += 1)
    recents.push(await timed(() => reader.jobs.recent('web:page', 20)));
  note(`20 recent of ${2 * JOBS} jobs`, recents);
  await reader.close();

  console.table(rows);
  console.log(
    `database: ${(statSync(join(dataDir, 'strut.sqlite')).size / 2 ** 20).toFixed(0)} MiB on ${values.dir}`,
  );
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
