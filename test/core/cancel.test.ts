import { describe, expect, it } from 'vitest';
import { createRemote, PRICE } from '../fakes/remote.ts';
import { EVENT } from '../fakes/world.ts';
import { started, TODAY } from './started.ts';

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
      expect(await life.scheduler.size()).toBe(0);
    },
  );

  it('that the provider only acknowledges lets the job finish and pays its bill', async () => {
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

describe('a cancel that is asked for again', () => {
  it('stays noted by the provider when the second call gets no answer', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'running' }];
    remote.cancels = ['asked'];
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runNext();
    await life.scheduler.runNext();
    await life.jobs.cancel(EVENT.id);
    remote.provider.cancel = async () => {
      throw new Error('unreachable');
    };
    expect(await life.jobs.cancel(EVENT.id)).toMatchObject({ refusal: { code: 'provider-down' } });
    expect(await job()).toMatchObject({ cancelAskedAt: expect.any(Number) });
  });
});

describe('a job that its provider ends without a word about its bill', () => {
  it("stays held against the operator's budget, and against nobody else's limit", async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'failed', failure: 'provider-down' }];
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'provider-down', unsettledMicros: PRICE });
    expect((await world.disk.ledger.totals(TODAY)).heldMicros).toBe(PRICE);
  });
});

describe('a job that its provider says is cancelled', () => {
  const CANCELLED = { state: 'cancelled', costMicros: 0 } as const;

  it('was cancelled by the provider when nobody had asked for it, and frees the hold', async () => {
    const remote = createRemote('paid');
    remote.statuses = [CANCELLED];
    const { world, life, job } = await started({ remotes: [remote] });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'cancelled', by: 'provider', costMicros: 0 });
    expect((await world.disk.ledger.totals(TODAY)).heldMicros).toBe(0);
  });

  it('was cancelled by the member who had asked for it', async () => {
    const remote = createRemote('paid');
    remote.cancels = ['asked'];
    remote.statuses = [CANCELLED];
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runNext();
    await life.jobs.cancel(EVENT.id);
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'cancelled' });
    expect(await job()).not.toHaveProperty('by');
  });

  it('was cancelled by the member also when the provider had not answered to the cancel', async () => {
    const remote = createRemote('paid');
    remote.statuses = [{ state: 'running' }, CANCELLED];
    const { life, job } = await started({ remotes: [remote] });
    await life.scheduler.runNext();
    remote.provider.cancel = async () => {
      throw new Error('no answer');
    };
    expect(await life.jobs.cancel(EVENT.id)).toMatchObject({ ok: false });
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'cancelled' });
    expect(await job()).not.toHaveProperty('by');
  });
});

describe('again', () => {
  it('makes a new job of the same files at the price of now', async () => {
    const { world, life } = await started();
    await life.scheduler.runAll();
    const first = await world.disk.store.get(EVENT.id);
    if (!first) throw new Error('the first job is gone');
    const second = await life.core.offers.again({ ...EVENT, id: 'web-2' }, first, false);
    await life.scheduler.runAll();
    expect(second).toMatchObject({ ok: true, value: { job: { id: 'web-2', inputs: first.inputs } } });
    expect((await world.disk.ledger.totals(TODAY)).settledMicros).toBe(2 * PRICE);
  });
});
