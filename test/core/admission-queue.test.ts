import { describe, expect, it } from 'vitest';
import { isNews } from '../../src/core/limits/admission-queue.ts';
import { jobIn } from '../fakes/jobs.ts';
import { createRemote } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';

describe('a job in the queue', () => {
  const discord = {
    ...EVENT.requester,
    platform: 'discord' as const,
    spaceId: 'discord:1',
    memberId: 'discord:2',
  };

  async function two(steps = 2) {
    const world = createWorld();
    const life = world.boot();
    await life.jobs.recover();
    const choices = { orientation: 'auto' as const, quality: 'standard' as const, sound: true, trim: false };
    for (const id of ['discord-1', 'discord-2']) {
      const made = await createJob(life.intake, { id, requester: discord }, UPLOADS, choices);
      if (!made.ok) throw new Error(made.refusal.code);
      world.time.now += 1;
    }
    for (let n = 0; n < steps; n += 1) await life.scheduler.runNext();
    return { world, life, state: async (id: string) => (await world.disk.store.get(id))?.state };
  }

  it('is not sent before the one before it has ended, and is then', async () => {
    const { world, life, state } = await two();
    expect([await state('discord-1'), await state('discord-2')]).toEqual(['queued', 'created']);
    expect(await world.disk.store.get('discord-2')).toMatchObject({ place: 1 });
    expect(world.remotes[0]?.submits).toHaveLength(1);
    await life.jobs.cancel('discord-1');
    await life.scheduler.runNext();
    expect(await state('discord-2')).not.toBe('created');
  });

  it('waits for one that was lost and is found again, too', async () => {
    const remote = createRemote('paid');
    remote.answers = ['lost'];
    let found = false;
    remote.provider.find = async () => (found ? { id: 'op-1' } : undefined);
    remote.statuses = [{ state: 'queued', position: 1 }];
    const world = createWorld({ remotes: [remote] });
    const life = world.boot();
    await life.jobs.recover();
    const state = async () => (await world.disk.store.get('discord-1'))?.state;
    await createJob(life.intake, { id: 'discord-1', requester: discord }, UPLOADS, CHOICES);
    while ((await state()) !== 'unknown') await life.scheduler.runNext();
    found = true;
    while ((await state()) !== 'queued') await life.scheduler.runNext();
    const next = { ...jobIn('created', { id: 'discord-2' }), requester: discord };
    expect(await life.ctx.admissionQueue.enter(next)).toEqual({ admitted: false, place: 1 });
  });

  it('can be called off, and costs nothing then', async () => {
    const { world, life, state } = await two();
    expect((await life.jobs.cancel('discord-2')).ok).toBe(true);
    expect([await state('discord-2'), world.remotes[0]?.submits.length]).toEqual(['cancelled', 1]);
  });

  it('has its whole time to render, however long it waited', async () => {
    const { world, life } = await two();
    world.time.now += 50 * 60_000;
    await life.jobs.cancel('discord-1');
    await life.scheduler.runNext();
    const job = await world.disk.store.get('discord-2');
    expect((job?.deadlineAt ?? 0) - world.time.now).toBe(3_600_000);
  });

  it('still waits after a restart', async () => {
    const { world, state } = await two();
    world.fuse.newLife();
    const life = world.boot();
    await life.jobs.recover();
    for (let i = 0; i < 3; i += 1) await life.scheduler.runNext();
    expect(await state('discord-2')).toBe('created');
  });

  it('goes on at once when its turn comes just before it is sent to sleep', async () => {
    const { world, life, state } = await two(1);
    const { save } = life.ctx.store;
    life.ctx.store.save = async (job) => {
      const saved = await save(job);
      if (job.id === 'discord-2' && job.state === 'created') await life.jobs.cancel('discord-1');
      return saved;
    };
    await life.scheduler.runNext(world.time.now);
    expect(await state('discord-2')).toBe('created');
    await life.scheduler.runAll(world.time.now);
    expect(await state('discord-2')).not.toBe('created');
  });

  it('looks for its place, every ten seconds near the front, and is saved only when that has changed', async () => {
    const { world, life } = await two();
    for (const remote of world.remotes) remote.statuses = [{ state: 'queued', position: 1 }];
    const third = { id: 'discord-3', requester: discord };
    await createJob(life.intake, third, UPLOADS, CHOICES);
    await life.scheduler.runAll(world.time.now);
    const saved = async () => {
      const job = await world.disk.store.get('discord-3');
      return [job?.state === 'created' && job.place, job?.rev];
    };
    const before = await saved();
    expect(before[0]).toBe(2);
    await life.scheduler.runAll(world.time.now + 30_000);
    expect(await saved()).toEqual(before);
    await life.jobs.cancel('discord-2');
    await life.scheduler.runAll(world.time.now + 10_000);
    expect((await saved())[0]).toBe(1);
  });
});

describe('news of a place', () => {
  it.each([
    [1, undefined, true],
    [5, 5, false],
    [9, 10, true],
    [10, 11, true],
    [99, 100, false],
    [91, 100, false],
    [90, 100, true],
    [110, 100, true],
  ])('%i after %s told is %s', (place, told, news) => expect(isNews(place, told)).toBe(news));
});

describe('the queue at a start', () => {
  const whole = (id: string, state: 'created' | 'queued' | 'failed' | 'unknown') => {
    const job = jobIn(state, { id });
    return { ...job, requester: { ...job.requester, platform: 'discord' as const, spaceId: `of ${id}` } };
  };

  async function startWith(...jobs: ReturnType<typeof whole>[]) {
    const world = createWorld();
    const life = world.boot();
    for (const job of jobs) await world.disk.store.save(job);
    return { world, ...life, inQueue: () => [...world.disk.queue.entries.keys()].sort() };
  }

  it('takes in the jobs that a provider has, whatever the limits, and none that is lost', async () => {
    const jobs = Array.from({ length: 25 }, (_, i) => whole(`at ${i}`, 'queued'));
    const { jobs: life, ctx, inQueue } = await startWith(...jobs, whole('lost', 'unknown'));
    await life.recover();
    expect(inQueue()).toEqual(jobs.map(({ id }) => id).sort());
    expect(await ctx.admissionQueue.enter(whole('later', 'created'))).toMatchObject({ admitted: false });
  });

  it('forgets whoever ended, is gone, or can not be read, and lets the next one in', async () => {
    const [ended, broken, waits] = [
      whole('ended', 'failed'),
      whole('broken', 'queued'),
      whole('waits', 'created'),
    ];
    const { world, jobs, ctx, scheduler, inQueue } = await startWith(ended, broken, waits);
    for (const id of ['ended', 'broken', ...Array.from({ length: 18 }, (_, i) => `gone ${i}`)])
      await ctx.admissionQueue.enter(whole(id, 'queued'));
    expect(await ctx.admissionQueue.enter(waits)).toMatchObject({ admitted: false });
    const { store } = world.disk;
    ctx.store = {
      ...store,
      get: (id) => (id === 'broken' ? Promise.reject(new Error('no job')) : store.get(id)),
      async *open() {
        for await (const job of store.open()) if (job.id !== 'broken') yield job;
      },
    };
    await jobs.recover();
    expect(inQueue()).toEqual(['waits']);
    expect(await scheduler.size()).toBe(1);
  });

  it('keeps whoever comes in while it is counted', async () => {
    const { world, jobs, ctx, inQueue } = await startWith(whole('a', 'queued'));
    const { ids } = ctx.admissionQueue;
    ctx.admissionQueue.ids = async (which) => {
      if (which === 'all') await ctx.admissionQueue.enter(await world.disk.store.save(whole('b', 'created')));
      return ids(which);
    };
    await jobs.recover();
    expect(inQueue()).toEqual(['a', 'b']);
  });

  it('frees, now and then, a place whose job ended in a process that died at just that moment', async () => {
    const { jobs, ctx, inQueue } = await startWith(whole('ended', 'failed'), whole('goes on', 'queued'));
    for (const id of ['ended', 'goes on']) await ctx.admissionQueue.enter(whole(id, 'queued'));
    await jobs.freePlaces();
    expect(inQueue()).toEqual(['goes on']);
  });

  it('keeps a place whose job can not be read just now', async () => {
    const { jobs, ctx, inQueue } = await startWith(whole('a', 'queued'));
    await ctx.admissionQueue.enter(whole('a', 'queued'));
    ctx.store.get = () => Promise.reject(new Error('the database is away'));
    await jobs.freePlaces();
    expect(inQueue()).toEqual(['a']);
  });
});
