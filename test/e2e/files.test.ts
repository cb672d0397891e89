import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { startS3 } from '../../simulators/s3.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { personClip, personImage } from '../people.ts';
import { startBot } from './bot.ts';
import { jobEnd, jobUntil, makeJob } from './client.ts';

async function withBucket() {
  const [sim, fal] = await Promise.all([startS3(), startFal()]);
  fal.jobs.always({ queueMs: 0, runMs: 300 });
  onTestFinished(async () => void (await Promise.all([sim.close(), fal.close()])));
  const env = {
    FILES_URL: `s3://${sim.bucket}/strut?endpoint=${sim.url}&region=${sim.region}`,
    S3_ACCESS_KEY_ID: sim.accessKeyId,
    S3_SECRET_ACCESS_KEY: sim.secretAccessKey,
    FAL_KEY: fal.key,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
  };
  const filesThere = () => [...sim.objects.keys()].filter((name) => name !== 'strut/home');
  return { sim, fal, env, filesThere };
}

describe('a bot with its files in a bucket', () => {
  it('renders, outlives a kill -9 and a store in trouble, hands the video out, and deletes it', async () => {
    const { sim, fal, env, filesThere } = await withBucket();
    await using bot = await startBot(env);
    const readyz = async () => (await fetch(`${bot.url}/readyz`)).status;
    sim.fault({ method: 'GET', path: /home$/, how: { status: 500 }, times: 2 });
    expect(await readyz()).toBe(503);
    await expect.poll(readyz).toBe(200);
    const files = { image: await personImage(), clip: await personClip() };
    await alreadySeen(bot.dataDir, files);
    sim.fault({ method: 'PUT', path: /\.(mp4|png|jpg|bin)$/, how: { status: 503 }, times: 2 });
    sim.fault({ method: 'PUT', path: /\.(mp4|png|jpg|bin)$/, how: { status: 500 }, times: 2 });
    const { id } = await makeJob(bot.url, files);
    await jobUntil(bot.url, id, ({ state }) => state === 'queued' || state === 'running');
    // What was brought to this machine does not outlive it.
    await bot.restart('SIGKILL');
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', provider: 'fal' });
    expect(fal.requestsTo('POST', /motion-control$/)).toHaveLength(1);
    // Its copy of the video does not outlive the process either: half of it comes, then all of it, slowly.
    await bot.restart();
    sim.fault({ method: 'GET', path: /\.mp4$/, how: { cutAfterBytes: 1000 } });
    sim.fault({ method: 'GET', path: /\.mp4$/, how: { chunkMs: 20 } });
    const video = await fetch(`${bot.url}/api/jobs/${id}/video`);
    expect([video.status, video.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect((await video.arrayBuffer()).byteLength).toBeGreaterThan(1000);
    expect(sim.faultsLeft()).toBe(0);
    // A picture, a clip, the video, and the video with its marks.
    expect(filesThere()).toHaveLength(4);
    expect(existsSync(join(bot.dataDir, 'files'))).toBe(false);
    const { status } = await fetch(`${bot.url}/api/jobs/${id}`, { method: 'DELETE' });
    expect(status).toBeLessThan(300);
    expect(filesThere()).toEqual([]);
    expect(readdirSync(join(bot.dataDir, 'cache'))).toEqual([]);
    expect(bot.log()).not.toContain(sim.secretAccessKey);
  });

  it('does not start where it may not delete there, and says so in one line', async () => {
    const { sim, env } = await withBucket();
    sim.denied.add('delete');
    const failed = await startBot(env).catch((error: Error) => error.message);
    expect(failed).toContain('What is not possible there: delete (403 AccessDenied)');
    expect(failed).not.toContain(sim.secretAccessKey);
    expect(failed).not.toContain(' at ');
  });

  it('starts while the bucket is out, says so, and delivers once it is back', async () => {
    const { sim, fal, env } = await withBucket();
    await using bot = await startBot(env);
    const files = { image: await personImage(), clip: await personClip() };
    await alreadySeen(bot.dataDir, files);
    const { id } = await makeJob(bot.url, files);
    await jobUntil(bot.url, id, ({ state }) => state === 'running');
    sim.fault({ path: /./, how: { status: 503 }, times: 10 });
    await bot.restart('SIGKILL');
    expect(bot.log()).toContain('The place of FILES_URL can not be reached');
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', provider: 'fal' });
    expect(sim.faultsLeft()).toBe(0);
    expect(fal.requestsTo('POST', /motion-control$/)).toHaveLength(1);
  });
});
