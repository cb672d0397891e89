/**
 * What the store costs on PostgreSQL: `node bench/postgres.ts [postgres://…]`. Without an address it starts a server of
 * its own, in a temporary folder, that syncs every commit.
 */

import { createJobStore } from '../src/store/jobs.ts';
import { createLedger } from '../src/store/ledger.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { jobIn } from '../test/fakes/jobs.ts';
import { startPostgres } from '../test/postgres/server.ts';

const ROUNDS = 1000;
const WARM_UP = 100;
const AT_ONCE = 16;
const KEYS = ['operator', 'space:1', 'member:1'].flatMap((scope) =>
  ['day:2026-11-30', 'month:2026-11'].map((window) => ({ scope, window })),
);
const LIMITS = KEYS.slice(0, 4).map((key) => ({ ...key, maxMicros: 10 ** 15, resetsAt: 0 }));

const given = process.argv[2];
const server = given === undefined ? await startPostgres({ syncs: true }) : undefined;
const db = await openPostgres(given ?? server?.url ?? '');
const ledger = createLedger(db);
const jobs = createJobStore(db, (error) => {
  throw error;
});
const rows: Record<string, Record<string, string>> = {};
const run = `${Date.now()}`;

async function measure(name: string, atOnce: number, work: (n: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  let [next, cpu, began] = [0, process.cpuUsage(), performance.now()];
  const worker = async (): Promise<void> => {
    while (next < ROUNDS + WARM_UP) {
      const n = next;
      next += 1;
      if (n === WARM_UP) [cpu, began] = [process.cpuUsage(), performance.now()];
      const start = performance.now();
      await work(n);
      if (n >= WARM_UP) times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  rows[name] = {
    'median ms': (times[times.length >> 1] ?? 0).toFixed(2),
    'our processor ms': ((user + system) / 1000 / ROUNDS).toFixed(2),
    'a second': ((ROUNDS / (performance.now() - began)) * 1000).toFixed(0),
  };
}

const book = async (jobId: string): Promise<void> => {
  const who = { memberId: 'm', spaceId: 's', provider: 'fal' };
  await ledger.reserve({ jobId, micros: 420_000, counters: KEYS, limits: LIMITS, at: 1, seconds: 4, ...who });
  await ledger.settle(jobId, { micros: 300_000, counts: true, provider: 'fal', at: 2 });
};

try {
  await measure('reserve + settle', 1, (n) => book(`one:${run}:${n}`));
  await measure(`reserve + settle, ${AT_ONCE} at once`, AT_ONCE, (n) => book(`many:${run}:${n}`));
  await measure('save a new job', 1, (n) => jobs.save(jobIn('queued', { id: `job:${run}:${n}` })));
  await measure(`save a new job, ${AT_ONCE} at once`, AT_ONCE, (n) =>
    jobs.save(jobIn('queued', { id: `jobs:${run}:${n}` })),
  );
  await measure('read a job', 1, (n) => jobs.get(`job:${run}:${n}`));
  console.table(rows);
} finally {
  await db.close();
  await server?.stop();
}
