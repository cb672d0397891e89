/**
 * Many open jobs on PostgreSQL in several processes: how late steps are, what a process needs, how soon it is up.
 * `node bench/scale.ts [jobs=10000] [seconds=60] [processes=3] [webhooks]`. It starts a PostgreSQL of its own, which syncs each
 * commit. Without webhooks each job is looked at every 20 s, with them every five minutes.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { createJobs } from '../src/core/job/jobs.ts';
import { placeOf } from '../src/core/job/lanes.ts';
import type { Scheduler } from '../src/core/ports.ts';
import { createSteps } from '../src/steps.ts';
import { type AlsoSaved, createJobStore } from '../src/store/jobs.ts';
import { createLedger } from '../src/store/ledger.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { jobIn } from '../test/fakes/jobs.ts';
import { createRemote } from '../test/fakes/remote.ts';
import { createWorld } from '../test/fakes/world.ts';
import { startPostgres } from '../test/postgres/server.ts';

const POLL_EVERY_MS = 20_000;
const TOLD_EVERY_MS = 300_000;
const SPACES = 1_000;
const PAGE = 500;
const PUTS_AT_ONCE = 16;
const IN_TIME_MS = 2_000;

type Event = [kind: 'due' | 'step', key: string, nowMs: number, dueMs: number];
type Report = { events: Event[]; upMs: number; rssMb: number; cpuShare: number };

const never = (error: unknown): never => {
  throw error;
};

async function openSteps(url: string): Promise<{
  db: Awaited<ReturnType<typeof openPostgres>>;
  store: ReturnType<typeof createJobStore>;
  scheduler: Scheduler;
}> {
  const db = await openPostgres(url);
  let also: AlsoSaved | undefined;
  const joinSaves = (joined: AlsoSaved): void => {
    also = joined;
  };
  const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
  const scheduler = await createSteps(
    { queues: { ...db.queues, joinSaves } },
    { clock: { now: Date.now }, log },
  );
  return { db, store: createJobStore(db, never, () => also), scheduler };
}

/** One of the processes: works until it is told to say what it saw. */
async function work(url: string, hasWebhooks: boolean): Promise<void> {
  const begun = performance.now();
  const { db, store, scheduler } = await openSteps(url);
  const events: Event[] = [];
  const clock = { now: Date.now };
  const remote = createRemote('fal');
  remote.provider.capabilities.pollFloorMs = hasWebhooks ? TOLD_EVERY_MS : POLL_EVERY_MS;
  remote.provider.status = async () => ({ state: 'queued', position: 2 });
  const { ctx } = createWorld({ remotes: [remote], alone: false }).boot();
  const jobs = createJobs({
    ...ctx,
    clock,
    store,
    ledger: createLedger(db),
    random: Math.random,
    stopping: () => false,
    scheduler: {
      ...scheduler,
      async at(key, dueAt, place) {
        await scheduler.at(key, dueAt, place);
        events.push(['due', key, Date.now(), dueAt]);
      },
      start: (step, lanes) =>
        scheduler.start((key, lane) => {
          events.push(['step', key, Date.now(), 0]);
          return step(key, lane);
        }, lanes),
    },
  });
  await jobs.recover();
  const upMs = performance.now() - begun;
  process.send?.('up');
  await once(process, 'message');
  const [cpu, measuredFrom] = [process.cpuUsage(), performance.now()];
  await once(process, 'message');
  const used = process.cpuUsage(cpu);
  const cpuShare = (used.user + used.system) / 1000 / (performance.now() - measuredFrom);
  const rssMb = process.memoryUsage().rss / 1e6;
  process.send?.({ events, upMs, rssMb, cpuShare } satisfies Report);
  await jobs.stop();
  await db.close();
  process.disconnect();
}

/** All jobs and their next steps, as a bot that has run for a while has them. */
async function fill(
  url: string,
  count: number,
  everyMs: number,
): Promise<{ events: Event[]; perSecond: number }> {
  const { db, scheduler } = await openSteps(url);
  const now = Date.now();
  const job = (n: number) => {
    const made = jobIn('queued', { id: `discord-${n}`, createdAt: now, deadlineAt: now + 86_400_000 });
    return { ...made, requester: { ...made.requester, spaceId: `discord:${n % SPACES}` } };
  };
  for (let from = 0; from < count; from += PAGE) {
    const rows = Array.from({ length: Math.min(PAGE, count - from) }, (_, at) => job(from + at));
    // As if long under way: a job that was submitted just now is looked at more often.
    const values = rows.flatMap((one) => [
      `jobs:${one.id}`,
      JSON.stringify({ value: { ...one, submittedAt: now - 4 * TOLD_EVERY_MS } }),
    ]);
    await db.run(
      `INSERT INTO keyv (key, value, rev) VALUES ${rows.map(() => '(?, ?, 1)').join(', ')}`,
      ...values,
    );
  }
  const begun = performance.now();
  const events: Event[] = [];
  let next = 0;
  const putSome = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      const dueAt = Date.now() + (n / count) * everyMs;
      await scheduler.at(`discord-${n}`, dueAt, placeOf(job(n)));
      events.push(['due', `discord-${n}`, Date.now(), dueAt]);
    }
  };
  await Promise.all(Array.from({ length: PUTS_AT_ONCE }, putSome));
  const perSecond = count / ((performance.now() - begun) / 1000);
  await db.run('ANALYZE');
  await scheduler.stop();
  await db.close();
  return { events, perSecond };
}

/** How late each step was that began from then on, by the last due time that it was given before. */
function lateness(all: readonly Event[], from: number): number[] {
  const dueAt = new Map<string, number>();
  const late: number[] = [];
  for (const [kind, key, nowMs, dueMs] of all.toSorted((a, b) => a[2] - b[2])) {
    if (kind === 'due') dueAt.set(key, dueMs);
    const due = dueAt.get(key);
    if (kind !== 'step' || due === undefined || nowMs < from) continue;
    late.push(Math.max(0, nowMs - due));
    dueAt.delete(key);
  }
  return late.sort((a, b) => a - b);
}

async function measure(count: number, seconds: number, processes: number, hasWebhooks: boolean) {
  const server = await startPostgres({ syncs: true });
  const everyMs = hasWebhooks ? TOLD_EVERY_MS : POLL_EVERY_MS;
  try {
    const filled = await fill(server.url, count, everyMs);
    const children = Array.from({ length: processes }, () =>
      fork(import.meta.filename, ['work', server.url, String(hasWebhooks)], { execArgv: process.execArgv }),
    );
    await Promise.all(children.map((child) => once(child, 'message')));
    // What came due before anybody was there is late by no fault of theirs.
    await wait(POLL_EVERY_MS);
    const from = Date.now();
    for (const child of children) child.send('measure');
    await wait(seconds * 1000);
    const reports = await Promise.all(
      children.map(async (child): Promise<Report> => {
        child.send('report');
        const [report] = await once(child, 'message');
        return report as Report;
      }),
    );
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
    const events = [...filled.events, ...reports.flatMap((one) => one.events)];
    const late = lateness(events, from);
    const at = (share: number): number => late[Math.floor((late.length - 1) * share)] ?? Number.NaN;
    const steps = events.filter(([kind, , nowMs]) => kind === 'step' && nowMs >= from).length;
    const list = (pick: (one: Report) => number) => reports.map((one) => pick(one).toFixed(2)).join(', ');
    console.table({
      'open jobs': count,
      processes,
      webhooks: hasWebhooks,
      'steps a second': (steps / seconds).toFixed(0),
      'of these with a known due time': late.length,
      'late, p50 / p99 (ms)': `${at(0.5)} / ${at(0.99)}`,
      'within 2 s of due (%)': ((late.filter((ms) => ms <= IN_TIME_MS).length / late.length) * 100).toFixed(
        1,
      ),
      'cores of each process': list((one) => one.cpuShare),
      'memory of each process (MB)': reports.map((one) => one.rssMb.toFixed(0)).join(', '),
      'up after (s)': list((one) => one.upMs / 1000),
      'steps put into empty queues, a second': filled.perSecond.toFixed(0),
    });
  } finally {
    await server.stop();
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'work') await work(rest[0] ?? '', rest[1] === 'true');
else {
  const [seconds = 60, processes = 3] = rest.map(Number).filter(Number.isFinite);
  await measure(Number(first ?? 10_000), seconds, processes, rest.includes('webhooks'));
}
