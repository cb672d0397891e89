import { describe, expect, it } from 'vitest';
import { takeWebhook } from '../../src/core/job/webhook.ts';
import type { WebhookVerdict } from '../../src/core/ports.ts';
import { COMPLETED, createRemote, PRICE } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS, type WorldOptions } from '../fakes/world.ts';

async function started(
  verdict: WebhookVerdict | Error,
  answer: 'accepted' | 'lost' = 'accepted',
  links: WorldOptions['links'] = undefined,
) {
  const remote = createRemote('paid');
  remote.answers = [answer];
  remote.provider.parseWebhook = async () => {
    if (verdict instanceof Error) throw verdict;
    return verdict;
  };
  const world = createWorld({ remotes: [remote], ...(links ? { links } : {}) });
  const life = world.boot();
  await life.jobs.recover();
  await createJob(life.intake, EVENT, UPLOADS, CHOICES);
  await life.scheduler.runNext();
  const hear = (jobId = EVENT.id, provider = 'paid') =>
    takeWebhook(life.ctx, { provider, jobId, headers: {}, body: Buffer.from('{}') });
  return { remote, world, life, hear, job: () => world.disk.store.get(EVENT.id) };
}

const LINKS: NonNullable<WorldOptions['links']> = {
  media: () => 'https://strut.test/media',
  hook: () => 'https://strut.test/hook',
  readMedia: () => undefined,
  readHook: () => undefined,
};
/** A job that is over after so long. */
const ENDS_AFTER_MS = 5 * 60_000;

/** Looks at a job of five minutes until its end is seen; answers how often, and how long after it that was. */
async function followed(links: WorldOptions['links'], hooks = true) {
  const { remote, world, life, job } = await started(NEWS, 'accepted', links);
  if (!hooks) delete remote.provider.parseWebhook;
  const from = world.time.now;
  let looks = 0;
  remote.provider.status = async () => {
    looks += 1;
    return world.time.now - from < ENDS_AFTER_MS ? { state: 'running' } : COMPLETED;
  };
  await life.scheduler.runAll();
  expect(await job()).toMatchObject({ state: 'delivered' });
  return { looks, lateMs: world.time.now - from - ENDS_AFTER_MS };
}

const NEWS: WebhookVerdict = { kind: 'operation', operation: { id: 'told' } };

describe('a webhook', () => {
  it('makes us look at once, and what counts is what our own key can read', async () => {
    const { remote, world, life, hear, job } = await started(NEWS);
    remote.statuses = [COMPLETED];
    const before = world.time.now;
    expect(await hear()).toBe('taken');
    await life.scheduler.runAll();
    expect(world.time.now).toBe(before);
    expect(await job()).toMatchObject({ state: 'delivered', operation: { id: 'op-1' } });
  });

  it('brings back the video of a job whose submit got no answer', async () => {
    const { remote, world, life, hear, job } = await started(NEWS, 'lost');
    expect(await job()).toMatchObject({ state: 'unknown' });
    remote.statuses = [COMPLETED];
    expect(await hear()).toBe('taken');
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', costMicros: PRICE, operation: { id: 'told' } });
    expect(remote.submits).toHaveLength(1);
    expect(world.delivered).toHaveLength(1);
  });

  it('with a handle that our key cannot read binds nothing, and the job ends with the truth', async () => {
    const { remote, life, hear, job } = await started(NEWS, 'lost');
    remote.statuses = [new Error('404')];
    expect(await hear()).toBe('taken');
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate', costMicros: 0 });
  });

  it('with the handle of another job of ours binds nothing, and brings nobody else’s video', async () => {
    const { remote, world, life, hear, job } = await started(
      { kind: 'operation', operation: { id: 'op-2' } },
      'lost',
    );
    const other = { ...EVENT, id: 'another' };
    remote.statuses = [COMPLETED];
    await createJob(life.intake, other, UPLOADS, CHOICES);
    // The lost one is due as well.
    await life.scheduler.runNext();
    await life.scheduler.runNext();
    expect(await world.disk.store.get(other.id)).toMatchObject({ operation: { id: 'op-2' } });
    expect(await hear()).toBe('taken');
    await life.scheduler.runAll();
    expect(await world.disk.store.get(other.id)).toMatchObject({ state: 'delivered' });
    expect(await job()).toMatchObject({ state: 'failed', failure: 'unknown-fate', costMicros: 0 });
    expect(world.delivered).toHaveLength(1);
  });

  it('cannot replace the handle that our own submit got', async () => {
    const { life, hear, job } = await started(NEWS);
    await hear();
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered', operation: { id: 'op-1' } });
  });

  it('may come twice, late, or for a job that is over, and changes nothing', async () => {
    const { world, life, hear, job } = await started(NEWS);
    await hear();
    await hear();
    await life.scheduler.runAll();
    const done = await job();
    expect(await hear()).toBe('taken');
    await life.scheduler.runAll();
    expect(await job()).toEqual(done);
    expect(world.delivered).toHaveLength(1);
  });

  it('is refused when it is forged, for another provider or for no job; and told to come again when it cannot be judged', async () => {
    const forged = await started({ kind: 'reject' });
    expect(await forged.hear()).toBe('refused');
    const good = await started(NEWS);
    expect(await good.hear('nobody')).toBe('refused');
    expect(await good.hear(EVENT.id, 'other')).toBe('refused');
    const unclear = await started(new Error('no keys'));
    expect(await unclear.hear()).toBe('later');
  });

  it('that comes while the submit still waits for its answer is noted, and told to come again', async () => {
    const remote = createRemote('paid');
    remote.provider.parseWebhook = async () => NEWS;
    const answer = Promise.withResolvers<never>();
    const submit = remote.provider.submit;
    remote.provider.submit = async (...args) => {
      await submit(...args);
      return answer.promise;
    };
    const world = createWorld({ remotes: [remote] });
    const life = world.boot();
    await life.jobs.recover();
    await createJob(life.intake, EVENT, UPLOADS, CHOICES);
    const step = life.scheduler.runNext();
    await expect.poll(() => remote.submits).toHaveLength(1);
    const news = { provider: 'paid', jobId: EVENT.id, headers: {}, body: Buffer.from('{}') };
    expect(await takeWebhook(life.ctx, news)).toBe('later');
    answer.reject(new Error('socket hang up'));
    await step;
    remote.statuses = [COMPLETED];
    await expect.poll(() => world.disk.store.get(EVENT.id)).toMatchObject({ candidate: { id: 'told' } });
    await life.scheduler.runAll();
    expect(await world.disk.store.get(EVENT.id)).toMatchObject({
      state: 'delivered',
      operation: { id: 'told' },
    });
    expect(remote.submits).toHaveLength(1);
  });

  it('is answered within a second, however long the job or the keys are held up', async () => {
    const { life, hear } = await started(NEWS, 'lost');
    const release = Promise.withResolvers<void>();
    const held = life.ctx.locks.run(EVENT.id, () => release.promise);
    expect(await hear()).toBe('later');
    release.resolve();
    await held;
    const slow = await started(NEWS);
    slow.remote.provider.parseWebhook = () => new Promise(() => {});
    expect(await slow.hear()).toBe('later');
  });
});

describe('a job of which the end will be told', () => {
  it('is looked at once more when the status lags behind the word', async () => {
    const { remote, world, life, hear, job } = await started(NEWS, 'accepted', LINKS);
    remote.statuses = [{ state: 'running' }, COMPLETED];
    expect(await hear()).toBe('taken');
    const before = world.time.now;
    await life.scheduler.runAll();
    expect(await job()).toMatchObject({ state: 'delivered' });
    expect(world.time.now - before).toBe(remote.provider.capabilities.pollFloorMs);
  });

  it('is hardly looked at, and is found all the same, long before its deadline, when no word comes', async () => {
    const { looks, lateMs } = await followed(LINKS);
    expect(looks).toBeLessThanOrEqual(6);
    expect(lateMs).toBeLessThanOrEqual(75_000);
  });

  it('is told where the internet reaches us, by a provider that tells; else it is looked at as ever', async () => {
    for (const other of [await followed(undefined), await followed(LINKS, false)]) {
      expect(other.looks).toBeGreaterThan(20);
      expect(other.lateMs).toBeLessThanOrEqual(15_000);
    }
  });
});
