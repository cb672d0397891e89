/**
 * What the admission queue costs while many wait: `node bench/admissions.ts [waiting=10000] [spaces=500] [postgres]`.
 * Every change is synced to the disk. With `postgres` it starts a server of its own, in a temporary folder.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AT_ONCE } from '../src/core/limits/admission-queue.ts';
import { createAdmissionQueue } from '../src/store/admission-queue.ts';
import { openDatabase } from '../src/store/sqlite.ts';
import { jobIn } from '../test/fakes/jobs.ts';

const [count = '10000', spaces = '500', kind = 'sqlite'] = process.argv.slice(2);
const WAITING = Number(count);
const SPACES = Number(spaces);
const MEMBERS_OF_SPACE = 5;
const ROUNDS = 300;

const dataDir = mkdtempSync(join(tmpdir(), 'strut-bench-'));
const server =
  kind === 'postgres'
    ? await (await import('../test/postgres/server.ts')).startPostgres({ syncs: true })
    : undefined;
const db = server
  ? await (await import('../src/store/postgres.ts')).openPostgres(server.url)
  : openDatabase(dataDir);
const admitted: string[] = [];
const queue = createAdmissionQueue(db, {
  limits: AT_ONCE,
  now: Date.now,
  onAdmit: (id) => void admitted.push(id),
});

/** The members of a space come in turns, as do the spaces. */
function jobOf(i: number) {
  const spaceId = `discord:${i % SPACES}`;
  const memberId = `discord:${i % SPACES}-${Math.floor(i / SPACES) % MEMBERS_OF_SPACE}`;
  const job = jobIn('created', { id: `discord:${i}`, createdAt: i });
  return { ...job, requester: { ...job.requester, platform: 'discord', spaceId, memberId } };
}

const rows: Record<string, Record<string, string>> = {};
async function measure(name: string, work: (n: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (let n = 0; n < ROUNDS; n += 1) {
    const start = performance.now();
    await work(n);
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  rows[name] = {
    'median ms': (times[ROUNDS >> 1] ?? 0).toFixed(2),
    'p99 ms': (times[Math.floor(ROUNDS * 0.99)] ?? 0).toFixed(2),
    'our processor ms': ((user + system) / 1000 / ROUNDS).toFixed(2),
  };
}

try {
  await measure('nobody waits: come in and leave', async (n) => {
    await queue.enter(jobOf(-1 - n));
    await queue.leave(`discord:${-1 - n}`);
  });
  for (let i = 0; i < WAITING + AT_ONCE.overall; i += 1) await queue.enter(jobOf(i));
  // As the server does by itself now and then.
  if (server) await db.run('ANALYZE admissions, admission_spaces, admission_members');
  const inside = await queue.ids('inside');
  await measure('one leaves, the next is let in', (n) => queue.leave([...inside, ...admitted][n] ?? ''));
  await measure('one comes and waits', (n) => queue.enter(jobOf(WAITING + AT_ONCE.overall + n)));
  await measure('one who waits asks for its place', (n) => queue.enter(jobOf(WAITING - 1 - n)));
  console.log(`${WAITING} wait in ${SPACES} spaces, ${kind}`);
  console.table(rows);
} finally {
  await db.close();
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
