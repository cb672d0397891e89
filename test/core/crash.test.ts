import { describe, expect, it } from 'vitest';
import { isOver, type Job } from '../../src/core/job/job.ts';
import { createRemote, PRICE } from '../fakes/remote.ts';
import {
  CHOICES,
  createJob,
  createWorld,
  EVENT,
  type Incarnation,
  UPLOADS,
  type World,
} from '../fakes/world.ts';

/** One life of the process: the chat (re)delivers its event, then everything due is done. */
async function live(world: World, { intake, jobs, scheduler }: Incarnation): Promise<void> {
  await jobs.recover();
  await createJob(intake, EVENT, UPLOADS, CHOICES);
  await scheduler.runAll(world.time.now + 4 * 3_600_000);
}

/** A crash whose event never comes again: nothing may stay behind that belongs to nobody. */
async function runWithoutRedelivery(effect: number): Promise<World> {
  const world = createWorld();
  const blown = world.fuse.arm(effect);
  await Promise.race([live(world, world.boot()), blown]);
  const { jobs, scheduler } = world.boot();
  await jobs.recover();
  await scheduler.runAll(world.time.now + 4 * 3_600_000);
  return world;
}

/** Runs the main job, kills it at the given effect, and lets a second life finish what the first began. */
async function runWithCrashAt(
  effect: number,
  free: boolean,
): Promise<{ world: World; job: Job | undefined; crashed: boolean }> {
  const world = createWorld({ remotes: [createRemote('paid', { free })] });
  const blown = world.fuse.arm(effect);
  const crashed = await Promise.race([live(world, world.boot()).then(() => false), blown.then(() => true)]);
  if (crashed) await live(world, world.boot());
  return { world, job: await world.disk.store.get(EVENT.id), crashed };
}

async function countEffects(): Promise<number> {
  const world = createWorld();
  void world.fuse.arm(Number.POSITIVE_INFINITY);
  await live(world, world.boot());
  return world.fuse.count();
}

describe('a crash at any effect of a job', async () => {
  const effects = await countEffects();

  it('has enough effects for the test to mean something', () => expect(effects).toBeGreaterThan(20));

  it.each(Array.from({ length: effects }, (_, index) => index + 1))(
    'at effect %i leads to at most one submit, an exact book, and the truth',
    async (effect) => {
      const { world, job, crashed } = await runWithCrashAt(effect, false);
      const [remote] = world.remotes;
      expect(crashed).toBe(true);
      expect(remote?.submits.length).toBeLessThanOrEqual(1);
      expect(job && isOver(job)).toBe(true);
      expect([...world.disk.queue.entries.keys()]).toEqual([]);
      const book = await world.disk.ledger.totals({ scope: 'operator', window: 'day:2026-11-21' });
      if (job?.state === 'delivered') {
        expect(book.settledMicros).toBe(remote?.billedMicros());
        expect(book.settledJobs).toBe(1);
        expect(book.heldMicros).toBe(0);
        expect(world.delivered.length).toBeGreaterThanOrEqual(1);
      } else {
        // Only a crash around the submit itself leaves a fate that nobody can know.
        expect(job).toMatchObject({ state: 'failed', failure: 'unknown-fate', unsettledMicros: PRICE });
        // It may be billed yet: the operator's budget keeps room for it, the member's limits don't.
        expect(book).toMatchObject({ heldMicros: PRICE, settledMicros: 0 });
        const space = await world.disk.ledger.totals({ scope: 'space:web', window: 'day:2026-11-21' });
        expect(space.heldMicros).toBe(0);
        expect(world.shown.some((shown) => shown.state === 'unknown')).toBe(true);
      }
    },
  );

  it('loses no video except in the window around the submit', async () => {
    const lost: number[] = [];
    for (let effect = 1; effect <= effects; effect += 1) {
      const { job } = await runWithCrashAt(effect, false);
      if (job?.state !== 'delivered') lost.push(effect);
    }
    // After `submitting` is saved, before the call, after the call, and before its answer is saved.
    expect(lost).toHaveLength(4);
    expect(lost.at(-1)).toBe((lost[0] ?? 0) + 3);
  });

  it('leaves no hold and no place in the queue behind, even when the event never comes again', async () => {
    for (let effect = 1; effect <= effects; effect += 1) {
      const world = await runWithoutRedelivery(effect);
      expect(await world.disk.ledger.held()).toEqual([]);
      expect(world.disk.queue.entries.size).toBe(0);
    }
  });

  it('in a failover leads to one submit and a video, or to the truth', async () => {
    const make = () => {
      const [busy, good] = [createRemote('busy'), createRemote('good')];
      busy.answers = ['refused'];
      return createWorld({ remotes: [busy, good] });
    };
    const counted = make();
    void counted.fuse.arm(Number.POSITIVE_INFINITY);
    await live(counted, counted.boot());
    let videos = 0;
    for (let effect = 1; effect <= counted.fuse.count(); effect += 1) {
      const world = make();
      const blown = world.fuse.arm(effect);
      const crashed = await Promise.race([
        live(world, world.boot()).then(() => false),
        blown.then(() => true),
      ]);
      if (crashed) await live(world, world.boot());
      const job = await world.disk.store.get(EVENT.id);
      expect(world.remotes.flatMap(({ submits }) => submits).length).toBeLessThanOrEqual(1);
      expect(job?.state === 'delivered' || (job?.state === 'failed' && job.failure === 'unknown-fate')).toBe(
        true,
      );
      if (job?.state === 'delivered') videos += 1;
    }
    // Four effects around each of the two calls can leave a fate that nobody knows.
    expect(videos).toBe(counted.fuse.count() - 8);
  });
});

describe('an effect that fails once', async () => {
  const effects = await countEffects();

  it.each(Array.from({ length: Math.floor(effects / 2) }, (_, index) => index * 2 + 1))(
    'at effect %i leads to the video all the same, with an exact book',
    async (effect) => {
      const world = createWorld();
      void world.fuse.arm(effect, 'throw');
      const life = world.boot();
      await life.jobs.recover();
      const create = () => createJob(life.intake, EVENT, UPLOADS, CHOICES);
      // The member, or the chat, asks again when an answer is an error.
      await create().catch(create);
      await life.scheduler.runAll(world.time.now + 4 * 3_600_000);
      const job = await world.disk.store.get(EVENT.id);
      const book = await world.disk.ledger.totals({ scope: 'operator', window: 'day:2026-11-21' });
      expect(world.remotes[0]?.submits.length).toBeLessThanOrEqual(1);
      if (job?.state === 'delivered') expect(book).toMatchObject({ heldMicros: 0, settledMicros: PRICE });
      // A submit that throws before anything was sent can't be told from one that was.
      else expect(job).toMatchObject({ state: 'failed', failure: 'unknown-fate' });
      expect(await world.disk.ledger.held()).toEqual([]);
      expect(world.disk.queue.entries.size).toBe(0);
    },
  );
});
