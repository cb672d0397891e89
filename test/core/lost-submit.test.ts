import { describe, expect, it } from 'vitest';
import { takeWebhook } from '../../src/core/job/webhook.ts';
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

  it('is looked for by the addresses that were sent, which are on disk before, and never by others', async () => {
    const remote = createRemote('paid');
    const asked: unknown[] = [];
    let uploads = 0;
    remote.answers = ['lost'];
    remote.provider.upload = async () => {
      uploads += 1;
      return { image: `up/image-${uploads}`, clip: `up/clip-${uploads}` };
    };
    remote.provider.find = async (_id, _request, uploaded) => {
      asked.push(uploaded);
      if (asked.length === 1) throw new Error('the list can not be read now');
      return asked.length < 4 ? undefined : { id: 'found' };
    };
    const { world, job } = await started({ remotes: [remote] });
    await world.boot().jobs.recover();
    const life = world.boot();
    await life.jobs.recover();
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', operation: { id: 'found' } });
    expect(asked).toEqual(Array(4).fill({ image: 'up/image-1', clip: 'up/clip-1' }));
    expect([uploads, remote.submits.length]).toEqual([1, 1]);
  });

  it('is looked for ever more rarely, and its end is told when nothing is found by its deadline', async () => {
    const remote = createRemote('paid');
    const at: number[] = [];
    remote.answers = ['lost'];
    const { world, life, job } = await started({ remotes: [remote] });
    remote.provider.find = async () => {
      at.push(world.time.now);
      throw new Error('the list can not be read');
    };
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate' });
    expect(at.length).toBeLessThan(80);
    expect(remote.submits).toHaveLength(1);
  });

  it('is settled by a webhook also where the provider can not be asked for it', async () => {
    const remote = createRemote('paid');
    remote.answers = ['lost'];
    remote.provider.find = async () => {
      throw new Error('the key may not list requests');
    };
    remote.provider.parseWebhook = async () => ({ kind: 'operation', operation: { id: 'told' } });
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll(world.time.now + 1_000);
    expect(await job()).toMatchObject({ state: 'unknown' });
    const news = { provider: 'paid', jobId: EVENT.id, headers: {}, body: Buffer.from('') };
    expect(await takeWebhook(life.ctx, news)).toBe('taken');
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', operation: { id: 'told' } });
  });

  it('never takes over a handle that another job has', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'running' }];
    const { world, life } = await started({ remotes: [remote] });
    await life.scheduler.runAll(world.time.now + 60_000);
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({ operation: { id: 'op-1' } });
    remote.answers = ['lost'];
    remote.provider.find = async () => ({ id: 'op-1', submittedAt: 7 });
    await createJob(life.intake, CHAT_EVENT, UPLOADS, CHOICES);
    await life.scheduler.runAll(world.time.now + 10 * 60_000);
    expect(await world.disk.store.get(CHAT_EVENT.id)).toMatchObject({ state: 'unknown' });
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

describe('a crash at any effect of a job that its provider bills twice when it is sent twice', () => {
  const listed = { id: 'listed' };
  const make = (looks: number) => {
    const remote = createRemote('paid');
    remote.answers = ['lost'];
    let left = looks;
    remote.provider.find = async () => {
      left -= 1;
      return remote.submits.length > 0 && left < 0 ? listed : undefined;
    };
    return { remote, world: createWorld({ remotes: [remote, createRemote('other')] }) };
  };
  const live = async ({ world }: ReturnType<typeof make>) => {
    const { jobs, intake, scheduler } = world.boot();
    await jobs.recover();
    await createJob(intake, EVENT, UPLOADS, CHOICES);
    await scheduler.runAll(world.time.now + 2 * HOUR);
  };

  it.each([
    ['is listed late', 3],
    ['is never listed', Number.POSITIVE_INFINITY],
  ])('and whose answer is lost, and that %s, never sends it twice', async (_, looks) => {
    const counted = make(looks);
    void counted.world.fuse.arm(Number.POSITIVE_INFINITY);
    await live(counted);
    const effects = counted.world.fuse.count();
    expect(effects).toBeGreaterThan(20);
    const ends = new Set<string>();
    for (let effect = 1; effect <= effects; effect += 1) {
      const tried = make(looks);
      const blown = tried.world.fuse.arm(effect);
      const crashed = await Promise.race([live(tried).then(() => false), blown.then(() => true)]);
      expect(crashed, `effect ${effect}`).toBe(true);
      await live(tried);
      const job = await tried.world.disk.store.get(EVENT.id);
      ends.add(job?.state === 'failed' ? job.failure : (job?.state ?? 'gone'));
      expect(tried.world.remotes.flatMap(({ submits }) => submits).length, `effect ${effect}`).toBeLessThan(
        2,
      );
      if (looks === 3 && tried.remote.submits.length === 1)
        expect(job, `effect ${effect}`).toMatchObject({ state: 'delivered', costMicros: PRICE });
    }
    // A death just before the call leaves nothing there to be found.
    expect([...ends].sort()).toEqual(looks === 3 ? ['delivered', 'unknown-fate'] : ['unknown-fate']);
  });
});
