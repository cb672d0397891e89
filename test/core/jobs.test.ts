import { describe, expect, it } from 'vitest';
import { UploadRefused } from '../../src/core/upload-refused.ts';
import { COMPLETED, createRemote, PRICE } from '../fakes/remote.ts';
import { CHOICES, createWorld, EVENT, UPLOADS, type WorldOptions } from '../fakes/world.ts';

const TODAY = { scope: 'operator', window: 'day:2026-11-21' };
const HOUR = 3_600_000;

/** A job just created, in a process that is up. */
async function started(options: WorldOptions = {}) {
  const world = createWorld(options);
  const life = world.boot();
  await life.jobs.recover();
  const created = await life.intake.create(EVENT, UPLOADS, CHOICES);
  const job = () => world.disk.store.get(EVENT.id);
  return { world, life, created, job, remote: world.remotes[0] ?? createRemote('none') };
}

describe('a job', () => {
  it('goes from files to video, and the book holds just what was billed', async () => {
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

  it('is made once however often its event comes, and whatever has become of it', async () => {
    const { life, remote, created } = await started();
    const twice = await Promise.all([
      life.intake.create(EVENT, UPLOADS, CHOICES),
      life.intake.create(EVENT, UPLOADS, CHOICES),
    ]);
    await life.scheduler.runAll();
    const later = await life.intake.create(EVENT, UPLOADS, CHOICES);
    for (const again of [...twice, later]) expect(again.ok && created.ok && again.value.id).toBe(EVENT.id);
    expect(remote.submits).toEqual([EVENT.id]);
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
        probeVideo: () => Promise.reject(Object.assign(new Error('no video'), { retryHelps: false })),
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

describe('failover', () => {
  it.each(['not-sent', 'refused'] as const)(
    'goes to the next provider after %s, with both attempts on record',
    async (answer) => {
      const [first, second] = [createRemote('first'), createRemote('second')];
      first.answers = [answer];
      const { life, job } = await started({ remotes: [first, second] });
      await life.scheduler.runAll();
      expect(await job()).toMatchObject({
        state: 'delivered',
        provider: 'second',
        attempts: [
          { provider: 'first', outcome: answer },
          { provider: 'second', outcome: 'sent' },
        ],
      });
    },
  );

  it('never goes to a provider that is dearer than what is held', async () => {
    const [first, second] = [createRemote('first'), createRemote('second', { micros: PRICE + 1 })];
    first.answers = ['not-sent'];
    const { world, life, job } = await started({ remotes: [first, second] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'provider-down', costMicros: 0 });
    expect(second.submits).toEqual([]);
    expect((await world.disk.ledger.totals(TODAY)).heldMicros).toBe(0);
  });
});

describe('a cancel', () => {
  it('of a job that was not sent yet costs nothing and sends nothing', async () => {
    const { life, job, remote } = await started();
    expect(await life.jobs.cancel(EVENT.id)).toMatchObject({ ok: true, value: { how: 'cancelled' } });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'cancelled', costMicros: 0 });
    expect(remote.submits).toEqual([]);
  });

  it.each(['queued', 'running'] as const)(
    'of a %s job that the provider takes frees the hold',
    async (state) => {
      const remote = createRemote('paid');
      remote.statuses = [state === 'queued' ? { state, position: 3 } : { state }];
      const { world, life, job } = await started({ remotes: [remote] });
      await life.scheduler.runNext();
      await life.scheduler.runNext();
      expect(await job()).toMatchObject({ state });
      expect(await life.jobs.cancel(EVENT.id)).toMatchObject({ ok: true, value: { how: 'cancelled' } });
      expect((await world.disk.ledger.totals(TODAY)).heldMicros).toBe(0);
      expect(life.scheduler.size()).toBe(0);
    },
  );

  it('that the provider only takes note of lets the job finish and pays its bill', async () => {
    const remote = createRemote('paid');
    remote.cancels = ['asked'];
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runNext();
    expect(await life.jobs.cancel(EVENT.id)).toMatchObject({ ok: true, value: { how: 'asked' } });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: PRICE });
  });

  it('that comes too late is refused and changes nothing', async () => {
    const { life, job } = await started();
    await life.scheduler.runAll();
    expect(await life.jobs.cancel(EVENT.id)).toMatchObject({
      ok: false,
      refusal: { code: 'not-cancellable', state: 'delivered' },
    });
    expect(await job()).toMatchObject({ state: 'delivered' });
  });

  it('of a job that is not there says so', async () => {
    const { life } = await started();
    expect(await life.jobs.cancel('nobody')).toMatchObject({ refusal: { code: 'no-such-job' } });
  });

  it('that the provider does not answer is refused with words, and the job goes on', async () => {
    const { life, job, remote } = await started();
    await life.scheduler.runNext();
    remote.provider.cancel = async () => {
      throw new Error('unreachable');
    };
    // The provider port is wired by name at boot, so the failing method is found there too.
    expect(await life.jobs.cancel(EVENT.id)).toMatchObject({ ok: false, refusal: { code: 'provider-down' } });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
  });
});

describe('again', () => {
  it('makes a new job of the same files at the price of now', async () => {
    const { world, life } = await started();
    await life.scheduler.runAll();
    const first = await world.disk.store.get(EVENT.id);
    if (!first) throw new Error('the first job is gone');
    const second = await life.intake.again({ ...EVENT, id: 'web-2' }, first);
    await life.scheduler.runAll();
    expect(second).toMatchObject({ ok: true, value: { id: 'web-2', inputs: first.inputs } });
    expect((await world.disk.ledger.totals(TODAY)).settledMicros).toBe(2 * PRICE);
  });
});

describe('an upload', () => {
  it('that fails goes to the next provider, as nothing was sent', async () => {
    const [first, second] = [createRemote('first'), createRemote('second')];
    first.provider.upload = () => Promise.reject(new Error('storage is down'));
    const { life, job } = await started({ remotes: [first, second] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({
      state: 'delivered',
      provider: 'second',
      attempts: [{ provider: 'first', outcome: 'not-sent' }, {}],
    });
    expect(first.submits).toEqual([]);
  });

  it('that fails for a while is tried again when nobody else can take the job', async () => {
    const remote = createRemote('only');
    const { upload } = remote.provider;
    let tries = 0;
    remote.provider.upload = async (...args) => {
      tries += 1;
      if (tries < 4) throw new Error('storage is down');
      return upload(...args);
    };
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
    expect(tries).toBe(4);
  });

  it('that never works ends at the deadline, free of charge', async () => {
    const remote = createRemote('only');
    remote.provider.upload = () => Promise.reject(new Error('storage is down'));
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'provider-down', costMicros: 0 });
  });

  it('that the provider refuses for good fails at once with the reason', async () => {
    const remote = createRemote('only');
    remote.provider.upload = () => Promise.reject(new UploadRefused('provider-out-of-balance'));
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runNext();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'provider-out-of-balance', costMicros: 0 });
    expect((await world.disk.ledger.totals(TODAY)).heldMicros).toBe(0);
  });

  it('is broken off by a cancel', async () => {
    const remote = createRemote('only');
    const uploading = Promise.withResolvers<void>();
    remote.provider.upload = (_inputs, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        uploading.resolve();
      });
    const { life, job } = await started({ remotes: [remote] });
    const step = life.scheduler.runNext();
    await uploading.promise;
    expect(await life.jobs.cancel(EVENT.id)).toMatchObject({ ok: true, value: { how: 'cancelled' } });
    await step;
    expect(await job()).toMatchObject({ state: 'cancelled', costMicros: 0 });
    expect(life.scheduler.size()).toBe(0);
  });
});
