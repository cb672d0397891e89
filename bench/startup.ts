/**
 * How soon the bot is ready with many open jobs: the true process, from its start to the first 200 of `/readyz`.
 * `node bench/startup.ts [jobs=10000] [lines=0]`: `lines` are jobs of long ago in the ledger, which nothing at start may read.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { createStore } from '../src/store/index.ts';
import { jobIn } from '../test/fakes/jobs.ts';
import { fillBook } from './fill-book.ts';

const [count = 10_000, lines = 0] = process.argv.slice(2).map(Number);
const dir = await mkdtemp(join(tmpdir(), 'strut-bench-'));

const store = createStore(dir, (error) => console.error(error));
const now = Date.now();
for (let i = 0; i < count; i += 1) {
  await store.jobs.save({
    ...jobIn('queued', { id: `web-bench-${i}`, createdAt: now, deadlineAt: now + 3_600_000 }),
    submittedAt: now,
  });
}
await store.close();
await fillBook(dir, lines, (i) => ({
  jobId: `discord:${i}`,
  micros: 420_000,
  counters: [],
  limits: [],
  at: now - 1000 * (lines - i),
  memberId: `discord:${i % 5000}`,
  spaceId: `discord:s${i % 200}`,
  provider: 'fal',
  seconds: 6,
}));

const begun = performance.now();
const bot = spawn(process.execPath, ['src/start.js'], {
  cwd: join(import.meta.dirname, '..'),
  // Nobody answers there: each job's poll fails and backs off, which is the harder case.
  env: {
    ...process.env,
    DATA_DIR: dir,
    PORT: '0',
    FAL_KEY: 'id:secret',
    FAL_QUEUE_URL: 'http://127.0.0.1:9',
    FAL_REST_URL: 'http://127.0.0.1:9',
    FAL_API_URL: 'http://127.0.0.1:9',
    LOG_LEVEL: 'info',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let url = '';
for await (const line of createInterface(bot.stdout)) {
  url = /page at (\S+)/.exec(line)?.[1] ?? '';
  if (url) break;
}
const ready = await fetch(`${url}/readyz`);
const readyMs = performance.now() - begun;
await wait(5_000);
const stopping = performance.now();
bot.kill('SIGTERM');
bot.stdout.resume();
await new Promise((resolve) => bot.once('exit', resolve));

console.table({
  'open jobs': count,
  'lines in the book': lines,
  '/readyz answered': ready.status,
  'ready after (ms)': Math.round(readyMs),
  'stopped within (ms)': Math.round(performance.now() - stopping),
});
await rm(dir, { recursive: true });
