/** A machine that is lost with all that was on it, and a new one on a copy of what the lost one knew at some moment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFailed, onTestFinished } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import { COMPILED } from '../compiled.ts';
import { freshFolder } from '../fakes/folder.ts';
import { freshSchema, postgresNeeded } from '../postgres/open.ts';
import { filesAsTheyAre, mediaAsTheyAre } from './as-they-are.ts';
import { startBot } from './bot.ts';
import { jobEnd, jobUntil, makeJob, readJob } from './client.ts';

const ROOT = join(import.meta.dirname, '../..');
const SUBMIT = /motion-control$/;

/** As `npm run` does it, in a process of its own beside the bot. */
async function run(script: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, 'src', script), ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  expect([code, said]).toEqual([0, expect.any(String)]);
  return said;
}

/** Where a machine has its records, besides its folder. */
type Records = () => Promise<{ STORE_URL?: string }>;

async function submitsNothingTwice(records: Records): Promise<void> {
  const time = manualTime(Date.now());
  const fal = await startFal({ time });
  onTestFinished(() => fal.close());
  fal.jobs.always({ queueMs: 0, runMs: 60_000 });
  const folder = freshFolder();
  const env = {
    ...(await mediaAsTheyAre()),
    FAL_KEY: fal.key,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
    JOBS_AT_ONCE: 'all=2',
  };
  const files = await filesAsTheyAre();
  const archive = join(folder, 'strut.tar');
  const submits = () => fal.requestsTo('POST', SUBMIT).length;
  const old = { ...(await records()), DATA_DIR: join(folder, 'lost') };
  const lost = await startBot({ ...env, ...old });
  onTestFinished(() => lost[Symbol.asyncDispose]());
  onTestFailed(() => console.error(lost.log()));

  // One is at its provider, one is being sent and never hears the answer, and one waits for its turn.
  const running = await makeJob(lost.url, files);
  await jobUntil(lost.url, running.id, ({ state }) => state === 'running');
  fal.fault({ method: 'POST', path: SUBMIT, how: 'hang' });
  const sending = await makeJob(lost.url, files);
  await expect.poll(submits).toBe(2);
  const waiting = await makeJob(lost.url, files);
  expect(await readJob(lost.url, waiting.id)).toMatchObject({ state: 'created' });
  expect(await run('backup.ts', [archive], old)).toContain('Made');

  // After that, the first one ends, and the last one has its turn. Then the machine is gone.
  await time.advance(60_000);
  expect(await jobEnd(lost.url, running.id)).toMatchObject({ state: 'delivered', costUsd: 0.21 });
  await expect.poll(submits).toBe(3);
  await lost.stop('SIGKILL');
  rmSync(lost.dataDir, { recursive: true });

  const next = { ...(await records()), DATA_DIR: join(folder, 'new') };
  expect(await run('restore.ts', [archive], next)).toContain('Restored');
  await using bot = await startBot({ ...env, ...next });
  onTestFailed(() => console.error(bot.log()));
  expect(bot.log()).toContain('these records are a copy of');
  // What its provider is known to have, or can be found there, comes; it is billed once, as it was.
  await time.advance(60_000);
  for (const { id } of [running, sending])
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', costUsd: 0.21 });
  expect(await readJob(bot.url, waiting.id)).toMatchObject({
    state: 'unknown',
    message: expect.stringContaining('not sent again'),
  });
  // A start after it is one like any other.
  await bot.restart('SIGTERM');
  expect(await readJob(bot.url, waiting.id)).toMatchObject({ state: 'unknown' });
  expect(bot.log().match(/these records are a copy of/g)).toHaveLength(1);
  const again = await makeJob(bot.url, files);
  await jobUntil(bot.url, again.id, ({ state }) => state === 'running');
  expect(submits()).toBe(4);
}

describe('a machine lost in the middle of three renders, and restored from an earlier copy', () => {
  it('submits nothing twice', () => submitsNothingTwice(async () => ({})));

  describe('with its records in PostgreSQL', postgresNeeded, () => {
    it('submits nothing twice', () =>
      submitsNothingTwice(async () => {
        const { url, drop } = await freshSchema();
        onTestFinished(drop);
        return { STORE_URL: url };
      }));
  });
});
