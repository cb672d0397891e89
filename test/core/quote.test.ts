import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MODEL } from '../../src/core/models/registry.ts';
import type { Provider } from '../../src/core/ports.ts';
import {
  bestQuote,
  billedSeconds,
  type Choices,
  type Market,
  plan,
  type Target,
} from '../../src/core/price/quote.ts';
import { createRemote } from '../fakes/remote.ts';

const KLING: Target = { model: DEFAULT_MODEL, quality: 'standard', scene: 'picture' };
const CHOICES: Choices = { orientation: 'auto', quality: 'standard', sound: true, trim: false };
const clip = (durationMs: number, cameraMoves = false) => ({
  container: 'MP4',
  fps: 30,
  durationMs,
  cameraMoves,
});

describe('the seconds of a price', () => {
  it.each([
    [4020, 4],
    [4000, 4],
    [4050, 4],
    [4051, 5],
    [4200, 5],
    [2960, 3],
    [3000, 3],
    [10_000, 10],
    [40, 1],
  ])('of a clip of %i ms are %i', (ms, seconds) => expect(billedSeconds(ms)).toBe(seconds));

  it('never fall short of the clip by more than the padding, nor exceed it by a second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 60_000 }), (ms) => {
        const seconds = billedSeconds(ms);
        expect(seconds * 1000).toBeGreaterThanOrEqual(ms - 50);
        expect(seconds * 1000).toBeLessThan(ms + 1000);
      }),
    );
  });
});

describe('a plan', () => {
  it.each([
    ['auto', 8000, false, 'video'],
    ['auto', 8000, true, 'image'],
    ['auto', 10_040, true, 'image'],
    ['auto', 12_000, true, 'video'],
    ['video', 8000, true, 'video'],
    ['image', 8000, false, 'image'],
  ] as const)('of orientation %s for %i ms, camera moving: %s, is %s', (orientation, ms, moves, expected) => {
    const planned = plan({ ...CHOICES, orientation }, clip(ms, moves), KLING);
    expect(planned.ok && planned.value.request.orientation).toBe(expected);
    expect(planned.ok && planned.value.notes.includes('orientation-from-camera')).toBe(
      orientation === 'auto' && expected === 'image',
    );
  });

  it('refuses a clip that is too short, with the length and the limit', () => {
    expect(plan(CHOICES, clip(2400), KLING)).toEqual({
      ok: false,
      refusal: { code: 'clip-too-short', seconds: 2.4, minSeconds: 3, canLoop: true },
    });
  });

  describe('for a clip that is too short', () => {
    const looped = { loopToSeconds: 3, request: { clipSeconds: 3 }, notes: ['looped'] };

    it.each(['GIF', 'animated WebP', 'animated PNG'])(
      'repeats a %s by itself until it is long enough, and says so',
      (container) => {
        const short = { ...clip(1200), container };
        expect(plan(CHOICES, short, KLING)).toMatchObject({ ok: true, value: looped });
        expect(plan({ ...CHOICES, loop: false }, short, KLING)).toMatchObject({
          refusal: { code: 'clip-too-short', canLoop: true },
        });
      },
    );

    it('repeats any other where the member says so', () => {
      expect(plan({ ...CHOICES, loop: true }, clip(400), KLING)).toMatchObject({
        ok: true,
        value: looped,
      });
    });

    it('never repeats a single picture, which stays one', () => {
      const still = { ...clip(500), fps: 2, container: 'GIF' };
      expect(plan({ ...CHOICES, loop: true }, still, KLING)).toMatchObject({
        refusal: { code: 'clip-too-short', canLoop: false },
      });
    });

    it('leaves one alone that is long enough', () => {
      const planned = plan({ ...CHOICES, loop: true }, { ...clip(2960), container: 'GIF' }, KLING);
      expect(planned).toMatchObject({ ok: true, value: { notes: [] } });
      expect(planned).not.toHaveProperty('value.loopToSeconds');
    });
  });

  it.each([
    ['video', 30],
    ['image', 10],
  ] as const)('refuses a clip too long for orientation %s and offers the trim', (orientation, maxSeconds) => {
    expect(plan({ ...CHOICES, orientation }, clip(31_000), KLING)).toEqual({
      ok: false,
      refusal: { code: 'clip-too-long', seconds: 31, maxSeconds, canTrim: true },
    });
    const trimmed = plan({ ...CHOICES, orientation, trim: true }, clip(31_000), KLING);
    expect(trimmed).toMatchObject({
      ok: true,
      value: { cutAtSeconds: maxSeconds, request: { clipSeconds: maxSeconds }, notes: ['trimmed'] },
    });
  });
});

const market = (providers: Provider[], over: Partial<Market> = {}): Market => ({
  open: () => providers,
  rank: () => 0,
  closed: () => undefined,
  ...over,
});

describe('the best quote', () => {
  const planned = plan(CHOICES, clip(4000), KLING);
  if (!planned.ok) throw new Error('the plan must be good');

  it('is the cheapest, and the first in the list among equals', async () => {
    const [a, b, c] = [
      createRemote('a', { micros: 500 }),
      createRemote('b', { micros: 300 }),
      createRemote('c', { micros: 300 }),
    ];
    expect(await bestQuote(market([a.provider, b.provider, c.provider]), planned.value, [])).toMatchObject({
      value: { provider: 'b', micros: 300 },
    });
  });

  it('does not say that a prompt is ignored where the provider heeds one that the model itself does not', async () => {
    const wish = { ...planned.value, notes: ['prompt-ignored' as const] };
    const remote = createRemote('own');
    expect(await bestQuote(market([remote.provider]), wish, [])).toMatchObject({
      value: { notes: ['prompt-ignored'] },
    });
    remote.provider.capabilities.prompt = true;
    expect(await bestQuote(market([remote.provider]), wish, [])).toMatchObject({ value: { notes: [] } });
  });

  it('prefers a provider that heeds the negative prompt only when the price is equal', async () => {
    const wish = { ...planned.value, request: { ...planned.value.request, negativePrompt: 'blur' } };
    const [plain, heeding] = [createRemote('plain'), createRemote('heeding')];
    heeding.provider.capabilities.negativePrompt = true;
    expect(await bestQuote(market([plain.provider, heeding.provider]), wish, [])).toMatchObject({
      value: { provider: 'heeding', notes: [] },
    });
    plain.provider.quote = async () => ({ micros: 1, notes: [] });
    expect(await bestQuote(market([plain.provider, heeding.provider]), wish, [])).toMatchObject({
      value: { provider: 'plain', notes: ['negative-prompt-ignored'] },
    });
  });

  it('says that no provider is on, or that none can do the quality', async () => {
    expect(await bestQuote(market([]), planned.value, [])).toMatchObject({
      refusal: { code: 'no-provider' },
    });
    const pro = { ...planned.value, request: { ...planned.value.request, quality: 'pro' as const } };
    expect(await bestQuote(market([createRemote('a').provider]), pro, [])).toMatchObject({
      refusal: { code: 'no-provider-for-quality' },
    });
  });

  it('goes to the healthier provider among equal prices, never to a more expensive one', async () => {
    const [a, b] = [createRemote('a'), createRemote('b')];
    const rank = (id: string) => (id === 'a' ? 2000 : 0);
    const providers = [a.provider, b.provider];
    expect(await bestQuote(market(providers, { rank }), planned.value, [])).toMatchObject({
      value: { provider: 'b' },
    });
    a.provider.quote = async () => ({ micros: 1, notes: [] });
    expect(await bestQuote(market(providers, { rank }), planned.value, [])).toMatchObject({
      value: { provider: 'a' },
    });
  });

  it.each(['no-way-to-host-files', 'provider-down'] as const)(
    'says %s when that is why nobody offers',
    async (code) => {
      expect(await bestQuote(market([], { closed: () => code }), planned.value, [])).toEqual({
        ok: false,
        refusal: { code },
      });
    },
  );

  it('says when the price is the last one known rather than read just now', async () => {
    const remote = createRemote('a');
    remote.provider.quote = async () => ({ micros: 1, notes: [], priceFrom: 'built-in' });
    expect(await bestQuote(market([remote.provider]), planned.value, [])).toMatchObject({
      value: { notes: ['price-from-table'] },
    });
  });
});
