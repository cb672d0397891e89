/** The bot as several processes on one PostgreSQL, with one folder of files. */
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import type { StatusView } from '../../src/http/page/contract.ts';
import { freshFolder } from '../fakes/folder.ts';
import { personClip } from '../people.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { sampleImage } from '../samples.ts';
import { filesAsTheyAre, mediaAsTheyAre } from './as-they-are.ts';
import { startBot } from './bot.ts';
import { jobEnd, jobUntil, makeJob } from './client.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

/** What all processes of one test are given: one database, one folder of files, one provider. */
const sharedBy = async (fal: { key: string; url: string }): Promise<Record<string, string>> => ({
  STORE_URL: await postgres.url(),
  FILES_URL: pathToFileURL(freshFolder()).href,
  FAL_KEY: fal.key,
  FAL_QUEUE_URL: fal.url,
  FAL_REST_URL: fal.url,
  FAL_API_URL: fal.url,
});

describe('the bot as several processes', postgresNeeded, () => {
  it('takes a job at one, renders it at another, and goes on with it at a third where that one is killed', async () => {
    const db = await postgres.empty();
    const time = manualTime(Date.now());
    const fal = await startFal({ time });
    fal.jobs.always({ queueMs: 0, runMs: 60_000 });
    const env = {
      ...(await mediaAsTheyAre()),
      ...(await sharedBy(fal)),
    };
    await using page = await startBot({ ...env, ROLES: 'page' });
    await using worker = await startBot({ ...env, ROLES: 'worker' });
    const { id } = await makeJob(page.url, await filesAsTheyAre());
    await jobUntil(page.url, id, ({ state }) => state === 'running');
    await using other = await startBot({ ...env, ROLES: 'worker' });
    await worker.stop('SIGKILL');
    await time.advance(60_000);
    expect(await jobEnd(page.url, id)).toMatchObject({ state: 'delivered', provider: 'fal', costUsd: 0.21 });
    expect(fal.requestsTo('POST', /motion-control$/)).toHaveLength(1);
    expect(await db.all('SELECT state, settled_micros AS micros FROM ledger_lines')).toEqual([
      { state: 'settled', micros: 210_000 },
    ]);
    const status = async () => (await (await fetch(`${page.url}/api/status`)).json()) as StatusView;
    expect((await status()).processes?.map(({ roles }) => roles)).toContainEqual(['page']);
    // Whoever looks at a job that is over finds nothing to do.
    await expect.poll(async () => (await status()).queues).toContainEqual({ lane: 'worker', waiting: 0 });
    expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${other.url}/api/status`)).status).toBe(404);
    // One that keeps its files to itself would not find those of the others, nor they its own.
    const alone = startBot({ STORE_URL: await postgres.url() });
    await expect(alone).rejects.toThrow('once all have the same FILES_URL');
    for (const bot of [page, worker, other]) expect(bot.log()).not.toMatch(/ERROR/);
    await fal.close();
  });

  it('looks at pictures and clips wherever a core is free, and loses none with a process that is killed', async () => {
    await postgres.empty();
    const fal = await startFal({ time: manualTime(Date.now()) });
    fal.jobs.always({ queueMs: 0, runMs: 0 });
    const env = {
      ...(await sharedBy(fal)),
      LOG_LEVEL: 'debug',
    };
    await using page = await startBot({ ...env, ROLES: 'page' });
    await using worker = await startBot({ ...env, ROLES: 'worker' });
    const status = async () => (await (await fetch(`${page.url}/api/status`)).json()) as StatusView;
    await expect.poll(async () => (await status()).processes?.length).toBe(2);
    const clip = await personClip();
    // More than the cores of any machine that runs this can look at at once.
    const count = 4 * availableParallelism();
    const jobs = Array.from({ length: count }, async (_, index) =>
      makeJob(page.url, { image: await sampleImage({ width: 512 + 2 * index, height: 768 }), clip }),
    );
    await expect.poll(() => worker.log()).toContain('a media task of another process is done');
    await worker.stop('SIGKILL');
    const ids = (await Promise.all(jobs)).map(({ id }) => id);
    await worker.start();
    for (const id of ids) expect((await jobEnd(page.url, id)).state).toBe('delivered');
    expect(fal.requestsTo('POST', /motion-control$/)).toHaveLength(count);
    await fal.close();
  });
});
