import { describe, expect, it } from 'vitest';
import { UploadRefused } from '../../src/core/ports.ts';
import { createRemote, PRICE } from '../fakes/remote.ts';
import { EVENT } from '../fakes/world.ts';
import { started, TODAY } from './started.ts';

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

  it('never goes to a provider that is dearer than what is held, unless the member says yes', async () => {
    const [first, second] = [createRemote('first'), createRemote('second', { micros: PRICE + 1 })];
    first.answers = ['not-sent'];
    const { world, life, job } = await started({ remotes: [first, second] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'not-confirmed', costMicros: 0 });
    expect(second.submits).toEqual([]);
    expect((await world.disk.ledger.totals(TODAY)).heldMicros).toBe(0);
  });
});

describe('a job that waited before it was sent', () => {
  const dearer = async () => ({ micros: PRICE + 1, notes: [] });

  it('is never sent for more than was held, but goes to a provider that still takes that price', async () => {
    const [first, second] = [createRemote('first'), createRemote('second')];
    const { life, job } = await started({ remotes: [first, second] });
    first.provider.quote = dearer;
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', provider: 'second', costMicros: PRICE });
    expect(first.submits).toEqual([]);
  });

  it('ends free of charge when the price rose everywhere and nobody says yes to that', async () => {
    const remote = createRemote('only');
    const { world, life, job } = await started({ remotes: [remote] });
    remote.provider.quote = dearer;
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'not-confirmed', costMicros: 0 });
    expect([remote.submits, (await world.disk.ledger.totals(TODAY)).heldMicros]).toEqual([[], 0]);
  });

  it('goes to another provider when the operator took the first one out', async () => {
    const [first, second] = [createRemote('first'), createRemote('second')];
    const { world, job } = await started({ remotes: [first, second] });
    world.fuse.newLife();
    world.remotes.shift();
    const later = world.boot();
    await later.jobs.recover();
    await later.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', provider: 'second' });
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
    expect(await life.scheduler.size()).toBe(0);
  });
});
