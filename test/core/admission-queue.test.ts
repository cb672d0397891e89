import { describe, expect, it } from 'vitest';
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

  async function two() {
    const world = createWorld();
    const life = world.boot();
    await life.jobs.recover();
    const choices = { orientation: 'auto' as const, quality: 'standard' as const, sound: true, trim: false };
    for (const id of ['discord-1', 'discord-2']) {
      const made = await createJob(life.intake, { id, requester: discord }, UPLOADS, choices);
      if (!made.ok) throw new Error(made.refusal.code);
      world.time.now += 1;
    }
    await life.scheduler.runNext();
    await life.scheduler.runNext();
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
});
