import { describe, expect, it } from 'vitest';
import { createHealth } from '../../src/core/health.ts';
import { createProviderHealth } from '../../src/core/price/provider-health.ts';
import { createProviderRegistry } from '../../src/core/price/provider-registry.ts';
import { jobIn } from '../fakes/jobs.ts';
import { createRemote } from '../fakes/remote.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';

async function make({ mistake }: { mistake?: string } = {}) {
  const time = { now: 0 };
  const health = createHealth(() => {});
  const [fal, runpod] = [createRemote('fal').provider, createRemote('runpod').provider];
  const registry = createProviderRegistry({
    entries: [
      { provider: { ...fal, ...(mistake ? { mistake } : {}) } },
      { provider: runpod, noWayToHostFiles: 'set PUBLIC_URL' },
    ],
    providerHealth: await createProviderHealth(memoryKeyValueStore()),
    clock: { now: () => time.now },
    health,
  });
  const ids = () => registry.open().map(({ id }) => id);
  return { time, health, roster: registry, ids };
}

describe('the provider registry', () => {
  it('keeps a provider that cannot get our files out, and says how to let it in', async () => {
    const { roster: registry, ids, health } = await make();
    expect(ids()).toEqual(['fal']);
    expect(registry.find('runpod')?.id).toBe('runpod');
    expect(registry.closed(({ id }) => id === 'runpod')).toBe('no-way-to-host-files');
    expect(health.all().find(({ name }) => name === 'runpod')?.reason).toContain('PUBLIC_URL');
  });

  it('switches a provider in trouble off for ten minutes, and on again when it takes a job', async () => {
    const { roster: registry, ids, health, time } = await make();
    registry.trouble('fal', { kind: 'out-of-balance', message: 'secret words of theirs' });
    expect(ids()).toEqual([]);
    expect(registry.closed(() => true)).toBe('provider-down');
    expect(registry.find('fal')?.id).toBe('fal');
    expect(health.all().find(({ name }) => name === 'fal')).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('top it up'),
    });
    expect(JSON.stringify(health.all())).not.toContain('secret words');
    time.now = 10 * 60_000;
    expect(ids()).toEqual(['fal']);
    registry.trouble('fal', undefined);
    expect(health.all().find(({ name }) => name === 'fal')?.state).toBe('ok');
  });

  it('goes on with a provider that is set up wrongly in a part, and says so whenever it has no other trouble', async () => {
    const { roster: registry, ids, health } = await make({ mistake: 'PRICES cannot be read' });
    const standing = () => health.all().find(({ name }) => name === 'fal');
    const usual = { name: 'fal', state: 'degraded', reason: 'PRICES cannot be read' };
    expect(ids()).toEqual(['fal']);
    expect(standing()).toEqual(usual);
    registry.trouble('fal', { kind: 'bad-key', message: '' });
    expect(standing()?.reason).toContain('it refuses the key');
    registry.trouble('fal', undefined);
    expect(standing()).toEqual(usual);
  });
});

describe('provider health', () => {
  it('counts ends, times and prices, and outlives a restart', async () => {
    const kv = memoryKeyValueStore();
    const providerHealth = await createProviderHealth(kv);
    await providerHealth.note(jobIn('delivered'));
    await providerHealth.note(jobIn('cancelled'));
    await providerHealth.note({ ...jobIn('failed'), failure: 'provider-down' });
    await providerHealth.note(jobIn('running'));
    const again = await createProviderHealth(kv);
    expect(again.of('fal')).toEqual({
      provider: 'fal',
      delivered: 1,
      failed: 1,
      cancelled: 1,
      p50Seconds: 99,
      p90Seconds: 99,
      microsPerSecond: 70_000,
      lastFailure: { code: 'provider-down', at: expect.any(Number) },
    });
  });

  it('ranks a provider down for its own failures and its slowness, not for what members send', async () => {
    const providerHealth = await createProviderHealth(memoryKeyValueStore());
    const from = (provider: string) => ({ provider });
    await providerHealth.note({ ...jobIn('delivered'), ...from('good') });
    await providerHealth.note({ ...jobIn('failed'), ...from('good'), failure: 'no-person-in-image' });
    await providerHealth.note({ ...jobIn('delivered'), ...from('shaky') });
    await providerHealth.note({ ...jobIn('failed'), ...from('shaky'), failure: 'provider-down' });
    const slow = jobIn('delivered');
    await providerHealth.note({ ...slow, ...from('slow'), completedAt: slow.submittedAt + 900_000 });
    expect(providerHealth.rank('unheard of')).toBe(0);
    expect(providerHealth.rank('good')).toBeLessThan(providerHealth.rank('slow'));
    expect(providerHealth.rank('slow')).toBeLessThan(providerHealth.rank('shaky'));
  });
});
