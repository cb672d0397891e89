import { describe, expect, it } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { startRuncomfy } from '../../simulators/runcomfy.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import { personClip, personImage } from '../people.ts';
import { filesAsTheyAre, mediaAsTheyAre } from './as-they-are.ts';
import { startBot } from './bot.ts';
import { jobEnd, jobUntil, makeJob, readJob } from './client.ts';

const SUBMIT = /\/motion-control(?:-standard)?$/;
/** As little as there can be to draw. */
const filesOfADraft = async () => ({ image: await personImage(), clip: await personClip({ seconds: 3 }) });

describe('SIGTERM, and then kill -9, in the middle of a draft', () => {
  it('end the process, the first one cleanly and with no child left behind; it is rendered again from its saved inputs and finishes by itself', async () => {
    await using bot = await startBot();
    const { id } = await makeJob(bot.url, await filesOfADraft());
    const isUnderWay = () => jobUntil(bot.url, id, ({ progress = 0 }) => progress > 0.05);
    await isUnderWay();
    await bot.stop('SIGTERM');
    expect(bot.log()).toContain('stopped');
    expect(bot.log()).not.toMatch(/ERROR|FATAL/);
    await bot.start();
    await isUnderWay();
    await bot.restart('SIGKILL');
    const done = await jobEnd(bot.url, id);
    expect(done).toMatchObject({ state: 'delivered', costUsd: 0 });
    const video = await fetch(`${bot.url}/api/jobs/${id}/video`);
    expect([video.status, video.headers.get('content-type')]).toEqual([200, 'video/mp4']);
  });
});

describe('after a kill -9 in the middle', () => {
  it('a paid render goes on at its provider: one submit, one bill', async () => {
    const time = manualTime(Date.now());
    const fal = await startFal({ time });
    fal.jobs.always({ queueMs: 0, runMs: 60_000 });
    await using bot = await startBot({
      ...(await mediaAsTheyAre()),
      FAL_KEY: fal.key,
      FAL_QUEUE_URL: fal.url,
      FAL_REST_URL: fal.url,
      FAL_API_URL: fal.url,
    });
    const { id } = await makeJob(bot.url, await filesAsTheyAre());
    await jobUntil(bot.url, id, ({ state }) => state === 'running');
    await bot.restart('SIGKILL');
    await time.advance(60_000);
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', provider: 'fal', costUsd: 0.21 });
    expect(fal.requestsTo('POST', /motion-control$/)).toHaveLength(1);
    await fal.close();
  });

  it('a submit whose answer never came is found again where the provider can tell: one submit, one bill', async () => {
    const fal = await startFal();
    fal.jobs.always({ queueMs: 0, runMs: 300 });
    fal.fault({ method: 'POST', path: /motion-control$/, how: 'hang' });
    await using bot = await startBot({
      ...(await mediaAsTheyAre()),
      FAL_KEY: fal.key,
      FAL_QUEUE_URL: fal.url,
      FAL_REST_URL: fal.url,
      FAL_API_URL: fal.url,
    });
    const { id } = await makeJob(bot.url, await filesAsTheyAre());
    await expect.poll(() => fal.requestsTo('POST', /motion-control$/).length).toBe(1);
    await bot.restart('SIGKILL');
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', provider: 'fal', costUsd: 0.21 });
    expect(fal.requestsTo('POST', /motion-control$/)).toHaveLength(1);
    await fal.close();
  });

  it('a submit that nobody can tell the end of leaves the job of unknown fate, and is never sent again', async () => {
    // Its files go up to fal.ai, which renders nothing here.
    const [fal, runcomfy] = await Promise.all([startFal(), startRuncomfy()]);
    runcomfy.fault({ method: 'POST', path: SUBMIT, how: 'hang' });
    await using bot = await startBot({
      ...(await mediaAsTheyAre()),
      RUNCOMFY_API_TOKEN: runcomfy.token,
      RUNCOMFY_API_URL: runcomfy.url,
      FAL_KEY: fal.key,
      FAL_QUEUE_URL: fal.url,
      FAL_REST_URL: fal.url,
      FAL_API_URL: fal.url,
      PROVIDERS: 'runcomfy',
    });
    const { id } = await makeJob(bot.url, await filesAsTheyAre());
    await expect.poll(() => runcomfy.requestsTo('POST', SUBMIT).length).toBe(1);
    await bot.restart('SIGKILL');
    await jobUntil(bot.url, id, ({ state }) => state === 'unknown');
    expect((await readJob(bot.url, id)).message).toContain('not sent again');
    await bot.restart('SIGTERM');
    expect(await readJob(bot.url, id)).toMatchObject({ state: 'unknown' });
    expect(runcomfy.requestsTo('POST', SUBMIT)).toHaveLength(1);
    await Promise.all([fal.close(), runcomfy.close()]);
  });
});
