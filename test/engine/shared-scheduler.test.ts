/** What only the scheduler of several processes promises: who takes a step, and what becomes of those of a dead one. */
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { WORKERS } from '../../src/core/ports.ts';
import { openBoss } from '../../src/engine/boss.ts';
import { createScheduler } from '../../src/engine/scheduler.ts';
import { createSharedScheduler } from '../../src/engine/shared-scheduler.ts';
import { stepQueuesFor, stepQueuesOn } from '../../src/engine/step-queues.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { manualSteps, schedulerContract } from '../contracts/scheduler.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const LANES = [WORKERS, 'discord'];

/** The queues of this file as one process sees them. */
async function aProcess() {
  const db = await openPostgres(await postgres.url());
  onTestFinished(() => db.close());
  const schema = `${db.queues.schema}_steps`;
  const errors: unknown[] = [];
  const boss = await openBoss({
    db: db.queues,
    schema,
    queues: stepQueuesFor(LANES),
    onError: (error) => errors.push(error),
  });
  const queues = stepQueuesOn(boss, LANES);
  return { db, queues, errors, job: `${schema}.job`, away: `${schema}.away`, queue: `${schema}.queue` };
}

/** One with nothing in its queues. */
async function fresh() {
  const one = await aProcess();
  await one.db.run(`DELETE FROM ${one.job}`);
  return one;
}

function schedulerOn(
  { queues, errors }: Awaited<ReturnType<typeof aProcess>>,
  { atOnce = 10, now = Date.now, onDue = () => {} }: Options = {},
) {
  const scheduler = createSharedScheduler({
    queues,
    clock: { now },
    atOnce,
    onError: (error) => errors.push(error),
    onDue,
  });
  return scheduler;
}
type Options = { atOnce?: number; now?: () => number; onDue?: (lane: string) => void };

schedulerContract('the heap of one process', {}, async (atOnce) => {
  const errors: unknown[] = [];
  const clock = { now: Date.now };
  return { scheduler: createScheduler({ clock, atOnce, onError: (error) => errors.push(error) }), errors };
});

schedulerContract('the scheduler on pg-boss', postgresNeeded, async (atOnce) => {
  const one = await fresh();
  return { scheduler: schedulerOn(one, { atOnce }), errors: one.errors };
});

describe('several processes on the same queues', postgresNeeded, () => {
  type One = Awaited<ReturnType<typeof aProcess>>;
  const started = async (one: One, options?: Options) => {
    const scheduler = schedulerOn(one, options);
    const steps = manualSteps();
    onTestFinished(async () => {
      const stopped = scheduler.stop();
      steps.endAll();
      await stopped;
    });
    return { scheduler, ...steps };
  };
  /** As if the process that has taken it had said nothing for a minute. */
  const silence = ({ db, job }: One) =>
    db.run(`UPDATE ${job} SET heartbeat_on = now() - interval '1 minute' WHERE state = 'active'`);

  it('take each step once', async () => {
    const one = await fresh();
    const ran: string[] = [];
    const all = [schedulerOn(one), schedulerOn(await aProcess()), schedulerOn(await aProcess())];
    onTestFinished(async () => void (await Promise.all(all.map((each) => each.stop()))));
    const keys = Array.from({ length: 60 }, (_, n) => `k${n}`).sort();
    await Promise.all(keys.map((key, n) => all[n % 3]?.at(key, Date.now())));
    for (const each of all) await each.start(async (key) => void ran.push(key));
    await expect.poll(() => one.queues.count()).toBe(0);
    expect(ran.sort()).toEqual(keys);
  });

  it('take a step that another one put there, whatever the two clocks say', async () => {
    const ahead = () => Date.now() + 10_000;
    const here = await started(await fresh(), { now: ahead });
    const there = await started(await aProcess());
    await here.scheduler.start(here.step);
    await there.scheduler.start(async () => {}, ['discord']);
    await here.scheduler.at('from here', ahead());
    await there.scheduler.at('from there', Date.now());
    await expect.poll(() => [...here.started].sort()).toEqual(['from here', 'from there']);
  });

  it('know what waits in each lane, and for how long the first of them has been due', async () => {
    const one = await fresh();
    const scheduler = schedulerOn(one);
    onTestFinished(() => scheduler.stop());
    await scheduler.at('due', Date.now());
    await scheduler.at('later', Date.now() + 60_000);
    await one.db.run(
      `UPDATE ${one.job} SET start_after = now() - interval '9 s' WHERE singleton_key = 'due'`,
    );
    await one.queues.put('discord', { key: 'later, too', inMs: 60_000 });
    expect(await scheduler.queues?.()).toEqual([
      { lane: WORKERS, waiting: 2, oldestDueMs: expect.toSatisfy((ms: number) => ms >= 9_000) },
      { lane: 'discord', waiting: 1 },
    ]);
  });

  it('are given back the step of one that is silent, and what that one says of it later counts no more', async () => {
    const dead = await fresh();
    await dead.queues.put(WORKERS, { key: 'a', inMs: 0 });
    const taken = await dead.queues.take(WORKERS, 10);
    expect(taken).toHaveLength(1);
    const { scheduler, started: ran, step } = await started(await aProcess());
    await scheduler.start(step);
    await silence(dead);
    await expect.poll(() => ran).toEqual(['a']);
    // Frozen, and thawed.
    await dead.queues.done(WORKERS, taken);
    expect(await scheduler.missing(['a'])).toEqual([]);
  });

  it('look again at once where one was asked for by another, whatever the step that ran meanwhile says', async () => {
    const here = await started(await fresh());
    await here.scheduler.start(here.step);
    await here.scheduler.at('a', Date.now());
    await expect.poll(() => here.started).toEqual(['a']);
    const there = await started(await aProcess());
    await there.scheduler.at('a', Date.now());
    await here.scheduler.at('a', Date.now() + 3_600_000);
    here.end('a');
    await expect.poll(() => here.started).toEqual(['a', 'a']);
  });

  it('keep the step of one that is at work on it for long', async () => {
    const one = await fresh();
    const { scheduler, started: ran, step } = await started(one);
    await scheduler.start(step);
    await scheduler.at('a', Date.now());
    await expect.poll(() => ran).toEqual(['a']);
    await silence(one);
    const lastBeat = async () =>
      Object(
        (await one.db.all(`SELECT heartbeat_on > now() - interval '30 seconds' AS fresh FROM ${one.job}`))[0],
      );
    await expect.poll(lastBeat).toEqual({ fresh: true });
  });

  it('take the steps of their own lanes, as long as these are theirs', async () => {
    const worker = await started(await fresh());
    const front = await started(await aProcess());
    await worker.scheduler.start(worker.step);
    await worker.scheduler.at('deliver', Date.now(), { lane: 'discord' });
    await worker.scheduler.at('submit', Date.now());
    await expect.poll(() => worker.started).toEqual(['submit']);
    await front.scheduler.start(front.step, ['discord']);
    await expect.poll(() => front.started).toEqual(['deliver']);
    await front.scheduler.leave(['discord']);
    await front.scheduler.at('deliver more', Date.now(), { lane: 'discord' });
    await worker.scheduler.at('status', Date.now());
    await expect.poll(() => worker.started).toEqual(['submit', 'status']);
    expect(front.started).toEqual(['deliver']);
  });

  it('hear of what is due in their lanes from whoever puts it there, and takes no part in these', async () => {
    const due: string[] = [];
    const {
      scheduler,
      started: ran,
      step,
      end,
    } = await started(await fresh(), {
      onDue: (lane) => void due.push(lane),
    });
    await scheduler.start(step);
    await scheduler.at('own', Date.now());
    await scheduler.at('later', Date.now() + 60_000, { lane: 'discord' });
    await scheduler.fill([{ key: 'filled', dueAt: Date.now(), place: { lane: 'discord' } }]);
    expect(due).toEqual(['discord']);
    await scheduler.at('now', Date.now(), { lane: 'discord' });
    expect(due).toEqual(['discord', 'discord']);
    await expect.poll(() => ran).toEqual(['own']);
    await scheduler.at('own', Date.now(), { lane: 'discord' });
    end('own');
    await expect.poll(() => due).toHaveLength(3);
  });

  it('let no space take all the room', async () => {
    const one = await fresh();
    const { scheduler, started: ran, step } = await started(one, { atOnce: 64 });
    const flood = Array.from({ length: 60 }, (_, n) => `flood ${n}`);
    await Promise.all(flood.map((key) => scheduler.at(key, Date.now(), { lane: WORKERS, group: 'loud' })));
    await scheduler.at('quiet', Date.now(), { lane: WORKERS, group: 'quiet' });
    await scheduler.start(step);
    await expect.poll(() => ran).toContain('quiet');
    await expect.poll(() => ran.length).toBe(33);
    // What is given another due time while it runs stays in its group.
    await scheduler.at(ran[0] ?? '', Date.now());
    expect(await one.db.all(`SELECT count(*)::int AS n FROM ${one.job} WHERE group_id IS NULL`)).toEqual([
      { n: 0 },
    ]);
  });

  it('make the queues anew that somebody has removed, and go on', async () => {
    const one = await fresh();
    const { scheduler, started: ran, step } = await started(one);
    await scheduler.start(step);
    await one.db.run(`TRUNCATE ${one.job}, ${one.queue} CASCADE`);
    await scheduler.at('a', Date.now());
    await expect.poll(() => ran).toEqual(['a']);
    expect(await scheduler.missing(['a', 'b'])).toEqual(['b']);
  });

  it('make all of it anew that somebody has dropped, though nothing is put there', async () => {
    const one = await fresh();
    const { scheduler, step } = await started(one);
    await scheduler.start(step);
    await one.db.run(`DROP SCHEMA ${one.job.replace('.job', '')} CASCADE`);
    await expect.poll(() => scheduler.missing(['a']).catch(() => 'gone')).toEqual(['a']);
    await expect.poll(() => scheduler.size().catch(() => 'gone')).toBe(0);
  });

  it('tell once of queues that can not be asked, and go on when they can', async () => {
    const one = await fresh();
    const { scheduler, started: ran, step } = await started(one);
    await scheduler.start(step);
    await one.db.run(`ALTER TABLE ${one.job} RENAME TO away`);
    await one.db.run(`ALTER TABLE ${one.job}_common RENAME TO away_common`);
    await expect.poll(() => one.errors.length).toBeGreaterThan(0);
    await one.db.run(`ALTER TABLE ${one.away}_common RENAME TO job_common`);
    await one.db.run(`ALTER TABLE ${one.away} RENAME TO job`);
    await scheduler.at('a', Date.now());
    await expect.poll(() => ran).toEqual(['a']);
    // By the look at the queues, and by pg-boss's own upkeep.
    expect(one.errors.length).toBeLessThanOrEqual(2);
  });
});
