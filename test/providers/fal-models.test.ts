import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS, unitsOf } from '../../simulators/fal-endpoints.ts';
import type { RenderRequest } from '../../src/core/job/job.ts';
import { findModel } from '../../src/core/models/registry.ts';
import { billedSeconds } from '../../src/core/price/quote.ts';
import { OFFERS, offerOf } from '../../src/providers/fal/offers.ts';
import { accepted, eachWithSim, fal, REQUEST, signal, sim, time, UPLOADED } from './fal-subject.ts';

eachWithSim();

const wan = { ...REQUEST, model: 'wan-animate' } satisfies RenderRequest;
const sentTo = (path: RegExp) => sim.requestsTo('POST', path)[0];

describe("fal.ai's models", () => {
  it('are each rendered where fal.ai has them', async () => {
    for (const { endpoint } of OFFERS) expect(Object.keys(ENDPOINTS)).toContain(endpoint);
    for (const { model, quality, ...offer } of OFFERS) {
      const scene = 'scene' in offer ? offer.scene : undefined;
      await accepted(fal(), { ...REQUEST, model, quality, ...(scene ? { scene } : {}) });
      expect(sim.requests.at(-1)?.path).toBe(`/${offer.endpoint}`);
    }
  });

  it('are known to the registry, in qualities that it has', () => {
    for (const { model, quality } of OFFERS) expect(findModel(model)?.qualities).toHaveProperty(quality);
  });

  it('are those of old records, too: Kling 2.6 where none is named', () => {
    expect(offerOf({ quality: 'pro' })?.endpoint).toBe('fal-ai/kling-video/v2.6/pro/motion-control');
    expect(offerOf({})).toBeUndefined();
  });

  it('get no words that they do not take', async () => {
    const provider = fal();
    const wordy = { ...wan, prompt: 'fog', negativePrompt: 'rain' };
    await provider.submit('job-1', wordy, UPLOADED, signal);
    expect(sentTo(/animate\/move$/)?.json).toEqual({
      image_url: UPLOADED.image,
      video_url: UPLOADED.clip,
      resolution: '480p',
    });
    await provider.submit('job-2', { ...wordy, quality: 'pro', scene: 'clip' }, UPLOADED, signal);
    expect(sentTo(/animate\/replace$/)?.json).toMatchObject({ resolution: '720p' });
    await provider.submit('job-3', { ...wordy, model: 'dreamactor-2' }, UPLOADED, signal);
    expect(sentTo(/dreamactor\/v2$/)?.json).toEqual({
      image_url: UPLOADED.image,
      video_url: UPLOADED.clip,
      trim_first_second: true,
    });
  });

  it('are followed under their own app, which a webhook does not name', async () => {
    const provider = fal({ webhookUrl: () => 'http://127.0.0.1:1/hook' });
    sim.jobs.next({ queueMs: 60_000, seconds: 3 });
    const { requestId } = await accepted(provider, wan);
    const body = JSON.stringify({ request_id: requestId, gateway_request_id: requestId, status: 'OK' });
    const verdict = await provider.parseWebhook?.(sim.signing.signWebhook(body), Buffer.from(body), wan);
    if (verdict?.kind !== 'operation') throw new Error('it is signed');
    expect(verdict.operation).toEqual({ requestId, model: 'wan-animate', quality: 'standard' });
    expect(await provider.status(verdict.operation, signal)).toMatchObject({ state: 'queued' });
  });

  it('have no quality that nobody offers', async () => {
    expect(await fal().quote({ ...REQUEST, model: 'dreamactor-2', quality: 'pro' })).toBeUndefined();
    expect(await fal().quote({ ...REQUEST, scene: 'clip' })).toBeUndefined();
    expect(await fal().submit('job', { ...REQUEST, scene: 'clip' }, UPLOADED, signal)).toMatchObject({
      kind: 'refused',
    });
  });
});

describe('a bill by frames', () => {
  it('is announced as the most that it can be, and settled at what fal.ai counted', async () => {
    const provider = fal();
    const quote = await provider.quote({ ...wan, quality: 'pro' });
    expect(quote).toMatchObject({ micros: 480_000, notes: ['price-at-most'] });
    sim.jobs.next({ seconds: 3, fps: 16 });
    const operation = await accepted(provider, { ...wan, quality: 'pro' });
    expect(await provider.status(operation, signal)).toMatchObject({ costMicros: 240_000 });
    sim.tellsUnits = false;
    const silent = await provider.status(operation, signal);
    expect(silent).not.toHaveProperty('costMicros');
    expect(provider.costOf?.({ ...wan, quality: 'pro' }, 3)).toBe(480_000);
  });

  const lines = fc.constantFrom<['standard' | 'pro', string]>(['standard', '480p'], ['pro', '720p']);
  /** What fal.ai may mean by its price: of one unit of the best lines, of the lines asked for, or of the least. */
  const meaning = fc.constantFrom<[usd: number, weights: Record<string, number>]>(
    [0.08, { '480p': 0.5, '720p': 1 }],
    [0.04, { '480p': 1, '720p': 2 }],
  );

  it('never comes to more than its quote, whatever fal.ai means by a unit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2_000, max: 30_000 }),
        fc.constantFrom(16, 24, 25, 29.97, 30),
        lines,
        meaning,
        fc.boolean(),
        async (ms, fps, [quality, resolution], [usd, weights], roundsUp) => {
          for (const scene of ['move', 'replace'])
            sim.prices.set(`fal-ai/wan/v2.2-14b/animate/${scene}`, usd);
          await time.advance(25 * 3_600_000);
          const provider = fal();
          const request = { ...wan, quality, clipSeconds: billedSeconds(ms) };
          const quote = await provider.quote(request);
          const endpoint = ENDPOINTS['fal-ai/wan/v2.2-14b/animate/move'];
          if (!quote || !endpoint) throw new Error('fal.ai has it');
          const exact = unitsOf({ ...endpoint, weights }, { seconds: ms / 1000 - 0.05, fps, resolution });
          const units = roundsUp ? Math.ceil(exact) : exact;
          const bill = Math.round(units * usd * 1e6);
          expect(bill).toBeLessThanOrEqual(quote.micros);
          await provider.stop?.();
        },
      ),
      { numRuns: 60 },
    );
  });
});
