/**
 * What many open jobs cost: memory over the idle process, and CPU at one poll per job per 20 s.
 * `node bench/tracker.ts [jobs=10000] [seconds=60]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createJobs } from '../src/core/job/jobs.ts';
import { createScheduler } from '../src/engine/scheduler.ts';
import { createStore } from '../src/store/index.ts';
import { jobIn } from '../test/fakes/jobs.ts';
import { createRemote } from '../test/fakes/remote.ts';
import { createWorld } from '../test/fakes/world.ts';

const [count = 10_000, seconds = 60] = process.argv.slice(2).map(Number);
const POLL_EVERY_MS = 20_000;

const dir = await mkdtemp(join(tmpdir(), 'strut-bench-'));
const store = createStore(dir, (error) => console.error(error));
const clock = { now: Date.now };
let polls = 0;
const remote = createRemote('fal');
remote.provider.capabilities.pollFloorMs = POLL_EVERY_MS;
remote.provider.status = async () => {
  polls += 1;
  return { state: 'queued', position: 2 };
};
const { ctx } = createWorld({ remotes: [remote] }).boot();
const scheduler = createScheduler({ clock, atOnce: 64, onError: console.error });
const jobs = createJobs({
  ...ctx,
  clock,
  scheduler,
  store: store.jobs,
  random: Math.random,
  stopping: () => false,
});

for (let i = 0; i < count; i += 1) {
  const id = `web-bench-${i}`;
  await store.jobs.save({
    ...jobIn('queued', { id, createdAt: Date.now(), deadlineAt: Date.now() + 3_600_000 }),
    submittedAt: Date.now(),
  });
}
const collect = globalThis.gc ?? (() => {});
collect();
await wait(500);
const idleBytes = process.memoryUsage().rss;

const before = performance.now();
await jobs.recover();
const recoveredMs = performance.now() - before;
// The first round is spread over 20 s; what is measured is the steady state after it.
await wait(POLL_EVERY_MS + 2_000);
const [cpu, pollsBefore] = [process.cpuUsage(), polls];
await wait(seconds * 1000);
const used = process.cpuUsage(cpu);
const cpuShare = (used.user + used.system) / 1e6 / seconds;
collect();
const grownBytes = process.memoryUsage().rss - idleBytes;

console.table({
  'open jobs': count,
  'taken up in (ms)': Math.round(recoveredMs),
  'polls per second': Math.round((polls - pollsBefore) / seconds),
  'share of one core (%)': Math.round(cpuShare * 1000) / 10,
  'memory over idle (MB)': Math.round(grownBytes / 1e5) / 10,
});
await jobs.stop();
store.close();
await rm(dir, { recursive: true });
