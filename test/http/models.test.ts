import { describe, expect, it } from 'vitest';
import type { JobView, Problem, StatusView } from '../../src/http/page/contract.ts';
import { RELAXABLE, SEVERAL } from '../fakes/models.ts';
import { createRemote } from '../fakes/remote.ts';
import { form, post, start } from './harness.ts';

const several = () => start({}, { remotes: [createRemote('paid', { offers: SEVERAL })] });

describe('the models on the page and in the API', () => {
  it('are told with price and abilities where there are several', async () => {
    const { url } = await several();
    const { models } = (await (await fetch(`${url}/api/status`)).json()) as StatusView;
    expect(models.map(({ id }) => id)).toEqual(['kling-2.6', 'wan-animate', 'dreamactor-2']);
    expect(models[1]).toMatchObject({
      name: 'Wan 2.2 Animate',
      scenes: ['picture', 'clip'],
      pricePerSecond: '$0.028',
      facts: ['from $0.028 a second', 'can replace the person in the clip'],
    });
    expect(models[0]?.pair).toContain('one upright person');
  });

  it('are told with whether others can go first, which is said with the price and kept by Again', async () => {
    const { url } = await start({}, { remotes: [createRemote('paid', { offers: RELAXABLE })] });
    const { models } = (await (await fetch(`${url}/api/status`)).json()) as StatusView;
    expect(models.map(({ relaxed }) => relaxed)).toEqual([false, true, false]);
    const asked = { model: 'wan-animate', speed: 'relaxed' };
    const job = (await (await post(`${url}/api/jobs`, form(asked))).json()) as JobView;
    expect(job.request).toMatchObject(asked);
    expect(job.quote.notes).toContainEqual({
      code: 'relaxed',
      message: 'Relaxed: others go first, so it takes longer, at the same price.',
    });
    const again = (await (await post(`${url}${job.links.again}`)).json()) as JobView;
    expect(again.request).toMatchObject(asked);
  });

  it('are not told where there is one', async () => {
    const { url } = await start();
    const { models } = (await (await fetch(`${url}/api/status`)).json()) as StatusView;
    expect(models).toEqual([]);
  });

  it('render by the name and the scene that were asked for', async () => {
    const { url } = await several();
    const made = await post(`${url}/api/jobs`, form({ model: 'wan-animate', scene: 'clip' }));
    const job = (await made.json()) as JobView;
    expect(job.request).toMatchObject({ model: 'wan-animate', scene: 'clip' });
    const again = (await (await post(`${url}${job.links.again}`)).json()) as JobView;
    expect(again.request).toMatchObject({ model: 'wan-animate', scene: 'clip' });
  });

  it.each([
    ['model', 'klingg', 'kling-2.6, wan-animate, dreamactor-2, draft'],
    ['model', 'p-video-animate', 'kling-2.6, wan-animate, dreamactor-2, draft'],
    ['scene', 'moon', 'picture, clip'],
    ['scene', 'clip', 'picture'],
    ['speed', 'warp', 'normal, relaxed'],
    ['speed', 'relaxed', 'normal'],
  ])('are refused in one line for %s “%s”', async (name, value, allowed) => {
    const { url } = await several();
    const refused = await post(`${url}/api/quote`, form({ [name]: value }));
    expect(refused.status).toBe(400);
    const problem = (await refused.json()) as Problem;
    expect(problem.code).toBe('bad-option');
    expect(problem.detail).toContain(allowed);
  });
});
