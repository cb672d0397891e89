/**
 * What following a job costs: `node bench/providers.ts [--minutes 5] [--jobs 20] [--speed 5]`. Side by side on the
 * simulator of fal.ai: fal.ai's own client (`fal.subscribe`, a look every 500 ms) and ours, with the core's pace and
 * with webhooks. The long jobs run on a clock that goes `speed` times as fast; webhooks and memory are measured at
 * normal speed. The simulator is a process of its own, so that its memory is not counted.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createFalClient } from '@fal-ai/client';
import { startFal } from '../simulators/fal.ts';
import type { SimTime } from '../simulators/sim-time.ts';
import type { Operation, RenderRequest } from '../src/core/job/job.ts';
import { nextLookMs } from '../src/core/job/pace.ts';
import type { Clock, Log, Provider, UploadedFiles } from '../src/core/ports.ts';
import { createFetcher } from '../src/providers/download.ts';
import { createFal } from '../src/providers/fal/fal.ts';
import { sampleClip, sampleImage } from '../test/samples.ts';

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

function falAt(url: string, clock: Clock, webhookUrl?: (jobId: string) => string): Provider {
  const pathOf = async () => '';
  const urls = { queueUrl: url, restUrl: url, apiUrl: url };
  return createFal({ key: KEY, ...urls, pathOf, clock, log: silent, ...(webhookUrl ? { webhookUrl } : {}) });
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

/** Follows one job as the core does, until its video is asked for; answers how long after its end that was. */
async function follow(
  provider: Provider,
  operation: Operation,
  endsAt: number,
  usualMs: number | undefined,
): Promise<number> {
  const submittedAt = fast.now();
  for (;;) {
    const elapsedMs = fast.now() - submittedAt;
    await wait(nextLookMs({ elapsedMs, usualMs, floorMs: provider.capabilities.pollFloorMs }) / SPEED);
    const status = await provider.status(operation, never);
    if (status.state === 'completed') return fast.now() - endsAt;
  }
}

/** All at once, so that it takes no longer than one of them. */
async function longJobs(): Promise<void> {
  const sim = await startFal({ key: KEY, time: fast });
  const uploaded = await uploadTo(sim.url);
  const provider = falAt(sim.url, fast);
  const requestsFor = (id: string) => sim.requests.filter(({ path }) => path.includes(id)).length + 1;

  async function theirs(): Promise<number> {
    const input = {
      image_url: uploaded.image,
      video_url: uploaded.clip,
      character_orientation: 'video' as const,
    };
    const { requestId } = await clientFor(sim.url).subscribe(MODEL, { input, pollInterval: 500 / SPEED });
    return requestsFor(requestId);
  }

  /** Sent one after the other, so that each gets its own length; then followed side by side. */
  async function ours(runMs: number, usualMs: number | undefined) {
    sim.jobs.next({ runMs });
    const operation = await submit(provider, uploaded);
    const id = String(operation.requestId);
    const endsAt = (sim.jobs.get(id)?.acceptedAt ?? 0) + runMs;
    const followed = follow(provider, operation, endsAt, usualMs);
    return async () => ({ delay: (await followed) / runMs, requests: requestsFor(id) });
  }
  async function varied(usualMs: number | undefined) {
    const followed: Awaited<ReturnType<typeof ours>>[] = [];
    for (let i = 0; i < JOBS; i += 1)
      followed.push(await ours(RENDER_MS * (0.8 + (0.4 * i) / JOBS), usualMs));
    return () => Promise.all(followed.map((end) => end()));
  }

  sim.jobs.always({ queueMs: 0, runMs: RENDER_MS, seconds: 3 });
  const endOf = {
    first: await ours(RENDER_MS, undefined),
    later: await ours(RENDER_MS, RENDER_MS),
    // Renders vary in length, so that the noticing does not hang on one lucky length.
    variedFirst: await varied(undefined),
    variedLater: await varied(RENDER_MS),
  };
  const their = await theirs();
  const [first, later] = [await endOf.first(), await endOf.later()];
  const variations = [await endOf.variedFirst(), await endOf.variedLater()];
  console.log(`one job of ${values.minutes} min: fal.subscribe made ${their} requests`);
  for (const [name, { requests }] of [
    ['without history', first],
    ['with history', later],
  ] as const) {
    console.log(`  ours ${name}: ${requests} requests, ${percent(requests / their)} of theirs`);
  }
  const words = `${JOBS} jobs of ${0.8 * Number(values.minutes)} to ${1.2 * Number(values.minutes)} min`;
  for (const [i, name] of ['without history', 'with history'].entries()) {
    const delays = (variations[i] ?? []).map(({ delay }) => delay);
    console.log(
      `  ${words}, ${name}: fetched after a median of ${percent(median(delays))} of the render, worst ${percent(Math.max(...delays))}`,
    );
  }
  await provider.stop?.();
  await sim.close();
}

/** From the end at the provider to the first byte of the video asked for, in real milliseconds. */
async function withWebhooks(): Promise<void> {
  const sim = await startFal({ key: KEY });
  const uploaded = await uploadTo(sim.url);
  sim.jobs.always({ queueMs: 0, runMs: 100, seconds: 3 });
  const folder = await mkdtemp(join(tmpdir(), 'strut-bench-'));
  const fetcher = createFetcher({ trustedOrigins: [sim.url] });
  const delays: number[] = [];
  const { promise: all, resolve: done } = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const verdict = await provider.parseWebhook?.(
      request.headers as Record<string, string>,
      Buffer.concat(chunks),
    );
    response.end();
    if (verdict?.kind !== 'operation') throw new Error('the webhook was refused');
    const status = await provider.status(verdict.operation, never);
    if (status.state !== 'completed') throw new Error('the webhook came early');
    const job = sim.jobs.get(String(verdict.operation.requestId));
    const asked = Date.now();
    await fetcher.fetch(status.result, join(folder, `${verdict.operation.requestId}.mp4`), never);
    delays.push(asked - (job?.acceptedAt ?? 0) - 100);
    if (delays.length === JOBS) done();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const provider = falAt(sim.url, { now: Date.now }, (jobId) => `http://127.0.0.1:${port}/${jobId}`);
  for (let i = 0; i < JOBS; i += 1) {
    await submit(provider, uploaded, `job-${i}`);
    await wait(20);
  }
  await all;
  console.log(
    `${JOBS} jobs with webhooks: fetched after a median of ${median(delays)} ms, worst ${Math.max(...delays)} ms`,
  );
  server.closeAllConnections();
  server.close();
  await provider.stop?.();
  await fetcher.stop();
  await sim.close();
  await rm(folder, { recursive: true });
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
  await withWebhooks();
  await longJobs();
}
