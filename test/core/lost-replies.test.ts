/** A database that is away for a while, or whose answer to a save is lost though it was made. */
import { describe, expect, it } from 'vitest';
import { PRICE } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS, type World } from '../fakes/world.ts';

const away = (): Error => Object.assign(new Error('the database is away'), { retryHelps: true });

/** From the time that `when` says, `how` is what becomes of the next save. */
function breakSave(
  { disk: { store } }: World,
  state: string,
  how: 'lost-reply' | 'away',
  times = 1,
): () => number {
  const { save } = store;
  let left = times;
  store.save = async (job) => {
    if (job.state !== state || left === 0) return save(job);
    left -= 1;
    if (how === 'lost-reply') await save(job);
    throw away();
  };
  return () => times - left;
}

async function up() {
  const world = createWorld();
  const life = world.boot();
  await life.jobs.recover();
  const run = () => life.scheduler.runAll(world.time.now + 30 * 60_000);
  const [remote] = world.remotes;
  if (!remote) throw new Error('no provider');
  const total = () => world.disk.ledger.totals({ scope: 'operator', window: 'day:2026-11-21' });
  return { world, life, run, remote, total };
}

describe('a save that fails, or whose answer is lost', () => {
  it('makes the job all the same where it is the first, and the job is rendered once', async () => {
    const { world, life, run, remote, total } = await up();
    breakSave(world, 'created', 'lost-reply');
    await createJob(life.intake, EVENT, UPLOADS, CHOICES);
    await run();
    expect(remote.submits).toEqual([EVENT.id]);
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'delivered' });
    expect(await total()).toMatchObject({ heldMicros: 0, settledMicros: PRICE });
  });

  it('is made again where it is that of a clear no, which would become a job of unknown fate else', async () => {
    const { world, life, run, remote } = await up();
    remote.provider.submit = async () => ({ kind: 'refused', failure: 'not-usable' });
    await createJob(life.intake, EVENT, UPLOADS, CHOICES);
    const broken = breakSave(world, 'created', 'away', 2);
    await run();
    expect(broken()).toBe(2);
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'failed', failure: 'not-usable' });
  });
});

describe('a hold whose job was never made', () => {
  it('is taken back while the bot runs', async () => {
    const { world, life, total } = await up();
    const { save } = world.disk.store;
    const { release } = world.disk.ledger;
    world.disk.store.save = async () => Promise.reject(away());
    world.disk.ledger.release = async () => Promise.reject(away());
    await expect(createJob(life.intake, EVENT, UPLOADS, CHOICES)).rejects.toThrow();
    expect(await total()).toMatchObject({ heldMicros: PRICE });
    Object.assign(world.disk.store, { save });
    Object.assign(world.disk.ledger, { release });
    await life.jobs.freeOrphans();
    expect(await total()).toMatchObject({ heldMicros: 0 });
  });
});
