/**
 * Many open jobs on PostgreSQL in several processes: how late steps are, what a process needs, how soon it is up, and how
 * soon empty queues are filled again. It starts a PostgreSQL of its own, which syncs each commit.
 *
 * `node bench/scale.ts` measures 2,000 and 10,000 jobs, each looked at every 20 s, and 100,000 that are looked at every five
 * minutes, as their providers call us. `node bench/scale.ts <jobs> [seconds=60] [processes=3] [webhooks] [statements]`
 * measures one of these; `statements` also shows what PostgreSQL spends its time on.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { createJobs } from '../src/core/job/jobs.ts';
import { placeOf } from '../src/core/job/lanes.ts';
import { type Scheduler, WORKERS } from '../src/core/ports.ts';
import { createSteps, openQueues } from '../src/steps.ts';
import { type AlsoSaved, createJobStore } from '../src/store/jobs.ts';
import { createLedger } from '../src/store/ledger.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { openPostgresLocks } from '../src/store/postgres-locks.ts';
import { jobIn } from '../test/fakes/jobs.ts';
import { createRemote } from '../test/fakes/remote.ts';
import { createWorld } from '../test/fakes/world.ts';
import { startPostgres } from '../test/postgres/server.ts';

const POLL_EVERY_MS = 20_000;
const TOLD_EVERY_MS = 300_000;
const SPACES = 1_000;
const PAGE = 500;
/** As the upkeep does. */
const FILLED_AT_ONCE = 200;
const IN_TIME_MS = 2_000;
/** What a call to a provider takes; nothing of it is ours. */
const CALL_MS = 50;
const TICKS_A_SECOND = 100;
const DAY_MS = 86_400_000;
/** By then the queues are full. */
const SOON_MS = 10_000;

type Event = [kind: 'due' | 'step', key: string, nowMs: number, dueMs: number];
type Report = { events: Event[]; upMs: number; rssMb: number; heapMb: number; cpuShare: number };
type Run = {
  count: number;
  seconds: number;
  processes: number;
  hasWebhooks: boolean;
  tellsStatements: boolean;
};

const never = (error: unknown): never => {
  throw error;
};

type Opened = {
  db: Awaited<ReturnType<typeof openPostgres>>;
  store: ReturnType<typeof createJobStore>;
  scheduler: Scheduler;
};

async function openSteps(url: string): Promise<Opened> {
  const db = await openPostgres(url);
  let also: AlsoSaved | undefined;
  const joinSaves = (joined: AlsoSaved): void => {
    also = joined;
  };
  const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
  const queues = { ...db.queues, joinSaves };
  const open = await openQueues(queues, log);
  const scheduler = await createSteps({ queues }, open, { clock: { now: Date.now }, log });
  return { db, store: createJobStore(db, never, () => also), scheduler };
}

/** One of the processes: works until it is told to say what it saw. */
async function work(url: string, hasWebhooks: boolean): Promise<void> {
  process.on('disconnect', () => process.exit());
  const { db, store, scheduler } = await openSteps(url);
  const locks = await openPostgresLocks(url);
  const events: Event[] = [];
  const clock = { now: Date.now };
  const remote = createRemote('fal');
  remote.provider.capabilities.pollFloorMs = hasWebhooks ? TOLD_EVERY_MS : POLL_EVERY_MS;
  remote.provider.status = async () => {
    await wait(CALL_MS);
    return { state: 'queued', position: 2 };
  };
  const { ctx } = createWorld({ remotes: [remote], alone: false }).boot();
  const jobs = createJobs({
    ...ctx,
    clock,
    store,
    locks,
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
  await jobs.serve([WORKERS]);
  // Node's own start counts.
  const upMs = performance.now();
  process.send?.('up');
  await once(process, 'message');
  const [cpu, measuredFrom] = [process.cpuUsage(), performance.now()];
  await once(process, 'message');
  const used = process.cpuUsage(cpu);
  const cpuShare = (used.user + used.system) / 1000 / (performance.now() - measuredFrom);
  const { rss, heapUsed } = process.memoryUsage();
  const report = { events, upMs, rssMb: rss / 1e6, heapMb: heapUsed / 1e6, cpuShare } satisfies Report;
  // As a whole, before this process ends.
  await new Promise((resolve) => process.send?.(report, resolve));
  await jobs.stop();
  await locks.close();
  await db.close();
  process.exit();
}

const jobOf = (n: number) => {
  const now = Date.now();
  const made = jobIn('queued', { id: `discord-${n}`, createdAt: now, deadlineAt: now + 86_400_000 });
  return { ...made, submittedAt: now, requester: { ...made.requester, spaceId: `discord:${n % SPACES}` } };
};

async function saveJobs({ db }: Opened, count: number): Promise<void> {
  for (let from = 0; from < count; from += PAGE) {
    const jobs = Array.from({ length: Math.min(PAGE, count - from) }, (_, at) => jobOf(from + at));
    const values = jobs.flatMap((one) => [`jobs:${one.id}`, JSON.stringify({ value: one })]);
    await db.run(
      `INSERT INTO keyv (key, value, rev) VALUES ${jobs.map(() => '(?, ?, 1)').join(', ')}`,
      ...values,
    );
  }
}

/** Puts the next steps of all jobs into empty queues, spread evenly over so long from then on. */
async function fill({ db, scheduler }: Opened, count: number, fromMs: number, overMs: number) {
  await db.run('DELETE FROM strut_steps.job');
  const events: Event[] = [];
  const begun = performance.now();
  for (let done = 0; done < count; done += FILLED_AT_ONCE) {
    const steps = Array.from({ length: Math.min(FILLED_AT_ONCE, count - done) }, (_, at) => {
      const n = done + at;
      const dueAt = fromMs + (n / count) * overMs;
      return { key: `discord-${n}`, dueAt, place: placeOf(jobOf(n)) };
    });
    await scheduler.fill(steps);
    events.push(...steps.map(({ key, dueAt }): Event => ['due', key, Date.now(), dueAt]));
  }
  const perSecond = count / ((performance.now() - begun) / 1000);
  await db.run('ANALYZE');
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

/** Seconds of processor time of a server and all that it has started, those that have ended among them. Linux alone. */
function serversSeconds(pid: number): number {
  const statOf = (of: string): string[] => {
    try {
      return (readFileSync(`/proc/${of}/stat`, 'utf8').split(') ')[1] ?? '').split(' ');
    } catch {
      return [];
    }
  };
  const ticks = (stat: string[], from: number, to: number): number =>
    stat.slice(from, to).reduce((sum, text) => sum + Number(text), 0);
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && statOf(name)[1] === String(pid),
  );
  const own = ticks(statOf(String(pid)), 11, 15);
  return children.reduce((sum, name) => sum + ticks(statOf(name), 11, 13), own) / TICKS_A_SECOND;
}

const STATEMENTS = `SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 90) AS statement, calls::int, plans::int,
    round((total_exec_time / greatest(calls, 1))::numeric, 2)::float8 AS "ms each",
    round((total_plan_time / greatest(calls, 1))::numeric, 2)::float8 AS "plan, ms each",
    round(((total_exec_time + total_plan_time) / 1000)::numeric, 1)::float8 AS "s in all"
  FROM pg_stat_statements ORDER BY total_exec_time + total_plan_time DESC LIMIT 14`;

async function measure({ count, seconds, processes, hasWebhooks, tellsStatements }: Run): Promise<void> {
  const loadBefore = loadavg()[0]?.toFixed(1);
  const settings = tellsStatements
    ? ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track_planning=on']
    : [];
  const server = await startPostgres({ syncs: true, settings: ['shared_buffers=128MB', ...settings] });
  const everyMs = hasWebhooks ? TOLD_EVERY_MS : POLL_EVERY_MS;
  try {
    const opened = await openSteps(server.url);
    const { db } = opened;
    await saveJobs(opened, count);
    await fill(opened, count, Date.now() + DAY_MS, everyMs);
    if (tellsStatements) await db.run('CREATE EXTENSION pg_stat_statements');
    const [{ pid }] = (await db.all(
      `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
    )) as [{ pid: number }];
    const children = Array.from({ length: processes }, () =>
      fork(import.meta.filename, ['work', server.url, String(hasWebhooks)], { execArgv: process.execArgv }),
    );
    await Promise.all(children.map((child) => once(child, 'message')));
    // As somebody who has emptied the queues, so that the steps are spread from now on, however long the starts took.
    const filled = await fill(opened, count, Date.now() + SOON_MS, everyMs);
    await wait(POLL_EVERY_MS);
    const from = Date.now();
    if (tellsStatements) await db.all('SELECT pg_stat_statements_reset()');
    const serverFrom = serversSeconds(pid);
    for (const child of children) child.send('measure');
    await wait(seconds * 1000);
    const serverCores = (serversSeconds(pid) - serverFrom) / seconds;
    if (tellsStatements) console.table(await db.all(STATEMENTS));
    const reports = await Promise.all(
      children.map(async (child): Promise<Report> => {
        child.send('report');
        const [report] = await once(child, 'message');
        return report as Report;
      }),
    );
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
    await opened.scheduler.stop();
    await db.close();
    const events = [...filled.events, ...reports.flatMap((one) => one.events)];
    const late = lateness(events, from);
    const at = (share: number): number => late[Math.floor((late.length - 1) * share)] ?? Number.NaN;
    const steps = events.filter(([kind, , nowMs]) => kind === 'step' && nowMs >= from).length;
    const cores = reports.reduce((sum, one) => sum + one.cpuShare, serverCores);
    const list = (pick: (one: Report) => number, digits = 2) =>
      reports.map((one) => pick(one).toFixed(digits)).join(', ');
    console.table({
      'open jobs': count,
      processes,
      webhooks: hasWebhooks,
      'load before and after': `${loadBefore} / ${loadavg()[0]?.toFixed(1)}`,
      'steps a second, of those due': `${(steps / seconds).toFixed(0)} of ${(count / (everyMs / 1000)).toFixed(0)}`,
      'late, p50 / p95 / p99 (ms)': `${at(0.5)} / ${at(0.95)} / ${at(0.99)}`,
      'within 2 s of due (%)': ((late.filter((ms) => ms <= IN_TIME_MS).length / late.length) * 100).toFixed(
        1,
      ),
      'cores of each process': list((one) => one.cpuShare),
      "PostgreSQL's cores": serverCores.toFixed(2),
      'ms of a core a step, in all': ((cores * 1000) / (steps / seconds)).toFixed(2),
      'memory of each process (MB)': list((one) => one.rssMb, 0),
      'of that in use (MB)': list((one) => one.heapMb, 0),
      'up after (s)': list((one) => one.upMs / 1000),
      'steps put into empty queues, a second': filled.perSecond.toFixed(0),
    });
  } finally {
    await server.stop();
  }
}

const [first, ...rest] = process.argv.slice(2);
const [seconds = 60, processes = 3] = rest.map(Number).filter(Number.isFinite);
const one = {
  seconds,
  processes,
  hasWebhooks: rest.includes('webhooks'),
  tellsStatements: rest.includes('statements'),
};
if (first === 'work') await work(rest[0] ?? '', rest[1] === 'true');
else if (first !== undefined) await measure({ ...one, count: Number(first) });
else {
  await measure({ ...one, count: 2_000 });
  await measure({ ...one, count: 10_000 });
  await measure({ ...one, count: 100_000, hasWebhooks: true });
}
