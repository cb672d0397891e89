/**
 * Follows one job from its submit until its video is asked for: the true core and the true adapter before the provider's
 * simulator, on a clock that stands still while they work. So requests and lateness are exact, and cost no time.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startFal } from '../simulators/fal.ts';
import { startKling } from '../simulators/kling.ts';
import type { SimServer } from '../simulators/provider-sim.ts';
import { startRuncomfy } from '../simulators/runcomfy.ts';
import { startRunpod } from '../simulators/runpod.ts';
import { startRunware } from '../simulators/runware.ts';
import type { SimTime } from '../simulators/sim-time.ts';
import { readConfig } from '../src/config.ts';
import type { Links } from '../src/core/delivery/links.ts';
import type { UploadedFiles } from '../src/core/job/job.ts';
import { takeWebhook } from '../src/core/job/webhook.ts';
import type { Log, Provider } from '../src/core/ports.ts';
import { PROVIDERS, type ProviderId } from '../src/providers/catalog.ts';
import { createHosted } from '../src/providers/index.ts';
import { createRemote } from '../test/fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../test/fakes/world.ts';

type Sim = SimServer & {
  jobs: { always(script: { queueMs: number; runMs: number; seconds: number }): void };
};
type Env = Record<string, string>;
type Simulated = { sim: Sim; env: Env };

/** Each provider's simulator, and the settings that lead there. */
const SIMULATORS: { [Id in ProviderId]?: (time: SimTime) => Promise<Simulated> } = {
  fal: async (time) =>
    at(await startFal({ time }), ({ key, url }) => ({
      FAL_KEY: key,
      FAL_QUEUE_URL: url,
      FAL_REST_URL: url,
      FAL_API_URL: url,
    })),
  runpod: async (time) =>
    at(await startRunpod({ time }), ({ key, url }) => ({ RUNPOD_API_KEY: key, RUNPOD_API_URL: url })),
  runcomfy: async (time) =>
    at(await startRuncomfy({ time }), (sim) => ({
      RUNCOMFY_API_TOKEN: sim.token,
      RUNCOMFY_API_URL: sim.url,
    })),
  kling: async (time) =>
    at(await startKling({ time }), ({ key, url }) => ({ KLING_API_KEY: key, KLING_API_URL: url })),
  runware: async (time) =>
    at(await startRunware({ time }), ({ key, url }) => ({ RUNWARE_API_KEY: key, RUNWARE_API_URL: url })),
};

const at = <S extends Sim>(sim: S, env: (sim: S) => Env): Simulated => ({ sim, env: env(sim) });

/** Those that can be followed here, in the order of the catalog. */
export const FOLLOWED = PROVIDERS.filter(({ id }) => SIMULATORS[id]);

/** `lost`: an address for its news was sent along, and they never come. */
export type News = 'none' | 'webhook' | 'lost';

export type Followed = {
  /** Calls that the provider got, from the submit to the one that named the video. */
  requests: number;
  /** From the end of the render until its video was asked for, on the provider's clock. */
  lateMs: number;
  /** The same from the webhook's arrival, on ours: all that we do about it. */
  heardMs?: number;
};

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Undefined where the provider never tells of an end by itself. */
export async function follow(
  id: ProviderId,
  { runMs, usualMs, news }: { runMs: number; usualMs?: number; news: News },
  uploaded: UploadedFiles,
): Promise<Followed | undefined> {
  await using cleanup = new AsyncDisposableStack();
  const start = SIMULATORS[id];
  if (!start) throw new Error(`${id} has no simulator here`);
  const due: { at: number; run: () => Promise<void> }[] = [];
  let now: () => number = Date.now;
  const { sim, env } = await start({
    now: () => now(),
    after: (ms, run) => void due.push({ at: now() + ms, run }),
  });
  cleanup.defer(sim.close);
  sim.jobs.always({ queueMs: 0, runMs, seconds: 3 });

  const hooks = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = request.headers as Record<string, string>;
    const taken = await takeWebhook(ctx, {
      provider: id,
      jobId: EVENT.id,
      headers,
      body: Buffer.concat(chunks),
    });
    response.writeHead(taken === 'taken' ? 200 : 503).end();
  });
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  cleanup.defer(() => void hooks.close());
  const { port } = hooks.address() as AddressInfo;
  const links: Links = {
    media: () => uploaded.image,
    hook: () => `http://127.0.0.1:${news === 'lost' ? 1 : port}/`,
    readMedia: () => undefined,
    readHook: () => EVENT.id,
  };

  const [entry] = await createHosted({
    settings: readConfig({ ...env, PROVIDERS: id }),
    links: news === 'none' ? undefined : links,
    pathOf: async () => '',
    clock: { now: () => now() },
    log: silent,
    onTrouble: () => {},
  });
  if (!entry) throw new Error(`${id} is not turned on`);
  cleanup.defer(async () => entry.provider.stop?.());
  if (news !== 'none' && !entry.provider.parseWebhook) return undefined;
  let before = 0;
  const provider: Provider = {
    ...entry.provider,
    // The files lie there already: what is counted begins with the submit.
    async upload() {
      before = sim.requests.length;
      return uploaded;
    },
  };
  const world = createWorld({
    remotes: [{ ...createRemote(id), provider }],
    ...(news === 'none' ? {} : { links }),
  });
  now = world.clock.now;
  const { ctx, jobs, intake, scheduler } = world.boot();
  if (usualMs !== undefined) ctx.history.usualMs = () => usualMs;
  let heardAt = 0;
  let found: Followed | undefined;
  ctx.events.subscribe('*', (job) => {
    if (found || job.state !== 'running' || job.phase.kind !== 'fetching') return;
    // The keys that sign webhooks are read once a day, whatever the jobs.
    const calls = sim.requests.slice(before).filter(({ path }) => !path.includes('/.well-known/'));
    found = {
      requests: calls.length,
      lateMs: now() - job.submittedAt - runMs,
      ...(heardAt ? { heardMs: performance.now() - heardAt } : {}),
    };
  });

  await jobs.recover();
  const [{ model = '', quality = 'standard', scene } = {}] = provider.capabilities.offers;
  const choices = { ...CHOICES, model, quality, ...(scene ? { scene } : {}) };
  const made = await createJob(intake, EVENT, UPLOADS, choices);
  if (!made.ok) throw new Error(`${id} takes no job: ${made.refusal.code}`);
  while (!found) {
    const [next] = due.toSorted((a, b) => a.at - b.at);
    if (await scheduler.runNext(next?.at)) continue;
    if (!next) throw new Error(`the job at ${id} is not looked at any more`);
    due.splice(due.indexOf(next), 1);
    world.time.now = Math.max(world.time.now, next.at);
    if (news === 'webhook') heardAt = performance.now();
    await next.run();
  }
  await jobs.stop();
  return found;
}
