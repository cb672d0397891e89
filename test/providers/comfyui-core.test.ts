/** A job at ComfyUI through the whole of the core, with our process killed at each of its effects. */
import { expect, it } from 'vitest';
import type { SimTime } from '../../simulators/sim-time.ts';
import { TODAY } from '../core/started.ts';
import { createRemote } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';
import { sampleClip, sampleImage } from '../samples.ts';
import { comfySubject } from './comfyui-subject.ts';

const HOUR = 3_600_000;

/** The core and ComfyUI by one clock; what becomes of the first submit is `fate`. */
async function make(fate: (subject: Awaited<ReturnType<typeof comfySubject>>) => void) {
  const files = { image: await sampleImage(), clip: await sampleClip() };
  const late: (() => Promise<void>)[] = [];
  const clock = { now: () => 0 };
  // What is to come late comes as soon as the core has waited and looked.
  const time: SimTime = { now: () => clock.now(), after: (_, run) => void late.push(run) };
  const subject = await comfySubject({
    time,
    usd: 0.01,
    pathOf: (key) => (key.includes('mp4') ? files.clip : files.image),
  });
  const remote = { ...createRemote('comfyui'), provider: subject.provider };
  const world = createWorld({ remotes: [remote] });
  clock.now = world.clock.now;
  subject.sim.jobs.always({ queueMs: 5_000, runMs: 20_000, seconds: 4 });
  fate(subject);
  const live = async () => {
    const { jobs, intake, scheduler } = world.boot();
    await jobs.recover();
    await createJob(intake, EVENT, UPLOADS, { ...CHOICES, model: 'wan-animate' });
    await scheduler.runAll(world.time.now + 4 * HOUR);
  };
  return {
    ...subject,
    world,
    live,
    job: () => world.disk.store.get(EVENT.id),
    submits: () => subject.sim.taken,
  };
}
type Made = Awaited<ReturnType<typeof make>>;
type Fate = Parameters<typeof make>[0];

const FATES: [what: string, fate: Fate][] = [
  ['is taken, and its answer is lost', ({ sim }) => sim.fault({ path: /^\/prompt$/, how: 'lose-answer' })],
  ['never arrives', ({ sim }) => sim.fault({ path: /^\/prompt$/, how: 'cut' })],
  [
    'is taken by a ComfyUI that is started anew at the first look',
    ({ sim, provider }) => {
      const { status } = provider;
      let looks = 0;
      provider.status = async (...args) => {
        looks += 1;
        if (looks === 1) sim.restart({ wiped: true });
        return status(...args);
      };
    },
  ],
];

async function ended({ job, world, sim }: Made, where: string): Promise<void> {
  expect(await job(), where).toMatchObject({ state: 'delivered', costMicros: 40_000, provider: 'comfyui' });
  expect(sim.taken.size, where).toBe(1);
  expect(await world.disk.ledger.totals(TODAY), where).toMatchObject({
    heldMicros: 0,
    settledMicros: 40_000,
    settledJobs: 1,
  });
}

it.each(FATES)('a job that %s has its video and its bill once, whenever we are killed', async (_, fate) => {
  let effects: number;
  {
    await using counted = await make(fate);
    void counted.world.fuse.arm(Number.POSITIVE_INFINITY);
    await counted.live();
    await ended(counted, 'unharmed');
    effects = counted.world.fuse.count();
  }
  expect(effects).toBeGreaterThan(20);
  for (let effect = 1; effect <= effects; effect += 1) {
    await using tried = await make(fate);
    const blown = tried.world.fuse.arm(effect);
    const crashed = await Promise.race([tried.live().then(() => false), blown.then(() => true)]);
    expect(crashed, `effect ${effect}`).toBe(true);
    await tried.live();
    await ended(tried, `effect ${effect}`);
  }
});
