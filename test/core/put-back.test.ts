import { describe, expect, it } from 'vitest';
import { isOver, type Job } from '../../src/core/job/job.ts';
import { doubtOpenJobs } from '../../src/core/job/put-back.ts';
import { aHold } from '../contracts/ledger.ts';
import { jobIn } from '../fakes/jobs.ts';
import { COMPLETED, createRemote, withDearer } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS, type World } from '../fakes/world.ts';

const HOUR_MS = 3_600_000;

/** The records stand still at the given effect, which is when they were copied; undefined when the job is over by then. */
async function copiedAt(effect: number, world: World): Promise<Job | undefined> {
  const { intake, jobs, scheduler } = world.boot();
  const blown = world.fuse.arm(effect);
  const run = async () => {
    await jobs.recover();
    await createJob(intake, EVENT, UPLOADS, CHOICES);
    await scheduler.runAll(world.time.now + 4 * HOUR_MS);
    return 'over' as const;
  };
  return (await Promise.race([run(), blown])) === 'over' ? undefined : world.disk.store.get(EVENT.id);
}

/** A new machine on that copy, a day later. */
async function putBack(world: World) {
  world.time.now += 24 * HOUR_MS;
  const life = world.boot();
  const count = await doubtOpenJobs(life.ctx);
  await life.jobs.recover();
  return { ...life, count };
}

async function goOn(
  { scheduler }: Awaited<ReturnType<typeof putBack>>,
  world: World,
): Promise<Job | undefined> {
  await scheduler.runAll(world.time.now + 8 * HOUR_MS);
  return world.disk.store.get(EVENT.id);
}

describe('jobs that were open in a copy', () => {
  it('are never sent twice, whenever it was made and whatever the lost machine did after it', async () => {
    const states = new Set<string>();
    for (let effect = 1; ; effect += 1) {
      const remote = createRemote('paid');
      const world = createWorld({ remotes: [remote] });
      const before = await copiedAt(effect, world);
      if (world.fuse.count() < effect) break;
      // The lost machine went on, and sent it, where it had not before.
      if (remote.submits.length === 0) remote.submits.push(EVENT.id);
      const job = await goOn(await putBack(world), world);
      if (before) states.add(before.state);
      expect([effect, remote.submits]).toEqual([effect, [EVENT.id]]);
      expect(job === undefined || isOver(job)).toBe(true);
      const book = await world.disk.ledger.totals({ scope: 'operator', window: 'day:2026-11-21' });
      // What may have been billed keeps its room in the budget; what was never taken in holds nothing.
      if (before && job?.state !== 'delivered') expect(book.heldMicros).toBe(remote.billedMicros());
      if (!before) expect(book.heldMicros).toBe(0);
    }
    expect([...states].sort()).toEqual([
      'completed',
      'created',
      'delivered',
      'queued',
      'running',
      'submitting',
    ]);
  });

  it('are not sent where the member was asked about a dearer offer, and may have said yes since', async () => {
    const remotes = withDearer(createRemote('paid'));
    const world = createWorld({ remotes });
    const { intake, jobs, scheduler } = world.boot();
    await jobs.recover();
    await createJob(intake, EVENT, UPLOADS, CHOICES);
    await scheduler.runAll(world.time.now + 60_000);
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'asking' });
    const life = await putBack(world);
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'unknown', provider: 'dear' });
    expect(await goOn(life, world)).toMatchObject({ state: 'failed', failure: 'unknown-fate' });
    expect(remotes.map(({ submits }) => submits)).toEqual([[], []]);
  });

  it('are not sent again under their same id either, where a provider would refuse a twin', async () => {
    const remote = createRemote('paid');
    Object.assign(remote.provider, { account: 'ours', find: async () => 'absent' });
    remote.provider.capabilities.repeat = 'same-id';
    const world = createWorld({ remotes: [remote] });
    const sent = { provider: 'paid', uploaded: { image: 'i', clip: 'c' }, account: 'ours' };
    for (const state of ['unknown', 'submitting'] as const) {
      const job = { ...jobIn(state, { id: `web:${state}` }), ...sent, submittedAt: world.time.now };
      await world.disk.store.save(job);
    }
    const life = await putBack(world);
    expect(life.count).toEqual({ open: 2, unknown: 2 });
    await life.scheduler.runAll(world.time.now + 50 * 60_000);
    expect(remote.submits).toEqual([]);
    expect(await world.disk.store.get('web:unknown')).toMatchObject({
      state: 'unknown',
      uploaded: sent.uploaded,
    });
  });

  it('bring their videos where a provider is known to have them, also long after their deadline', async () => {
    const remote = createRemote('paid');
    remote.statuses = [new Error('the network is not up yet'), new Error('nor now'), COMPLETED];
    const world = createWorld({ remotes: [remote] });
    const job = { ...jobIn('queued', { id: EVENT.id, deadlineAt: world.time.now }), provider: 'paid' };
    await world.disk.store.save(job);
    await world.disk.ledger.reserve(aHold({ jobId: EVENT.id }));
    expect(await goOn(await putBack(world), world)).toMatchObject({ state: 'delivered' });
    expect([remote.submits, remote.cancelled]).toEqual([[], []]);
  });

  it('are simply made, where that costs nothing', async () => {
    const remote = createRemote('paid', { free: true, micros: 0 });
    const world = createWorld({ remotes: [remote] });
    const { intake, jobs } = world.boot();
    await jobs.recover();
    await createJob(intake, EVENT, UPLOADS, CHOICES);
    const life = await putBack(world);
    expect(life.count).toEqual({ open: 1, unknown: 0 });
  });
});
