/** Two processes that both believe a job is theirs: each with locks, a line and a clock of its own, on the same records. */
import { describe, expect, it } from 'vitest';
import { createRemote, PRICE } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, type Incarnation, UPLOADS } from '../fakes/world.ts';

/** Before the job's deadline: the turned clock of one could come to it within a single call of the other. */
const HALF_AN_HOUR_MS = 30 * 60_000;

async function twoOwners(world = createWorld()) {
  const owners = [world.boot(), world.boot({ beside: true })] as const;
  for (const { jobs } of owners) await jobs.recover();
  const [first, second] = owners;
  await createJob(first.intake, EVENT, UPLOADS, CHOICES);
  const until = world.time.now + HALF_AN_HOUR_MS;
  const run = ({ scheduler }: Incarnation) => scheduler.runAll(until);
  const believes = ({ scheduler }: Incarnation) => scheduler.at(EVENT.id, world.time.now);
  return { world, first, second, run, believes };
}

const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await new Promise(setImmediate);
};

const bookOf = (world: ReturnType<typeof createWorld>) =>
  world.disk.ledger.totals({ scope: 'operator', window: 'day:2026-11-21' });

describe('two who both believe that a job is theirs', () => {
  it.each(Array.from({ length: 40 }, (_, index) => index))(
    'make one submit and one bill of it, and deliver it, when the second begins %i turns after the first',
    async (later) => {
      const { world, first, second, run, believes } = await twoOwners();
      const running = run(first);
      await turns(later);
      believes(second);
      await Promise.all([running, run(second)]);
      // Whoever gave way looked again later, and found that it was done.
      believes(first);
      await run(first);
      expect(world.remotes[0]?.submits).toEqual([EVENT.id]);
      expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'delivered', costMicros: PRICE });
      expect(await bookOf(world)).toMatchObject({ heldMicros: 0, settledMicros: PRICE, settledJobs: 1 });
      expect(world.disk.queue.entries.size).toBe(0);
      // A chat tells the twin of a delivery by its key; that two are tried at once is not for the record to prevent.
      expect(world.delivered.length).toBeGreaterThan(0);
    },
  );

  it('lose no answer that comes after the other one has taken the job for lost', async () => {
    const remote = createRemote('paid');
    const [answer, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { submit } = remote.provider;
    remote.provider.submit = async (...args) => {
      asked.resolve();
      await answer.promise;
      return submit(...args);
    };
    const { world, first, second, run, believes } = await twoOwners(createWorld({ remotes: [remote] }));
    const running = run(first);
    await asked.promise;
    believes(second);
    await second.scheduler.runNext();
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'unknown' });
    answer.resolve();
    await running;
    expect(remote.submits).toEqual([EVENT.id]);
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({
      state: 'delivered',
      operation: { id: 'op-1' },
      costMicros: PRICE,
    });
    expect(await bookOf(world)).toMatchObject({ heldMicros: 0, settledMicros: PRICE });
  });

  it('send nothing for a job that came to its end while the one who was about to send it stood still', async () => {
    const { world, first, second, run, believes } = await twoOwners(createWorld({ alone: false }));
    const [thawed, stands] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { save } = first.ctx.store;
    first.ctx.store.save = async (job, how) => {
      const saved = await save(job, how);
      if (job.state !== 'submitting') return saved;
      stands.resolve();
      await thawed.promise;
      return saved;
    };
    const running = run(first);
    await stands.promise;
    believes(second);
    await second.scheduler.runAll(world.time.now + 2 * HALF_AN_HOUR_MS);
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({ state: 'failed', failure: 'unknown-fate' });
    thawed.resolve();
    await running;
    expect(world.remotes[0]?.submits).toEqual([]);
  });
});
