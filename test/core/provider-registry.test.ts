import { describe, expect, it } from 'vitest';
import type { Bus } from '../../src/core/bus.ts';
import { createHealth } from '../../src/core/health.ts';
import { createProviderHealth } from '../../src/core/price/provider-health.ts';
import { createProviderRegistry } from '../../src/core/price/provider-registry.ts';
import { memoryBuses } from '../fakes/buses.ts';
import { jobIn } from '../fakes/jobs.ts';
import { createRemote } from '../fakes/remote.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';

async function make({ mistake, bus }: { mistake?: string; bus?: Bus } = {}) {
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
    ...(bus ? { bus } : {}),
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

describe('the provider registries of several processes', () => {
  it('switch a provider off and on together, and tell no secret words', async () => {
    const { buses } = memoryBuses(3);
    const told: string[] = [];
    buses[2]?.subscribe('provider-trouble', (payload) => told.push(payload));
    const [here, there] = [
      await make(buses[0] && { bus: buses[0] }),
      await make(buses[1] && { bus: buses[1] }),
    ];
    here.roster.trouble('fal', { kind: 'out-of-balance', message: 'secret words of theirs' });
    await expect.poll(there.ids).toEqual([]);
    expect(there.health.all().find(({ name }) => name === 'fal')?.reason).toContain('top it up');
    there.time.now = 10 * 60_000;
    expect(there.ids()).toEqual(['fal']);
    there.roster.trouble('fal', undefined);
    await expect.poll(here.ids).toEqual(['fal']);
    // Each job that goes well says so again; only the first is news.
    there.roster.trouble('fal', undefined);
    await expect.poll(() => told).toEqual(['out-of-balance fal', 'over fal']);
  });

  it('take no notice of providers and words that they do not know', async () => {
    const { buses } = memoryBuses(2);
    const here = await make(buses[0] && { bus: buses[0] });
    for (const payload of ['', 'fal', 'toString fal', 'on-strike fal', 'bad-key kling'])
      buses[1]?.publish('provider-trouble', payload);
    await new Promise(setImmediate);
    expect(here.ids()).toEqual(['fal']);
    expect(here.health.all().map(({ name }) => name)).not.toContain('kling');
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
