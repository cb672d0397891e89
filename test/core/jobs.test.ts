import { describe, expect, it, vi } from 'vitest';
import { BrokenVideo, MachineBusy } from '../../src/core/media.ts';
import { COMPLETED, createRemote, PRICE } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';
import { HOUR, started, TODAY } from './started.ts';

describe('a job', () => {
  it('goes from files to video, and the ledger has just what was billed', async () => {
    const { world, life, job } = await started();
    await life.scheduler.runAll();
    expect(world.shown.map(({ state }) => state)).toEqual([
      'created',
      'submitting',
      'queued',
      'queued',
      'running',
      'running',
      'completed',
      'completed',
      'delivered',
    ]);
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: PRICE });
    expect(await world.disk.ledger.totals(TODAY)).toEqual({
      heldMicros: 0,
      heldJobs: 0,
      settledMicros: PRICE,
      settledJobs: 1,
    });
  });

  it('is created once, however often its event is delivered and whatever its state', async () => {
    const { life, remote, created } = await started();
    const twice = await Promise.all([
      createJob(life.intake, EVENT, UPLOADS, CHOICES),
      createJob(life.intake, EVENT, UPLOADS, CHOICES),
    ]);
    await life.scheduler.runAll();
    const later = await createJob(life.intake, EVENT, UPLOADS, CHOICES);
    for (const again of [...twice, later]) expect(again.ok && created.ok && again.value.id).toBe(EVENT.id);
    expect(remote.submits).toEqual([EVENT.id]);
  });

  it('keeps its hold when it is made while the jobs of last time are taken up', async () => {
    const world = createWorld();
    const life = world.boot();
    const { save } = life.ctx.store;
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    life.ctx.store.save = async (job) => {
      reached.resolve();
      await gate.promise;
      return save(job);
    };
    const making = createJob(life.intake, EVENT, UPLOADS, CHOICES);
    await reached.promise;
    const recovering = life.jobs.recover();
    // The page may be asked as soon as it is up; so far nothing says whose hold that is.
    await new Promise(setImmediate);
    gate.resolve();
    expect((await making).ok).toBe(true);
    await recovering;
    expect(await world.disk.ledger.held()).toEqual([EVENT.id]);
  });

  it('is refused before anything is sent when the budget has no room', async () => {
    const { world, life, created, remote } = await started({ budgetMicros: PRICE - 1 });
    await life.scheduler.runAll();
    expect(created).toMatchObject({ ok: false, refusal: { code: 'over-quota', leftMicros: PRICE - 1 } });
    expect(remote.submits).toEqual([]);
    expect(await world.disk.store.get(EVENT.id)).toBeUndefined();
  });

  it('settles to the bill when that is higher than the quote', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ ...COMPLETED, costMicros: PRICE * 2 }];
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ costMicros: PRICE * 2 });
    expect((await world.disk.ledger.totals(TODAY)).settledMicros).toBe(PRICE * 2);
  });

  it('costs nothing when the provider says that it failed and billed nothing', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'failed', failure: 'no-person-in-image', costMicros: 0 }];
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'no-person-in-image', costMicros: 0 });
    expect(await world.disk.ledger.totals(TODAY)).toEqual({
      heldMicros: 0,
      heldJobs: 0,
      settledMicros: 0,
      settledJobs: 0,
    });
  });

  it('outlives a provider that does not answer for a while', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'running' }, ...Array.from({ length: 8 }, () => new Error('503')), COMPLETED];
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
  });

  it('ends at its deadline with a cancel, free of charge when the provider confirms it', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'running' }];
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll(world.time.now + 2 * HOUR);
    expect(remote.cancelled).toHaveLength(1);
    expect(await job()).toMatchObject({ state: 'failed', failure: 'timed-out', costMicros: 0 });
    expect(await job()).not.toHaveProperty('unsettledMicros');
    expect((await world.disk.ledger.totals(TODAY)).heldMicros).toBe(0);
  });

  it.each(['asked', 'too-late'] as const)(
    'that the provider goes on with past the deadline (%s) may still be billed, and says so',
    async (answer) => {
      const remote = createRemote('paid');
      remote.statuses = [{ state: 'running' }];
      remote.cancels = [answer];
      const { world, life, job } = await started({ remotes: [remote] });
      await life.scheduler.runAll(world.time.now + 2 * HOUR);
      expect(await job()).toMatchObject({
        state: 'failed',
        failure: 'timed-out',
        costMicros: 0,
        unsettledMicros: PRICE,
      });
      expect((await world.disk.ledger.totals(TODAY)).heldMicros).toBe(PRICE);
      expect((await world.disk.ledger.totals({ ...TODAY, scope: 'space:web' })).heldMicros).toBe(0);
    },
  );

  it('is not given up for one fault at the deadline: its video may be there', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'running' }];
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll(world.time.now + HOUR - 1);
    const cancel = remote.provider.cancel;
    remote.provider.cancel = () => Promise.reject(new Error('the network is waking up'));
    remote.statuses = [new Error('no answer'), new Error('no answer'), COMPLETED];
    await life.scheduler.runAll();
    remote.provider.cancel = cancel;
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: PRICE });
  });

  it('whose provider never answers again ends hours after its deadline, of unknown cost', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'running' }, new Error('gone')];
    remote.provider.cancel = () => Promise.reject(new Error('gone'));
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll(world.time.now + 10 * HOUR);
    expect(await job()).toMatchObject({ state: 'failed', failure: 'timed-out', unsettledMicros: PRICE });
  });

  it('whose video is gone from the provider was billed all the same', async () => {
    const { world, life, job } = await started();
    life.ctx.fetcher.fetch = async () => 'gone';
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'result-lost', costMicros: PRICE });
    expect((await world.disk.ledger.totals(TODAY)).settledMicros).toBe(PRICE);
  });

  it('waits for hours for a video that can not be fetched, and then gets it', async () => {
    const { world, life, job } = await started();
    let tries = 0;
    life.ctx.fetcher.fetch = async () => {
      tries += 1;
      if (tries < 200) throw new Error('503');
      return 'here';
    };
    const begun = world.time.now;
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
    expect(world.time.now - begun).toBeGreaterThan(2 * HOUR);
  });

  it('does not download for ever what is no video', async () => {
    const { life, job } = await started({
      media: {
        probeVideo: () => Promise.reject(new BrokenVideo()),
      },
    });
    let tries = 0;
    life.ctx.fetcher.fetch = async () => {
      tries += 1;
      return 'here';
    };
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'result-lost', costMicros: PRICE });
    expect(tries).toBeLessThan(30);
  });

  it('waits for this machine to have time for a video that has come, without fetching it again', async () => {
    const ends = [new MachineBusy('no answer'), new MachineBusy('killed')];
    const { life, job } = await started({
      media: {
        async probeVideo() {
          const end = ends.shift();
          if (end) throw end;
          return { width: 1, height: 1, durationMs: 3000 };
        },
      },
    });
    let fetched = 0;
    life.ctx.fetcher.fetch = async () => {
      fetched += 1;
      return 'here';
    };
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: PRICE });
    expect([fetched, ends.length]).toEqual([1, 0]);
  });

  /** How often it was fetched and looked at before the job was over. */
  async function unseen(end: () => Error, clip = {}) {
    const count = { fetched: 0, looks: 0 };
    const { world, life, job } = await started({
      clip,
      media: {
        async probeVideo() {
          count.looks += 1;
          throw end();
        },
      },
    });
    life.ctx.fetcher.fetch = async () => {
      count.fetched += 1;
      return 'here';
    };
    await life.scheduler.runAll(world.time.now + HOUR);
    return { ...count, world, job: await job() };
  }

  it.each([
    ['too heavy', Object.assign(new Error('too heavy'), { retryHelps: false })],
    ['what crashes the child', Object.assign(new Error('SIGSEGV'), { retryHelps: true })],
    ['what a look fails at for a reason of ours', new Error('no such task')],
  ])('hands over a whole video that is %s here, in the shape of its clip, fetched once', async (_, end) => {
    const clip = { width: 1080, height: 1920, durationMs: 5000 };
    const { fetched, looks, job, world } = await unseen(() => end, clip);
    expect(job).toMatchObject({ state: 'delivered', costMicros: PRICE, video: clip });
    expect([fetched, looks]).toEqual([1, 1]);
    expect((await world.disk.ledger.totals(TODAY)).settledMicros).toBe(PRICE);
  });

  it('waits a counted number of times for a machine that stays busy, then hands the video over', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.setTimerTickMode('nextTimerAsync');
    try {
      const { fetched, looks, job } = await unseen(() => new MachineBusy('no turn'));
      expect(job).toMatchObject({
        state: 'delivered',
        costMicros: PRICE,
        video: { width: 720, height: 1280 },
      });
      expect([fetched, looks]).toEqual([1, 5]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves its video for the next start when the look was broken off by the end of this process', async () => {
    const { world, life, job } = await started({
      media: {
        async probeVideo() {
          void life.jobs.stop();
          await new Promise(setImmediate);
          throw new Error('the pool is stopped');
        },
      },
    });
    await life.scheduler.runAll(world.time.now + HOUR);
    expect(await job()).toMatchObject({ state: 'running', phase: { kind: 'fetching' } });
    const next = world.boot();
    await next.jobs.recover();
    await next.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
  });

  it('is fetched from where its provider has the file now, or makes it again, where that was on a disk', async () => {
    const remote = createRemote('paid');
    const at = (path: string) => ({ ...COMPLETED, result: { kind: 'file' as const, path } });
    remote.statuses = [at('/old/draft.mp4'), { state: 'running' }, at('/new/draft.mp4')];
    const { life, job } = await started({ remotes: [remote] });
    const fetched: unknown[] = [];
    life.ctx.fetcher.fetch = async (result) => {
      fetched.push(result);
      return 'here';
    };
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
    expect(fetched).toEqual([{ kind: 'file', path: '/new/draft.mp4' }]);
  });

  it('is on record without the path that it has on one machine', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ ...COMPLETED, result: { kind: 'file', path: '/old/draft.mp4' } }];
    const { life, job, world } = await started({ remotes: [remote] });
    life.ctx.fetcher.fetch = async () => {
      throw new Error('the disk is slow');
    };
    await life.scheduler.runAll(world.time.now + HOUR);
    expect(await job()).toMatchObject({ phase: { kind: 'fetching', result: { kind: 'file' } } });
    expect(JSON.stringify(await job())).not.toContain('/old/');
  });

  it('is lost where its provider can neither find nor make it again', async () => {
    const remote = createRemote('paid');
    const failed = { state: 'failed' as const, failure: 'timed-out' as const, costMicros: 0 };
    remote.statuses = [{ ...COMPLETED, result: { kind: 'file', path: '/old/draft.mp4' } }, failed];
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'result-lost' });
  });

  it('costs what the video that came is long, where the provider names no figure', async () => {
    const remote = createRemote('paid');
    const { costMicros: _named, ...unnamed } = COMPLETED;
    remote.statuses = [unnamed];
    remote.provider.costOf = (_request, seconds) => seconds * 70_000;
    const { life, job } = await started({
      remotes: [remote],
      media: { probeVideo: async () => ({ width: 1, height: 1, durationMs: 3020 }) },
    });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: 210_000 });
  });

  it('takes the video that is there after all at the deadline', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'running' }];
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll(world.time.now + HOUR - 1);
    remote.statuses = [COMPLETED];
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: PRICE });
  });
});
