import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/core/job/job.ts';
import { takeWebhook } from '../../src/core/job/webhook.ts';
import { createRemote, PRICE } from '../fakes/remote.ts';
import { createSameIdRemote } from '../fakes/same-id-remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';
import { HOUR, started, TODAY } from './started.ts';

async function begun(...fates: ReturnType<typeof createSameIdRemote>['fates']) {
  const remote = createSameIdRemote();
  remote.fates = fates;
  const other = createRemote('other');
  const all = await started({ remotes: [remote, other] });
  const book = () => all.world.disk.ledger.totals(TODAY);
  return { ...all, remote, other, book };
}

describe('a lost answer of a provider that knows jobs by our id', () => {
  it('to a job that was taken is made good by looking: it is sent once', async () => {
    const { remote, other, life, job, book } = await begun('lost');
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', operation: { id: 'op-1' }, costMicros: PRICE });
    expect(remote.calls).toEqual([EVENT.id]);
    expect(other.submits).toEqual([]);
    expect(await book()).toMatchObject({ heldMicros: 0, settledMicros: PRICE, settledJobs: 1 });
  });

  it('to a job that never came there has the same id sent again', async () => {
    const { remote, life, job } = await begun('vanished');
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({
      state: 'delivered',
      attempts: [{ provider: 'kept', outcome: 'sent' }],
    });
    expect(remote.calls).toEqual([EVENT.id, EVENT.id]);
    expect(remote.submits).toEqual([EVENT.id]);
  });

  it('to a job that came there only after the look is refused as a twin, and found by the next look', async () => {
    const { remote, life, job } = await begun('late');
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', operation: { id: 'op-1' } });
    expect(remote.calls).toHaveLength(2);
    expect(remote.submits).toEqual([EVENT.id]);
    expect(remote.looks).toBe(3);
  });

  it('is not sent again while the first call may still be on its way', async () => {
    const { world, remote, life, job } = await begun('vanished');
    await life.scheduler.runAll(world.time.now + 29_000);
    expect(await job()).toMatchObject({ state: 'unknown' });
    expect([remote.looks > 0, remote.calls.length]).toEqual([true, 1]);
  });

  it('is not sent again by another account of the operator’s, which can know nothing of it', async () => {
    const { remote, life, job } = await begun('vanished');
    await life.scheduler.runNext();
    remote.provider.account = 'another';
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate', unsettledMicros: PRICE });
    expect(remote.calls).toHaveLength(1);
  });

  it('is looked for before anything is sent again, for as long as the provider does not answer', async () => {
    const { remote, life, job } = await begun('lost');
    remote.lookFails = 20;
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: PRICE });
    expect(remote.calls).toHaveLength(1);
  });

  it('ends with the truth about its bill when the provider never answers again by its deadline', async () => {
    const { remote, life, job, book } = await begun('lost');
    remote.lookFails = Number.POSITIVE_INFINITY;
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({
      state: 'failed',
      failure: 'unknown-fate',
      unsettledMicros: PRICE,
    });
    expect(remote.calls).toHaveLength(1);
    expect((await book()).heldMicros).toBe(PRICE);
  });

  it('again and again is sent no more past its deadline, and costs nothing as nothing is there', async () => {
    const { remote, other, life, job, book } = await begun(...Array(500).fill('vanished'));
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'provider-down', costMicros: 0 });
    expect(await job()).not.toHaveProperty('unsettledMicros');
    // Once at first, and then every minute of an hour.
    expect(remote.calls).toHaveLength(60);
    expect(remote.submits.concat(other.submits)).toEqual([]);
    expect((await book()).heldMicros).toBe(0);
  });

  it('and then a no ends the job free of charge, after one more look, and nobody else is asked', async () => {
    const { remote, other, life, job, book } = await begun('vanished', 'refused');
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({
      state: 'failed',
      failure: 'provider-out-of-balance',
      costMicros: 0,
    });
    expect(remote.looks).toBe(3);
    expect(other.submits).toEqual([]);
    expect((await book()).heldMicros).toBe(0);
  });

  it('and then no room has it looked for and sent again', async () => {
    const { remote, life, job } = await begun('vanished', 'full', 'full');
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
    expect(remote.calls).toHaveLength(4);
    expect(remote.looks).toBe(4);
  });

  it('leaves a job that is found late its whole time', async () => {
    const { world, remote, life, job } = await begun(...Array(58).fill('vanished'));
    remote.statuses = [{ state: 'running' }];
    await life.scheduler.runAll(world.time.now + 1.5 * HOUR);
    expect(await job()).toMatchObject({ state: 'running' });
  });

  it('is looked for at once when a webhook only says that there is news', async () => {
    const { world, remote, life, job } = await begun('lost');
    remote.lookFails = 1;
    remote.provider.parseWebhook = async () => ({ kind: 'look' });
    await life.scheduler.runNext();
    await life.scheduler.runNext();
    expect(await job()).toMatchObject({ state: 'unknown' });
    const before = world.time.now;
    const news = { provider: 'kept', jobId: EVENT.id, headers: {}, body: Buffer.from('{}') };
    expect(await takeWebhook(life.ctx, news)).toBe('taken');
    await life.scheduler.runNext();
    expect([world.time.now, (await job())?.state]).toEqual([before, 'queued']);
  });
});

describe('a provider that bills twins', () => {
  it('never gets a job again, even where it knows of none', async () => {
    const remote = createRemote('paid');
    remote.answers = ['lost'];
    remote.provider.find = async () => 'absent';
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate', unsettledMicros: PRICE });
    expect(remote.submits).toHaveLength(1);
  });
});

describe('a provider that has no room', () => {
  it('is asked again with the same job until it has, while the files lie there and nobody else is asked', async () => {
    const { world, remote, other, life, job } = await begun('full', 'full', 'full');
    await life.scheduler.runNext();
    expect(await job()).toMatchObject({
      state: 'created',
      full: { provider: 'kept', image: 'up/image-1' },
      attempts: [],
    });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({
      state: 'delivered',
      attempts: [{ provider: 'kept', outcome: 'sent' }],
    });
    expect(remote.calls).toEqual(Array(4).fill(EVENT.id));
    expect([remote.uploads, remote.submits.length, other.submits.length]).toEqual([1, 1, 0]);
    const waiting = (one: Job) => 'full' in one && one.full !== undefined;
    expect(world.shown.filter(waiting).map(({ state }) => state)).toEqual([
      'created',
      'submitting',
      'created',
      'submitting',
      'created',
      'submitting',
    ]);
  });

  it('is asked ever more rarely, and not more than twice a minute in the end', async () => {
    const { world, remote, life } = await begun(...Array(1000).fill('full'));
    await life.scheduler.runAll(world.time.now + HOUR / 2);
    const before = remote.calls.length;
    await life.scheduler.runAll(world.time.now + HOUR / 4);
    expect(remote.calls.length - before).toBe(30);
  });

  it('costs nothing when the member does not want to wait any longer', async () => {
    const { life, job, book } = await begun('full');
    await life.scheduler.runNext();
    expect(await life.jobs.cancel(EVENT.id)).toMatchObject({ ok: true, value: { how: 'cancelled' } });
    expect(await job()).toMatchObject({ state: 'cancelled', costMicros: 0 });
    expect((await book()).heldMicros).toBe(0);
  });

  it('for as long as a job may take ends it free of charge', async () => {
    const { remote, life, job, book } = await begun(...Array(1000).fill('full'));
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'provider-busy', costMicros: 0 });
    expect([remote.submits, (await book()).heldMicros]).toEqual([[], 0]);
  });

  it('leaves a job that had to wait its whole time, also after a restart', async () => {
    const { world, remote, life, job } = await begun(...Array(1000).fill('full'));
    await life.scheduler.runAll(world.time.now + HOUR - 60_000);
    world.fuse.newLife();
    const later = world.boot();
    await later.jobs.recover();
    remote.fates = [];
    remote.statuses = [{ state: 'running' }];
    await later.scheduler.runAll(world.time.now + HOUR / 2);
    expect(await job()).toMatchObject({ state: 'running' });
  });

  it('and has been taken out of the configuration leaves the job to another', async () => {
    const { world, other, job, life } = await begun('full');
    await life.scheduler.runNext();
    world.fuse.newLife();
    world.remotes.shift();
    const later = world.boot();
    await later.jobs.recover();
    await later.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', provider: 'other' });
    expect(other.submits).toHaveLength(1);
  });
});

describe('a provider that never cancels', () => {
  it('says so in the price, and its jobs offer no cancel once they are sent', async () => {
    const { life, job } = await begun('full');
    const { cancellable } = await import('../../src/core/job/cancel.ts');
    await life.scheduler.runNext();
    const waiting = await job();
    expect(waiting?.quote.notes).toContain('no-cancel');
    expect(waiting && cancellable(waiting)).toBe(true);
    await life.scheduler.runNext();
    const sent = await job();
    expect(sent).toMatchObject({ state: 'queued' });
    expect(sent && cancellable(sent)).toBe(false);
    expect(await life.jobs.cancel(EVENT.id)).toMatchObject({
      ok: false,
      refusal: { code: 'not-cancellable', state: 'queued' },
    });
  });

  it('takes its place among those that render at once all the same', async () => {
    const { life, world } = await begun();
    await life.scheduler.runNext();
    const member = { ...EVENT.requester, platform: 'discord', spaceId: 'discord:10', memberId: 'discord:7' };
    for (const id of ['discord:1', 'discord:2'])
      await createJob(life.intake, { id, requester: member }, UPLOADS, CHOICES);
    await life.scheduler.runAll(world.time.now);
    expect((await world.disk.store.get('discord:1'))?.state).not.toBe('created');
    expect(await world.disk.store.get('discord:2')).toMatchObject({ state: 'created', place: 1 });
  });
});

describe('a crash at any effect of a job whose provider refuses twins', async () => {
  type Fates = ReturnType<typeof createSameIdRemote>['fates'];
  const make = (fates: Fates) => {
    const remote = createSameIdRemote();
    remote.fates = [...fates];
    return { remote, world: createWorld({ remotes: [remote, createRemote('other')] }) };
  };
  const live = async ({ world }: ReturnType<typeof make>) => {
    const { jobs, intake, scheduler } = world.boot();
    await jobs.recover();
    await createJob(intake, EVENT, UPLOADS, CHOICES);
    await scheduler.runAll(world.time.now + 4 * HOUR);
  };

  const CASES: [what: string, fates: Fates][] = [
    ['is taken at once', []],
    ['is taken, and its answer is lost', ['lost']],
    ['never arrives', ['vanished']],
    ['arrives late', ['late']],
    ['finds no room at first', ['full']],
  ];
  it.each(CASES)('that %s leads to one bill and the video, whenever it happens', async (_, fates) => {
    const counted = make(fates);
    void counted.world.fuse.arm(Number.POSITIVE_INFINITY);
    await live(counted);
    const effects = counted.world.fuse.count();
    expect(effects).toBeGreaterThan(20);
    for (let effect = 1; effect <= effects; effect += 1) {
      const tried = make(fates);
      const blown = tried.world.fuse.arm(effect);
      const crashed = await Promise.race([live(tried).then(() => false), blown.then(() => true)]);
      expect(crashed, `effect ${effect}`).toBe(true);
      await live(tried);
      expect(await tried.world.disk.store.get(EVENT.id), `effect ${effect}`).toMatchObject({
        state: 'delivered',
        costMicros: PRICE,
      });
      expect(tried.remote.submits, `effect ${effect}`).toEqual([EVENT.id]);
      expect(tried.world.remotes[1]?.submits).toEqual([]);
      expect(await tried.world.disk.ledger.totals(TODAY)).toMatchObject({
        heldMicros: 0,
        settledMicros: PRICE,
        settledJobs: 1,
      });
    }
  });
});
