/** The whole bot with its records in PostgreSQL. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import { COMPILED } from '../compiled.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { filesAsTheyAre, mediaAsTheyAre } from './as-they-are.ts';
import { startBot } from './bot.ts';
import { jobEnd, jobUntil, makeJob } from './client.ts';

const MIGRATE = join(import.meta.dirname, '../../src/migrate.ts');
const postgres = postgresOfFile();
afterAll(() => postgres.close());

describe('the bot on PostgreSQL', postgresNeeded, () => {
  it('takes a paid job, goes on with it after a kill -9, and bills it once', async () => {
    const db = await postgres.empty();
    const time = manualTime(Date.now());
    const fal = await startFal({ time });
    fal.jobs.always({ queueMs: 0, runMs: 60_000 });
    await using bot = await startBot({
      ...(await mediaAsTheyAre()),
      STORE_URL: await postgres.url(),
      FAL_KEY: fal.key,
      FAL_QUEUE_URL: fal.url,
      FAL_REST_URL: fal.url,
      FAL_API_URL: fal.url,
    });
    const { id } = await makeJob(bot.url, await filesAsTheyAre());
    await jobUntil(bot.url, id, ({ state }) => state === 'running');
    await bot.restart('SIGKILL');
    // A second one keeps its hands off the same records, whatever folder it has.
    const second = startBot({ STORE_URL: await postgres.url() });
    await expect(second).rejects.toThrow('running already with this DATA_DIR, or on the database');
    await time.advance(60_000);
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', provider: 'fal', costUsd: 0.21 });
    expect(fal.requestsTo('POST', /motion-control$/)).toHaveLength(1);
    expect(await db.all('SELECT state, settled_micros AS micros FROM ledger_lines')).toEqual([
      { state: 'settled', micros: 210_000 },
    ]);
    expect((await fetch(`${bot.url}/readyz`)).status).toBe(200);
    // PostgreSQL has no U+0000 in a text; that is no reason to fail.
    expect((await fetch(`${bot.url}/api/jobs/%00`)).status).toBe(404);
    expect(bot.log()).not.toMatch(/ERROR/);
    await fal.close();
  });

  it('goes on with a job that began on SQLite, moved while the bot stood still, and bills it once', async () => {
    const db = await postgres.empty();
    const time = manualTime(Date.now());
    const fal = await startFal({ time });
    fal.jobs.always({ queueMs: 0, runMs: 60_000 });
    const STORE_URL = await postgres.url();
    const addresses = { FAL_QUEUE_URL: fal.url, FAL_REST_URL: fal.url, FAL_API_URL: fal.url };
    await using bot = await startBot({ ...(await mediaAsTheyAre()), FAL_KEY: fal.key, ...addresses });
    const { id } = await makeJob(bot.url, await filesAsTheyAre());
    await jobUntil(bot.url, id, ({ state }) => state === 'running');
    await bot.stop('SIGKILL');
    const { stdout } = await promisify(execFile)(process.execPath, [MIGRATE, '--to', 'env'], {
      env: { DATA_DIR: bot.dataDir, STORE_URL, NODE_COMPILE_CACHE: COMPILED },
    });
    expect(stdout).toContain(
      'lines of the ledger: 1 ($0.21 set aside, $0.00 billed), the same on both sides',
    );
    // The old records still say that the job is open: whoever forgets STORE_URL must not send it again.
    await expect(bot.start()).rejects.toThrow('were moved to PostgreSQL: set STORE_URL');
    await bot.start({ STORE_URL });
    await time.advance(60_000);
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', provider: 'fal', costUsd: 0.21 });
    expect(fal.requestsTo('POST', /motion-control$/)).toHaveLength(1);
    expect(await db.all('SELECT state, settled_micros AS micros FROM ledger_lines')).toEqual([
      { state: 'settled', micros: 210_000 },
    ]);
    expect((await fetch(`${bot.url}/api/jobs/${id}/video`)).status).toBe(200);
    await fal.close();
  });

  it('does not start where it can not be reached, and says in one line what to look at', async () => {
    const address = 'postgres://strut:hunter2hunter2@127.0.0.1:1/strut';
    const failed = await startBot({ STORE_URL: address }).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failed).toContain('is it running, and is STORE_URL right?');
    expect(failed).not.toContain('hunter2');
  });
});
