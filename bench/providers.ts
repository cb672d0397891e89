/**
 * What following a job costs: `node bench/providers.ts [--minutes 5] [--jobs 20] [--speed 5]`. fal.ai's own client
 * (`fal.subscribe`, a look every 500 ms), on a clock that goes `speed` times as fast, and beside it ours at each provider,
 * on a clock that stands still while anybody works (`follow.ts`). Memory is measured at normal speed, with the simulator in
 * a process of its own, so that its memory is not counted.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createFalClient } from '@fal-ai/client';
import { startFal } from '../simulators/fal.ts';
import type { SimTime } from '../simulators/sim-time.ts';
import type { Operation, RenderRequest } from '../src/core/job/job.ts';
import type { Clock, Log, Provider, UploadedFiles } from '../src/core/ports.ts';
import { createFetcher } from '../src/providers/download.ts';
import { createFal } from '../src/providers/fal/fal.ts';
import { sampleClip, sampleImage } from '../test/samples.ts';
import { serveFiles } from '../test/serve-files.ts';
import { FOLLOWED, follow, type News } from './follow.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    jobs: { type: 'string', default: '20' },
    speed: { type: 'string', default: '5' },
  },
});
const RENDER_MS = Number(values.minutes) * 60_000;
const JOBS = Number(values.jobs);
const SPEED = Number(values.speed);
const LARGE_BYTES = 60_000_000;
const KEY = 'bench:secret';
const MODEL = 'fal-ai/kling-video/v2.6/standard/motion-control';
const REQUEST: RenderRequest = { quality: 'standard', orientation: 'video', sound: true, clipSeconds: 3 };

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const never = new AbortController().signal;
const startedAt = Date.now();
const fast: Clock & SimTime = {
  now: () => startedAt + (Date.now() - startedAt) * SPEED,
  after: (ms, run) => void setTimeout(() => void run(), ms / SPEED),
};

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function falAt(url: string, clock: Clock): Provider {
  const pathOf = async () => '';
  const urls = { queueUrl: url, restUrl: url, apiUrl: url };
  return createFal({ key: KEY, ...urls, pathOf, clock, log: silent });
}

async function submit(provider: Provider, uploaded: UploadedFiles, jobId = 'bench'): Promise<Operation> {
  const outcome = await provider.submit(jobId, REQUEST, uploaded, never);
  if (outcome.kind !== 'accepted') throw new Error(`the submit came to ${outcome.kind}`);
  return outcome.operation;
}

/** Files that the simulator can fetch. */
async function uploadTo(url: string): Promise<UploadedFiles> {
  const { openAsBlob } = await import('node:fs');
  const storage = clientFor(url).storage;
  const image = await storage.upload(await openAsBlob(await sampleImage(), { type: 'image/jpeg' }));
  const clip = await storage.upload(await openAsBlob(await sampleClip(), { type: 'video/mp4' }));
  return { image, clip };
}

const clientFor = (url: string) =>
  createFalClient({
    credentials: KEY,
    fetch: ((input: string | URL, init?: RequestInit) =>
      fetch(String(input).replace(/^https:\/\/(queue\.fal\.run|rest\.fal\.ai)/, url), init)) as typeof fetch,
  });

/** How many requests fal.ai's own client makes for one job. */
async function theirs(): Promise<number> {
  const sim = await startFal({ key: KEY, time: fast });
  const uploaded = await uploadTo(sim.url);
  sim.jobs.always({ queueMs: 0, runMs: RENDER_MS, seconds: 3 });
  const input = {
    image_url: uploaded.image,
    video_url: uploaded.clip,
    character_orientation: 'video' as const,
  };
  const { requestId } = await clientFor(sim.url).subscribe(MODEL, { input, pollInterval: 500 / SPEED });
  const requests = sim.requests.filter(({ path }) => path.includes(requestId)).length + 1;
  await sim.close();
  return requests;
}

/** A row per provider and way to learn of the end: one job for the requests, many lengths for how late that is. */
async function follows(): Promise<void> {
  const their = await theirs();
  console.log(`one job of ${values.minutes} min: fal.subscribe made ${their} requests`);
  const served = await serveFiles();
  const uploaded = { image: served.url(await sampleImage()), clip: served.url(await sampleClip()) };
  const ways: [way: string, how: { usualMs?: number; news: News }][] = [
    ['no history', { news: 'none' }],
    ['history', { news: 'none', usualMs: RENDER_MS }],
    ['webhook', { news: 'webhook' }],
    ['webhook lost', { news: 'lost' }],
  ];
  const rows: Record<string, object> = {};
  for (const { id, name } of FOLLOWED) {
    for (const [way, how] of ways) {
      const one = await follow(id, { runMs: RENDER_MS, ...how }, uploaded);
      if (!one) continue;
      const shares: number[] = [];
      const heard: number[] = [];
      // Renders vary in length, so that the noticing does not hang on one lucky length.
      for (let i = 0; i < JOBS; i += 1) {
        const runMs = Math.round(RENDER_MS * (0.8 + (0.4 * i) / JOBS));
        const other = await follow(id, { runMs, ...how }, uploaded);
        if (other) shares.push(other.lateMs / runMs);
        if (other?.heardMs !== undefined) heard.push(other.heardMs);
      }
      rows[`${name}, ${way}`] = {
        requests: one.requests,
        'of theirs': percent(one.requests / their),
        'late by, median': percent(median(shares)),
        worst: percent(Math.max(...shares)),
        ...(heard.length > 0
          ? { 'from the webhook, ms': `${median(heard).toFixed(0)}, worst ${Math.max(...heard).toFixed(0)}` }
          : {}),
      };
    }
  }
  console.table(rows);
  await served.close();
}

/** How much memory a large video takes on its way to the disk. */
async function memory(child: ChildProcess): Promise<void> {
  const [url] = (await once(child, 'message')) as [string];
  const folder = await mkdtemp(join(tmpdir(), 'strut-bench-'));
  const fetcher = createFetcher({ trustedOrigins: [url] });
  const provider = falAt(url, { now: Date.now });
  const uploaded = await uploadTo(url);
  const bring = async (name: string): Promise<number> => {
    const status = await provider.status(await submit(provider, uploaded), never);
    if (status.state !== 'completed') throw new Error(`it is ${status.state}`);
    const path = join(folder, name);
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 5);
    const from = performance.now();
    await fetcher.fetch(status.result, path, never);
    clearInterval(watch);
    const { size } = await stat(path);
    const words = `${(size / 1e6).toFixed(0)} MB to disk in ${(performance.now() - from).toFixed(0)} ms`;
    console.log(`  ${name}: ${words}, ${((most - before) / 1e6).toFixed(1)} MB of extra memory`);
    return most - before;
  };
  console.log('a large video:');
  for (const name of ['first', 'second', 'third']) await bring(name);
  await provider.stop?.();
  await fetcher.stop();
  await rm(folder, { recursive: true });
  child.kill();
}

if (process.send) {
  const sim = await startFal({ key: KEY });
  sim.jobs.always({ queueMs: 0, runMs: 0, seconds: 3, bytes: LARGE_BYTES });
  process.send(sim.url);
} else {
  await memory(fork(import.meta.filename));
  await follows();
}
