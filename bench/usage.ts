/**
 * What a report costs: a month of so many jobs, in a book of so many lines, summed up and as a table.
 * `node bench/usage.ts [--month 100000] [--lines 1000000] [--dir /somewhere/on/the/disk]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { csvOf } from '../src/core/reports/csv.ts';
import { type ReportScope, reportRange, usageOf } from '../src/core/reports/usage.ts';
import { PROVIDER_IDS } from '../src/providers/catalog.ts';
import { createLedger } from '../src/store/ledger.ts';
import { openDatabase } from '../src/store/sqlite.ts';
import { fillBook } from './fill-book.ts';

const { values } = parseArgs({
  options: {
    month: { type: 'string', default: '100000' },
    lines: { type: 'string', default: '1000000' },
    dir: { type: 'string', default: tmpdir() },
  },
});
const MONTH = Number(values.month);
const LINES = Number(values.lines);
const NOW = Date.UTC(2026, 10, 30, 22);
const TIME_ZONE = 'Europe/Berlin';
const SAMPLES = 15;
const PROVIDERS = [...PROVIDER_IDS, 'local'];

const month = reportRange('month', NOW, TIME_ZONE);
/** The lines of the month lie in it evenly; all others in the two years before. */
const heldAt = (i: number): number =>
  i < MONTH
    ? month.from + Math.floor(((NOW - month.from) * i) / MONTH)
    : month.from - 1 - Math.floor((63_000_000_000 * (i - MONTH)) / LINES);

const dataDir = mkdtempSync(join(values.dir, 'strut-bench-'));
try {
  await fillBook(dataDir, LINES, (i) => ({
    jobId: `discord:${i}`,
    micros: 420_000,
    counters: [],
    limits: [],
    at: heldAt(i),
    memberId: `discord:${i % 5000}`,
    spaceId: `discord:s${i % 4}`,
    provider: PROVIDERS[i % PROVIDERS.length] ?? '',
    seconds: 6,
  }));
  const db = openDatabase(dataDir);
  const ledger = createLedger(db);

  const rows: Record<string, Record<string, string | number>> = {};
  async function note(name: string, work: () => Promise<number>): Promise<void> {
    const times: number[] = [];
    // On a busy machine the clock tells of the others too; what the processor did is ours alone.
    const processor = process.cpuUsage();
    let jobs = 0;
    const stalls = monitorEventLoopDelay({ resolution: 10 });
    stalls.enable();
    for (let i = 0; i < SAMPLES; i += 1) {
      const start = performance.now();
      jobs = await work();
      times.push(performance.now() - start);
    }
    stalls.disable();
    const { user, system } = process.cpuUsage(processor);
    times.sort((a, b) => a - b);
    rows[name] = {
      jobs,
      'median ms': Math.round(times[Math.floor(SAMPLES / 2)] ?? 0),
      'processor ms': Math.round((user + system) / 1000 / SAMPLES),
      'worst ms': Math.round(times.at(-1) ?? 0),
      'longest stall of the event loop, ms': Math.round(stalls.max / 1e6),
    };
  }
  const scope: ReportScope = { period: 'month', ...month, timeZone: TIME_ZONE };
  const sumUp = async (one: ReportScope) => (await usageOf(ledger, one)).totals.jobs;
  await note('the month over all spaces', () => sumUp(scope));
  await note('the month of one space of four', () => sumUp({ ...scope, spaceId: 'discord:s1' }));
  await note('today over all spaces', () =>
    sumUp({ ...scope, ...reportRange('day', NOW, TIME_ZONE), period: 'day' }),
  );
  await note('the month as a table', async () => {
    let characters = 0;
    for await (const piece of csvOf(ledger.lines(month))) characters += piece.length;
    return characters > 0 ? MONTH : 0;
  });
  console.table(rows);
  db.close();
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
