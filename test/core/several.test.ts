/** One of several processes on the same records: what it finds under way may be another's work. */
import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/core/job/job.ts';
import { laneOf } from '../../src/core/job/lanes.ts';
import { takeWebhook } from '../../src/core/job/webhook.ts';
import { UnknownHold } from '../../src/core/limits/ledger.ts';
import type { NextStep, Scheduler } from '../../src/core/ports.ts';
import { aHold } from '../contracts/ledger.ts';
import { memoryBuses } from '../fakes/buses.ts';
import { jobIn } from '../fakes/jobs.ts';
import { createRemote } from '../fakes/remote.ts';
import { CHAT_EVENT, CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';
import { createReportedWorld } from './reported.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

describe('a job that is found as it is submitted', () => {
  async function found(alone: boolean) {
    const world = createWorld({ alone });
    const life = world.boot();
    const submittedAt = world.time.now;
    const job = jobIn('submitting', { deadlineAt: submittedAt + 60 * MINUTE });
    await world.disk.store.save({ ...job, submittedAt });
    await life.jobs.recover();
    return { world, life, submittedAt, state: async () => (await world.disk.store.get(job.id))?.state };
  }

  it('may be at another process, until nobody waits for the answer any more', async () => {
    const { world, life, submittedAt, state } = await found(false);
    await life.scheduler.runAll(submittedAt + 99 * SECOND);
    expect(await state()).toBe('submitting');
    await life.scheduler.runNext();
    expect([world.time.now, await state()]).toEqual([submittedAt + 100 * SECOND, 'unknown']);
  });

  it('is lost where there is no other process', async () => {
    const { life, state } = await found(true);
    await life.scheduler.runNext();
    expect(await state()).toBe('unknown');
  });
});

describe('a hold without a job', () => {
  async function held(alone: boolean) {
    const world = createWorld({ alone });
    await world.disk.ledger.reserve(aHold({ at: world.time.now }));
    const life = world.boot();
    await life.jobs.recover();
    return { world, life };
  }

  it('may be of a job that another process is about to save, and is freed once it is old', async () => {
    const { world, life } = await held(false);
    expect(await world.disk.ledger.held()).toEqual(['web:1']);
    world.time.now += 10 * MINUTE + 1;
    await life.jobs.freeOrphans();
    expect(await world.disk.ledger.held()).toEqual([]);
  });

  it('is asked for anew where others have freed it before its job was saved', async () => {
    const world = createWorld({ alone: false });
    const { save } = world.disk.store;
    let freed = 0;
    // As the real store, which looks at the ledger beside it.
    world.disk.store.save = async (job, how) => {
      if (how?.held && freed === 0) {
        freed += 1;
        await world.disk.ledger.release(job.id);
        throw new UnknownHold(job.id);
      }
      return save(job);
    };
    const life = world.boot();
    await life.jobs.recover();
    expect(await createJob(life.intake, EVENT, UPLOADS, CHOICES)).toMatchObject({ ok: true });
    expect([freed, await world.disk.ledger.held()]).toEqual([1, [EVENT.id]]);
  });

  it('is freed at the start where there is no other process', async () => {
    const { world } = await held(true);
    expect(await world.disk.ledger.held()).toEqual([]);
  });
});

describe('a next step', () => {
  it('is given to open jobs that have none, and left as it is where they have one', async () => {
    const world = createWorld({ alone: false });
    const life = world.boot();
    for (const id of ['web:1', 'web:2']) await world.disk.store.save(jobIn('created', { id }));
    await world.disk.store.save(jobIn('delivered', { id: 'web:3' }));
    await life.scheduler.at('web:1', world.time.now + 60 * MINUTE);
    expect(await life.jobs.recover()).toBe(1);
    expect(await life.scheduler.missing(['web:1', 'web:2', 'web:3'])).toEqual(['web:3']);
    await life.scheduler.remove('web:2');
    expect(await life.scheduler.runNext(world.time.now)).toBe(false);
  });

  /** A process whose scheduler says in which lane a step was found, with a finished job of a chat. */
  async function front() {
    const world = createWorld({ alone: false });
    const life = world.boot();
    const job = jobIn('completed', { id: CHAT_EVENT.id, requester: CHAT_EVENT.requester });
    await world.disk.store.save({ ...job, completedAt: world.time.now });
    let step: Parameters<Scheduler['start']>[0] = async () => {};
    const places: unknown[] = [];
    Object.assign(life.scheduler, {
      start: async (work: typeof step) => {
        step = work;
      },
      at: async (...args: unknown[]) => void places.push(args[2]),
      fill: async (steps: readonly NextStep[]) => void places.push(...steps.map(({ place }) => place)),
    });
    await life.jobs.recover();
    const tries = async () => Object(await world.disk.store.get(job.id)).deliveryTries;
    return { places, take: (lane: string) => step(job.id, lane), tries };
  }

  it('waits in the lane of the chat once there is a video to hand over, within what its space may take', async () => {
    expect((await front()).places).toEqual([{ lane: 'discord', group: 'discord:10' }]);
  });

  it('of a draft waits in the lane of the process that renders it, from when that has it to when it is here', async () => {
    const lanes = (['created', 'queued', 'running', 'completed'] as const).map((state) =>
      laneOf({ ...jobIn(state), provider: 'local' } as Job),
    );
    expect(lanes).toEqual(['worker', 'draft', 'draft', 'worker']);
    expect(laneOf(jobIn('running'))).toBe('worker');
  });

  it('is passed on by whoever does not have the chat', async () => {
    const { places, take, tries } = await front();
    await take('worker');
    expect(await tries()).toBe(0);
    expect(places).toEqual(Array(2).fill({ lane: 'discord', group: 'discord:10' }));
    await take('discord');
    expect(await tries()).toBe(1);
  });

  it('is left to the others by a process that stops in the middle of it', async () => {
    const world = createWorld();
    const life = world.boot();
    await life.jobs.recover();
    const job = jobIn('queued', { deadlineAt: world.time.now + 60 * MINUTE });
    await world.disk.store.save(job);
    const [remote] = world.remotes;
    if (remote)
      remote.provider.status = async () => {
        life.ctx.stopping = () => true;
        throw new Error('broken off');
      };
    await life.scheduler.at(job.id, world.time.now);
    await life.scheduler.runNext();
    expect(await life.scheduler.missing([job.id])).toEqual([]);
  });
});

describe('what one process is told and another one is at', () => {
  async function both() {
    const remote = createRemote('paid');
    const { buses } = memoryBuses(2);
    const [here, there] = buses;
    if (!here || !there) throw new Error('two buses');
    const world = createWorld({ alone: false, remotes: [remote] });
    const first = world.boot({ bus: here });
    const second = world.boot({ beside: true, bus: there });
    await first.jobs.recover();
    await createJob(first.intake, EVENT, UPLOADS, CHOICES);
    return { remote, world, first, second };
  }

  it('is a cancel, which breaks the upload off', async () => {
    const { remote, world, first, second } = await both();
    const uploading = Promise.withResolvers<AbortSignal>();
    remote.provider.upload = (_inputs, signal) => {
      uploading.resolve(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const step = first.scheduler.runNext();
    const signal = await uploading.promise;
    expect(await second.jobs.cancel(EVENT.id)).toMatchObject({ ok: true });
    expect(signal.aborted).toBe(true);
    await step;
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'cancelled', costMicros: 0 });
  });

  it('is a provider, that has just spoken of a job', async () => {
    const { remote, first, second } = await both();
    remote.provider.parseWebhook = async () => ({ kind: 'operation', operation: { id: 'op-1' } });
    await first.scheduler.runNext();
    const news = { provider: 'paid', jobId: EVENT.id, headers: {}, body: Buffer.from('{}') };
    expect(await takeWebhook(second.ctx, news)).toBe('taken');
    expect([...first.ctx.news.keys()]).toEqual([EVENT.id]);
  });

  it.each(['queued', 'running', 'unknown'] as const)(
    'is a provider, that has spoken of a job which is %s: it is looked at among those of its space',
    async (state) => {
      const { remote, world, second } = await both();
      remote.provider.parseWebhook = async () => ({ kind: 'operation', operation: { id: 'op-1' } });
      const job = jobIn(state, { id: CHAT_EVENT.id, requester: CHAT_EVENT.requester });
      await world.disk.store.save({ ...job, provider: 'paid' } as Job);
      const places: unknown[] = [];
      second.scheduler.at = async (_key, _dueAt, place) => void places.push(place);
      const news = { provider: 'paid', jobId: job.id, headers: {}, body: Buffer.from('{}') };
      expect(await takeWebhook(second.ctx, news)).toBe('taken');
      expect(places).toEqual([{ lane: 'worker', group: CHAT_EVENT.requester.spaceId }]);
    },
  );
});

describe('a report that waits for a decision', () => {
  it('is followed by the process that does the upkeep, however often that one looks for it', async () => {
    const all = createReportedWorld();
    await all.deliver();
    await all.report('me');
    const { core, clocks } = all.world.boot();
    const isDue = () => clocks.runNext(all.world.time.now);
    await core.takedown.start();
    expect(await clocks.size()).toBe(0);
    await core.takedown.recover();
    expect([await isDue(), await clocks.size()]).toEqual([true, 1]);
    await core.takedown.recover();
    expect([await isDue(), await clocks.size()]).toEqual([false, 1]);
  });
});
