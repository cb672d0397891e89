import { describe, expect, it } from 'vitest';
import { createHealth } from '../../src/core/health.ts';
import { createWeather } from '../../src/core/price/provider-health.ts';
import { createRoster } from '../../src/core/price/provider-registry.ts';
import { jobIn } from '../fakes/jobs.ts';
import { createRemote } from '../fakes/remote.ts';
import { memoryShelf } from '../fakes/shelf.ts';

async function make() {
  const time = { now: 0 };
  const health = createHealth(() => {});
  const [fal, runpod] = [createRemote('fal').provider, createRemote('runpod').provider];
  const roster = createRoster({
    entries: [{ provider: fal }, { provider: runpod, noWayToHostFiles: 'set PUBLIC_URL' }],
    weather: await createWeather(memoryShelf()),
    clock: { now: () => time.now },
    health,
  });
  const ids = () => roster.open().map(({ id }) => id);
  return { time, health, roster, ids };
}

describe('the provider registry', () => {
  it('keeps a provider that cannot get our files out, and says how to let it in', async () => {
    const { roster, ids, health } = await make();
    expect(ids()).toEqual(['fal']);
    expect(roster.find('runpod')?.id).toBe('runpod');
    expect(roster.closed(({ id }) => id === 'runpod')).toBe('no-way-to-host-files');
    expect(health.all().find(({ name }) => name === 'runpod')?.reason).toContain('PUBLIC_URL');
  });

  it('switches a provider in trouble off for ten minutes, and on again when it takes a job', async () => {
    const { roster, ids, health, time } = await make();
    roster.trouble('fal', { kind: 'out-of-balance', message: 'secret words of theirs' });
    expect(ids()).toEqual([]);
    expect(roster.closed(() => true)).toBe('provider-down');
    expect(roster.find('fal')?.id).toBe('fal');
    expect(health.all().find(({ name }) => name === 'fal')).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('top it up'),
    });
    expect(JSON.stringify(health.all())).not.toContain('secret words');
    time.now = 10 * 60_000;
    expect(ids()).toEqual(['fal']);
    roster.trouble('fal', undefined);
    expect(health.all().find(({ name }) => name === 'fal')?.state).toBe('ok');
  });
});

describe('provider health', () => {
  it('counts ends, times and prices, and outlives a restart', async () => {
    const shelf = memoryShelf();
    const weather = await createWeather(shelf);
    await weather.note(jobIn('delivered'));
    await weather.note(jobIn('cancelled'));
    await weather.note({ ...jobIn('failed'), failure: 'provider-down' });
    await weather.note(jobIn('running'));
    const again = await createWeather(shelf);
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
    const weather = await createWeather(memoryShelf());
    const from = (provider: string) => ({ provider });
    await weather.note({ ...jobIn('delivered'), ...from('good') });
    await weather.note({ ...jobIn('failed'), ...from('good'), failure: 'no-person-in-image' });
    await weather.note({ ...jobIn('delivered'), ...from('shaky') });
    await weather.note({ ...jobIn('failed'), ...from('shaky'), failure: 'provider-down' });
    const slow = jobIn('delivered');
    await weather.note({ ...slow, ...from('slow'), completedAt: slow.submittedAt + 900_000 });
    expect(weather.rank('unheard of')).toBe(0);
    expect(weather.rank('good')).toBeLessThan(weather.rank('slow'));
    expect(weather.rank('slow')).toBeLessThan(weather.rank('shaky'));
  });
});
