import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { startRuncomfy } from '../../simulators/runcomfy.ts';
import { startRunpod } from '../../simulators/runpod.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { cupImage, personClip, personImage } from '../people.ts';
import { filesAsTheyAre, mediaAsTheyAre } from './as-they-are.ts';
import { type Bot, startBot } from './bot.ts';
import { askQuote, jobEnd, makeJob } from './client.ts';
import { freePort } from './free-port.ts';

const files = async () => ({ image: await personImage(), clip: await personClip() });

async function startSimulators() {
  const [fal, runpod, runcomfy] = await Promise.all([startFal(), startRunpod(), startRuncomfy()]);
  for (const { jobs } of [fal, runpod, runcomfy]) jobs.always({ queueMs: 0, runMs: 300 });
  return {
    fal,
    runpod,
    runcomfy,
    env: {
      FAL_KEY: fal.key,
      FAL_QUEUE_URL: fal.url,
      FAL_REST_URL: fal.url,
      FAL_API_URL: fal.url,
      RUNPOD_API_KEY: runpod.key,
      RUNPOD_API_URL: runpod.url,
      RUNCOMFY_API_TOKEN: runcomfy.token,
      RUNCOMFY_API_URL: runcomfy.url,
    },
    close: () => Promise.all([fal.close(), runpod.close(), runcomfy.close()]),
  };
}

describe('the bot with hosted providers', () => {
  it.each([
    ['fal', 0.21],
    ['runpod', 0.21],
    ['runcomfy', 0.21],
  ])('renders with %s from an ask to the video, at exactly $%f', async (provider, usd) => {
    const sims = await startSimulators();
    await using bot = await startBot({ ...(await mediaAsTheyAre()), ...sims.env, PROVIDERS: provider });
    const job = await makeJob(bot.url, await filesAsTheyAre());
    expect(job.quote).toMatchObject({ provider, usd, seconds: 3 });
    expect(await jobEnd(bot.url, job.id)).toMatchObject({
      state: 'delivered',
      provider,
      costUsd: usd,
      seconds: 3,
    });
    const sim = sims[provider as 'fal'];
    expect(
      sim.requests.filter(
        ({ method, path }) => method === 'POST' && /motion-control(?:-standard)?$|\/run$/.test(path),
      ),
    ).toHaveLength(1);
    for (const secret of [sims.fal.key, sims.runpod.key, sims.runcomfy.token])
      expect(bot.log()).not.toContain(secret);
    await sims.close();
  });

  it('gives RunPod our own signed links and hears of the end by webhook, when the internet reaches us', async () => {
    const sims = await startSimulators();
    const port = await freePort();
    const env = { ...(await mediaAsTheyAre()), ...sims.env, FAL_KEY: '', PROVIDERS: 'runpod', PORT: port };
    // The internet's name for us is this machine under another name.
    await using reached = await startBot({ ...env, PUBLIC_URL: `http://localhost:${port}` });
    const job = await makeJob(reached.url, await filesAsTheyAre());
    expect(await jobEnd(reached.url, job.id)).toMatchObject({
      state: 'delivered',
      provider: 'runpod',
      costUsd: 0.21,
    });
    const [submit] = sims.runpod.requestsTo('POST', /\/run$/);
    expect(submit?.body.toString()).toContain('/media/');
    expect(submit?.body.toString()).toContain('/hooks/runpod/');
    await sims.close();
  });

  it('brings back the video of a lost submit by webhook: one submit, one bill', async () => {
    const sims = await startSimulators();
    const port = await freePort();
    await using bot = await startBot({
      ...(await mediaAsTheyAre()),
      ...sims.env,
      PROVIDERS: 'fal',
      PORT: port,
      PUBLIC_URL: `http://localhost:${port}`,
    });
    sims.fal.fault({ method: 'POST', path: /motion-control$/, how: 'lose-answer' });
    const { id } = await makeJob(bot.url, await filesAsTheyAre());
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', provider: 'fal', costUsd: 0.21 });
    expect(sims.fal.requestsTo('POST', /motion-control$/)).toHaveLength(1);
    await sims.close();
  });

  it('refuses with no way to host files, and says what to set', async () => {
    const sims = await startSimulators();
    await using bot = await startBot({
      ...(await mediaAsTheyAre()),
      ...sims.env,
      FAL_KEY: '',
      PROVIDERS: 'runpod,runcomfy',
    });
    const refused = await askQuote(bot.url, await filesAsTheyAre());
    expect([refused.status, await refused.json()]).toMatchObject([
      503,
      { code: 'no-way-to-host-files', detail: expect.stringContaining('PUBLIC_URL') },
    ]);
    expect(bot.log()).toContain('set PUBLIC_URL, or FAL_KEY');
    await sims.close();
  });
});

describe('the bot with fal.ai alone', () => {
  // One bot for all of them: to start one, and to look at the files anew, is most of the work.
  let sims: Awaited<ReturnType<typeof startSimulators>>;
  let bot: Bot;
  beforeAll(async () => {
    sims = await startSimulators();
    bot = await startBot({ ...sims.env, PROVIDERS: 'fal' });
    await alreadySeen(bot.dataDir, await files());
  });
  afterAll(async () => {
    await bot[Symbol.asyncDispose]();
    await sims.close();
  });

  it.each([
    [{ model: 'kling-2.6' }, 0.28, 0.28],
    [{ model: 'kling-3.0', quality: 'pro' }, 0.672, 0.672],
    [{ model: 'wan-animate' }, 0.32, 0.3],
    [{ model: 'wan-animate', scene: 'clip', quality: 'pro' }, 0.64, 0.6],
    [{ model: 'dreamactor-2' }, 0.2, 0.2],
  ])('renders %o, quoted at $%f, at what fal.ai counted: $%f', async (chosen, quoted, usd) => {
    const before = sims.fal.jobs.all.size;
    const job = await makeJob(bot.url, { ...(await files()), fields: chosen });
    expect(job.quote).toMatchObject({ provider: 'fal', usd: quoted });
    expect(await jobEnd(bot.url, job.id)).toMatchObject({
      state: 'delivered',
      request: chosen,
      costUsd: usd,
    });
    const [id = '', ...more] = [...sims.fal.jobs.all.keys()].slice(before);
    expect(more).toEqual([]);
    expect(await sims.fal.billed(id)).toBeCloseTo(usd, 6);
  });

  it('brings back the video of a lost submit without a webhook, too: one submit, one bill', async () => {
    const before = sims.fal.requestsTo('POST', /motion-control$/).length;
    sims.fal.fault({ method: 'POST', path: /motion-control$/, how: 'lose-answer' });
    const { id } = await makeJob(bot.url, await files());
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', provider: 'fal', costUsd: 0.28 });
    expect(sims.fal.requestsTo('POST', /motion-control$/)).toHaveLength(before + 1);
  });

  it('warns before money is spent when no person can be seen', async () => {
    const quote = await askQuote(bot.url, { image: await cupImage(), clip: await personClip() });
    expect(await quote.json()).toMatchObject({
      quote: { provider: 'fal', warnings: [{ code: 'no-person-in-image' }] },
    });
  });
});
