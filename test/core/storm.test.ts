import { expect, it } from 'vitest';
import { COMPLETED, createRemote, PRICE } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS, type World } from '../fakes/world.ts';

const STORM_MS = 10 * 60_000;

async function live(world: World): Promise<void> {
  const { intake, jobs, scheduler } = world.boot();
  await jobs.recover();
  await createJob(intake, EVENT, UPLOADS, CHOICES);
  await scheduler.runAll(world.time.now + 3_600_000);
}

async function expectVideo(world: World): Promise<void> {
  expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'delivered', costMicros: PRICE });
  expect(world.remotes[0]?.submits).toEqual([EVENT.id]);
  expect(await world.disk.ledger.held()).toEqual([]);
}

it('a provider that answers 500 for ten minutes only delays the video', async () => {
  const remote = createRemote('paid');
  const world = createWorld({ remotes: [remote] });
  const over = world.time.now + STORM_MS;
  let asked = 0;
  remote.provider.status = async () => {
    asked += 1;
    if (world.time.now < over) throw new Error('500');
    return COMPLETED;
  };
  await live(world);
  await expectVideo(world);
  // Often enough to notice its end, far too rarely to add to the storm.
  expect(asked).toBeGreaterThan(8);
  expect(asked).toBeLessThan(40);
});

it('a chat that answers 500 for ten minutes only delays the video', async () => {
  let tries = 0;
  const world: World = createWorld({
    chat: {
      async deliver() {
        tries += 1;
        if (world.time.now < over) throw new Error('500');
        return { kind: 'delivered', receipt: { rung: 'page', at: world.time.now } };
      },
    },
  });
  const over = world.time.now + STORM_MS;
  await live(world);
  await expectVideo(world);
  expect(tries).toBeGreaterThan(4);
  expect(tries).toBeLessThan(20);
});

it('a clock that is set back an hour in the middle of a job changes nothing about its end', async () => {
  const remote = createRemote('paid');
  const world = createWorld({ remotes: [remote] });
  const { status } = remote.provider;
  let turned = false;
  remote.provider.status = async (...args) => {
    if (!turned) world.time.now -= 3_600_000;
    turned = true;
    return status(...args);
  };
  const { intake, jobs, scheduler } = world.boot();
  await jobs.recover();
  await createJob(intake, EVENT, UPLOADS, CHOICES);
  await scheduler.runAll(world.time.now + 2 * 3_600_000);
  await expectVideo(world);
});
