import { describe, expect, it } from 'vitest';
import { createRemote, PRICE } from '../fakes/remote.ts';
import { EVENT } from '../fakes/world.ts';
import { HOUR, started, TODAY } from './started.ts';

describe('a lost answer to a submit', () => {
  it('keeps the hold, is told to the member, and nothing is sent again', async () => {
    const remote = createRemote('paid');
    remote.answers = ['lost'];
    const { world, life, job } = await started({ remotes: [remote, createRemote('other')] });
    await life.scheduler.runAll(world.time.now + HOUR / 2);
    expect(await job()).toMatchObject({ state: 'unknown' });
    expect((await world.disk.ledger.totals(TODAY)).heldMicros).toBe(PRICE);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate' });
    expect(world.remotes.flatMap(({ submits }) => submits)).toEqual([EVENT.id]);
  });

  it('is settled by a provider that knows the job by our id', async () => {
    const remote = createRemote('paid');
    remote.answers = ['lost'];
    remote.provider.find = async () => ({ id: 'found' });
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', operation: { id: 'found' } });
    expect(remote.submits).toHaveLength(1);
  });
});
