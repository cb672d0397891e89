import { describe, expect, it } from 'vitest';
import { createRemote, PRICE } from '../fakes/remote.ts';
import { CHAT_EVENT, CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';
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

  it("weighs on the operator's budget alone from its deadline on, as a line of suspense", async () => {
    const world = createWorld();
    const life = world.boot();
    await life.jobs.recover();
    const [remote] = world.remotes;
    if (remote) remote.answers = ['lost'];
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    const { memberId, spaceId } = CHAT_EVENT.requester;
    const held = () =>
      Promise.all(
        ['operator', `space:${spaceId}`, `member:${spaceId}/${memberId}`].map(
          async (scope) => (await world.disk.ledger.totals({ ...TODAY, scope })).heldMicros,
        ),
      );
    await life.scheduler.runAll(world.time.now + HOUR / 2);
    expect(await held()).toEqual([PRICE, PRICE, PRICE]);
    await life.scheduler.runAll();
    expect(await held()).toEqual([PRICE, 0, 0]);
    expect(await world.disk.ledger.suspended()).toMatchObject([{ jobId: CHAT_EVENT.id, heldMicros: PRICE }]);
  });
});
