import { describe, expect, it } from 'vitest';
import { createProviderHealth } from '../../src/core/price/provider-health.ts';
import { createStatus } from '../../src/core/status.ts';
import { wordsFor } from '../../src/words/index.ts';
import { statusLines } from '../../src/words/status.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';

const NOW = 1_790_000_000_000;
const MINUTE_MS = 60_000;

const end = (minutesAgo: number, seconds?: number, failure = 'provider-down') => ({
  at: NOW - minutesAgo * MINUTE_MS,
  micros: 0,
  videoSeconds: 4,
  ...(seconds === undefined ? { end: 'failed', failure } : { end: 'delivered', seconds }),
});

async function lines(ends: Record<string, object[]>, open: string[], hosted = ['fal', 'runpod']) {
  const kv = memoryKeyValueStore();
  await kv.set('weather', ends);
  const registry = { open: () => open.map((id) => ({ id })), hosted: () => hosted };
  const parts = {
    providerHealth: await createProviderHealth(kv),
    examine: async () => ({ at: 0, found: [] }),
  };
  const status = createStatus({ registry, clock: { now: () => NOW } } as never, parts);
  return statusLines(wordsFor('en'), await status(false));
}

describe('/status for members', () => {
  it('says that all is well, and how long videos take today', async () => {
    const ends = { fal: [end(90, 100), end(60, 140), end(30, 120), end(3 * 24 * 60, 900)] };
    expect(await lines(ends, ['fal', 'runpod'])).toEqual([
      'Everything works.',
      expect.stringContaining('/check'),
      'fal.ai: a video takes about 2 min today.',
    ]);
  });

  it('says that it is the provider where that fails one job after the other, or takes none', async () => {
    expect(await lines({ fal: [end(20), end(10)] }, ['fal', 'runpod'])).toEqual([
      'fal.ai has trouble at the moment. Your files are not to blame.',
      'Others take its jobs meanwhile.',
    ]);
    expect((await lines({}, []))[2]).toMatch(/^Nobody takes new jobs/);
  });

  it('blames no provider for what the files brought about', async () => {
    const ends = { fal: [end(20, undefined, 'no-person-in-clip'), end(10, undefined, 'content-refused')] };
    expect((await lines(ends, ['fal', 'runpod']))[0]).toBe('Everything works.');
  });

  it('says where only drafts are made', async () => {
    expect(await lines({}, ['local'], [])).toEqual([expect.stringContaining('drafts')]);
  });
});
