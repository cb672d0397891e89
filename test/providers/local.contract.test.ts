import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { FailureCode } from '../../src/core/refusals.ts';
import { createLocalProvider } from '../../src/providers/local/index.ts';
import type { RunDraft } from '../../src/providers/local/renders.ts';
import { providerContract } from '../contracts/provider.ts';
import type { JobPlan } from '../contracts/provider-subject.ts';

/** A media pool whose renders take what the test orders, by the test's own clock; a job's place outlives a restart. */
function orderedPool() {
  let now = 0;
  let upcoming: JobPlan = {};
  const jobs = new Map<string, { plan: JobPlan; since: number }>();
  const going = new Set<() => Promise<void>>();

  const run: RunDraft = (_name, { toPath }, { signal, onQueue, onProgress }) => {
    const job = jobs.get(toPath) ?? { plan: upcoming, since: now };
    jobs.set(toPath, job);
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<RunDraft>>>();
    const { queueMs = 0, runMs = 0, failure } = job.plan;
    const look = async () => {
      const elapsed = now - job.since;
      if (elapsed < queueMs) return onQueue(1);
      onQueue(0);
      onProgress(0.5);
      if (elapsed < queueMs + runMs) return;
      going.delete(look);
      if (failure === 'provider-down') return reject(new Error('the child died'));
      if (failure === 'no-person-in-image' || failure === 'no-person-in-clip')
        return resolve({ ok: false, code: failure });
      await writeFile(toPath, 'a video');
      resolve({ ok: true });
    };
    signal.addEventListener('abort', () => {
      going.delete(look);
      reject(signal.reason);
    });
    going.add(look);
    void look();
    return promise;
  };

  /** Lets what is due happen; disk work in between takes its turns. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 200; turn += 1) await setImmediate();
  }

  return {
    run,
    settle,
    order: (plan: JobPlan) => {
      upcoming = plan;
    },
    async advance(ms: number) {
      await settle();
      now += ms;
      for (const look of [...going]) await look();
      await settle();
    },
  };
}

providerContract('the local renderer', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'strut-local-'));
  const pool = orderedPool();
  const open = () =>
    createLocalProvider({
      run: pool.run,
      files: { path: async ({ key }) => join(dataDir, key) },
      dataDir,
      servesAll: false,
      log: { warn() {} },
    });
  const provider = open();
  const opened = [provider];
  const failures: FailureCode[] = ['no-person-in-image', 'no-person-in-clip', 'provider-down'];
  return {
    // The contract looks the moment after the submit; the pool takes a render up a few turns later.
    provider: settling(provider, pool.settle),
    reopened() {
      const another = open();
      opened.push(another);
      return settling(another, pool.settle);
    },
    inputs: {
      image: { key: 'image', bytes: 1, mime: 'image/jpeg' },
      clip: { key: 'clip', bytes: 1, mime: 'video/mp4', durationMs: 3000 },
    },
    quality: 'draft',
    advance: pool.advance,
    next: pool.order,
    failures,
    cancels: { queued: 'cancelled', running: 'cancelled' },
    billedMicros: async () => 0,
    prices: { 3: 0, 30: 0 },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((one) => one.stop()));
      await rm(dataDir, { recursive: true });
    },
  };
});

/** After a restart the first look begins the render again, the next one tells how it stands. */
function settling(provider: ReturnType<typeof createLocalProvider>, settle: () => Promise<void>) {
  return {
    ...provider,
    async status(...args: Parameters<typeof provider.status>) {
      await provider.status(...args);
      await settle();
      return provider.status(...args);
    },
  };
}
