/** Jobs at a provider that refuses twins, but does not always show what it is working on. */
import { describe, expect, it } from 'vitest';
import { takeWebhook } from '../../src/core/job/webhook.ts';
import { createRemote, PRICE } from '../fakes/remote.ts';
import { createSameIdRemote, type SameIdRemote } from '../fakes/same-id-remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS, type World } from '../fakes/world.ts';
import { HOUR, started, TODAY } from './started.ts';

const MINUTE = 60_000;
type Fates = SameIdRemote['fates'];

function remoteWith(fates: Fates, unseenFor = 0): SameIdRemote {
  const remote = createSameIdRemote('some');
  remote.fates = [...fates];
  remote.unseenFor = unseenFor;
  return remote;
}

async function begun(fates: Fates, unseenFor = 0) {
  const remote = remoteWith(fates, unseenFor);
  const other = createRemote('other');
  const all = await started({ remotes: [remote, other] });
  const book = () => all.world.disk.ledger.totals(TODAY);
  return { ...all, remote, other, book };
}

describe('a lost job that its provider does not show', () => {
  it('is found by a later look, and is sent once, when it shows within a minute', async () => {
    const { remote, life, job, book } = await begun(['lost'], 1);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: PRICE });
    expect(remote.calls).toEqual([EVENT.id]);
    expect(await book()).toMatchObject({ heldMicros: 0, settledMicros: PRICE, settledJobs: 1 });
  });

  it('is known to be there by the refusal of its twin', async () => {
    const { remote, life, job, book } = await begun(['lost'], Number.POSITIVE_INFINITY);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', operation: { id: 'op-1' } });
    expect(remote.calls).toEqual([EVENT.id, EVENT.id]);
    expect(remote.submits).toEqual([EVENT.id]);
    expect(await book()).toMatchObject({ heldMicros: 0, settledMicros: PRICE, settledJobs: 1 });
  });

  it('and that never came there has the same id sent again', async () => {
    const { remote, life, job } = await begun(['vanished', 'vanished']);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
    expect(remote.calls).toEqual(Array(3).fill(EVENT.id));
    expect(remote.submits).toEqual([EVENT.id]);
  });

  it('is sent again with the same addresses of its files, by which it may be known, also after a restart', async () => {
    const { world, remote, life, job } = await begun(['vanished', 'vanished']);
    const { submit, find } = remote.provider;
    const seen: unknown[] = [];
    remote.provider.submit = (id, request, uploaded, signal) => {
      seen.push(uploaded);
      return submit(id, request, uploaded, signal);
    };
    remote.provider.find = async (id, request, uploaded) => {
      seen.push(uploaded);
      return find?.(id, request, uploaded);
    };
    await life.scheduler.runNext();
    await life.scheduler.runAll(world.time.now + 90_000);
    world.fuse.newLife();
    const later = world.boot();
    await later.jobs.recover();
    await later.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
    expect(remote.calls).toHaveLength(3);
    expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(remote.uploads).toBe(1);
  });

  it('is sent again only within five minutes of the first time, whatever became of the others', async () => {
    const { world, remote, other, life, job, book } = await begun(Array(500).fill('vanished'));
    const first = world.time.now;
    await life.scheduler.runAll(first + 5 * MINUTE);
    const sent = remote.calls.length;
    expect(sent).toBeGreaterThan(2);
    await life.scheduler.runAll();
    expect(remote.calls).toHaveLength(sent);
    // That nothing shows proves nothing: it may still be billed.
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate', unsettledMicros: PRICE });
    expect((await book()).heldMicros).toBe(PRICE);
    expect(other.submits).toEqual([]);
  });

  it('is still looked for after that, and found late', async () => {
    const { remote, life, job } = await begun(['lost', ...Array(500).fill('vanished')], 20);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: PRICE });
    expect(remote.submits).toEqual([EVENT.id]);
  });

  it('is not sent again by a process that starts long after', async () => {
    const { world, remote, life, job } = await begun(['vanished']);
    await life.scheduler.runNext();
    world.fuse.newLife();
    world.time.now += 6 * MINUTE;
    const later = world.boot();
    await later.jobs.recover();
    await later.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate', unsettledMicros: PRICE });
    expect(remote.calls).toHaveLength(1);
  });

  it('is not sent again by another account of the operator’s', async () => {
    const { remote, life, job } = await begun(['vanished']);
    await life.scheduler.runNext();
    remote.provider.account = 'another';
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate', unsettledMicros: PRICE });
    expect(remote.calls).toHaveLength(1);
  });

  it('and whose twin is refused for another reason may be there all the same: its price stays aside', async () => {
    const { remote, life, job, book } = await begun(['vanished', 'refused']);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate', unsettledMicros: PRICE });
    expect(remote.calls).toHaveLength(2);
    expect((await book()).heldMicros).toBe(PRICE);
  });

  it('is looked for at once when its provider calls, which nothing is believed of', async () => {
    const { world, remote, life, job } = await begun(['lost'], 1);
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

  it('and was reported since is not sent again, and its price stays aside', async () => {
    const { world, remote, life, job } = await begun(['vanished']);
    await life.scheduler.runNext();
    life.ctx.cases.hides = async () => true;
    await life.scheduler.runAll(world.time.now + 2 * HOUR);
    expect(await job()).toMatchObject({ state: 'failed', unsettledMicros: PRICE });
    expect(remote.calls).toHaveLength(1);
  });
});

describe('a crash at any effect of a job whose provider does not always show it', () => {
  const live = async (world: World) => {
    const { jobs, intake, scheduler } = world.boot();
    await jobs.recover();
    await createJob(intake, EVENT, UPLOADS, CHOICES);
    await scheduler.runAll(world.time.now + 4 * HOUR);
  };

  const CASES: [what: string, fates: Fates, unseenFor: number][] = [
    ['is taken at once', [], 0],
    ['is taken, and its answer is lost', ['lost'], 0],
    ['is taken, its answer is lost, and it shows late', ['lost'], 3],
    ['is taken, its answer is lost, and its twin is refused before it shows', ['lost', 'lost'], 9],
    ['never arrives', ['vanished'], 0],
    ['arrives late', ['late'], 0],
  ];
  it.each(CASES)('that %s leads to one bill and the video, whenever it happens', async (_, fates, unseen) => {
    const make = () => createWorld({ remotes: [remoteWith(fates, unseen), createRemote('other')] });
    const counted = make();
    void counted.fuse.arm(Number.POSITIVE_INFINITY);
    await live(counted);
    const effects = counted.fuse.count();
    expect(effects).toBeGreaterThan(20);
    for (let effect = 1; effect <= effects; effect += 1) {
      const world = make();
      const blown = world.fuse.arm(effect);
      const crashed = await Promise.race([live(world).then(() => false), blown.then(() => true)]);
      expect(crashed, `effect ${effect}`).toBe(true);
      await live(world);
      expect(await world.disk.store.get(EVENT.id), `effect ${effect}`).toMatchObject({
        state: 'delivered',
        costMicros: PRICE,
      });
      expect(
        world.remotes.map(({ submits }) => submits),
        `effect ${effect}`,
      ).toEqual([[EVENT.id], []]);
      expect(await world.disk.ledger.totals(TODAY)).toMatchObject({
        heldMicros: 0,
        settledMicros: PRICE,
        settledJobs: 1,
      });
    }
  });
});
