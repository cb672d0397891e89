/** The hosted providers, each as its simulator, with what a fault test has to know of it. */
import type { KeyObject } from 'node:crypto';
import { startFal } from '../../simulators/fal.ts';
import { startKling } from '../../simulators/kling.ts';
import type { SimServer } from '../../simulators/provider-sim.ts';
import { startRuncomfy } from '../../simulators/runcomfy.ts';
import { startRunpod } from '../../simulators/runpod.ts';
import type { Script, SimJob } from '../../simulators/sim-jobs.ts';
import { externalIdsOf } from '../../src/providers/kling/wire.ts';

export const PROVIDERS = ['fal', 'runpod', 'runcomfy', 'kling'] as const;
/** Those that are broken elsewhere, and why. */
export const NOT_HERE: Readonly<Record<string, string>> = {
  comfyui:
    'forgets what it was sent, and is sent it again, where this suite counts that each is made once: test/e2e/comfyui.test.ts and test/providers/comfyui.test.ts break it',
  runware:
    'has one address for all of its calls, which this suite tells apart by their paths: test/e2e/runware.test.ts breaks it',
};
export type ProviderName = (typeof PROVIDERS)[number];

/** How long a render takes here when nothing else is said: a test is not there to wait. */
const QUICK = { queueMs: 60, runMs: 120, webhook: { retryMs: 300 }, fetchTries: 720 };

/** How a provider tells of an end by itself, and how anybody else could try to. */
export type News = {
  /** Where it was to tell of the job that was submitted last, whatever became of the submit. */
  hook(): string;
  /** Its own names for the jobs that it took. */
  ids(): string[];
  /** That the job has ended so, as a body. */
  say(id: string, what: { status?: string; videoUrl: string }): string;
  /** The headers that prove who said it, by default it and now; none where nothing is signed. */
  sign?(body: string, how?: { at?: number; key?: KeyObject }): Record<string, string>;
};

export type Simulated = Pick<
  SimServer,
  'fault' | 'faultsLeft' | 'requests' | 'requestsTo' | 'close' | 'url'
> & {
  name: ProviderName;
  env: Record<string, string>;
  /** Tells of the end by itself, where the internet reaches us. */
  hooks: boolean;
  news?: News;
  /**
   * It takes an id of ours once, so that a submit may be made again: a lost one is never of unknown fate. Answers how many
   * of that id it has made.
   */
  madeOf?(jobId: string): number;
  /** The paths of its calls, for faults. */
  paths: { submit: RegExp; status: RegExp; result: RegExp; video: RegExp };
  /** How often it was told to render; where a twin is refused, how often it did as told. */
  submits(): number;
  /** What the account was billed in all, in micro-dollars. */
  billedMicros(): Promise<number>;
  next(script: Script<never>): void;
  /** Whether it has still something to tell by itself. */
  hasNews(): boolean;
  /** Finished videos are said to lie there from now on. */
  putVideosAt(url: string): void;
};

type Sim = SimServer & {
  jobs: {
    all: Map<string, SimJob<never>>;
    hasNews(): boolean;
    always(script: object): void;
    next(script: object): void;
  };
  billed(id: string): Promise<number>;
};

export async function startProvider(name: ProviderName): Promise<Simulated> {
  switch (name) {
    case 'fal': {
      const sim = await startFal();
      return simulated(name, sim, {
        env: { FAL_KEY: sim.key, FAL_QUEUE_URL: sim.url, FAL_REST_URL: sim.url, FAL_API_URL: sim.url },
        news: {
          hook: () =>
            sim
              .requestsTo('POST', /motion-control$/)
              .at(-1)
              ?.query.get('fal_webhook') ?? '',
          ids: () => [...sim.jobs.all.keys()],
          say: (id, { status = 'OK', videoUrl }) =>
            JSON.stringify({
              request_id: id,
              gateway_request_id: id,
              status,
              payload: { video: { url: videoUrl, content_type: 'video/mp4' } },
            }),
          sign: sim.signing.signWebhook,
        },
        paths: {
          submit: /motion-control$/,
          status: /\/status$/,
          result: /\/response$/,
          video: /^\/files\/.*output\.mp4$/,
        },
      });
    }
    case 'runpod': {
      const sim = await startRunpod();
      return simulated(name, sim, {
        env: { RUNPOD_API_KEY: sim.key, RUNPOD_API_URL: sim.url },
        news: {
          hook: () => hookIn(sim.requestsTo('POST', /\/run$/).at(-1)?.json),
          ids: () => [...sim.jobs.all.keys()],
          say: (id, { status = 'COMPLETED', videoUrl }) =>
            JSON.stringify({ id, status, output: { video_url: videoUrl, cost: 0 } }),
        },
        paths: { submit: /\/run$/, status: /\/status\//, result: /\/status\//, video: /^\/videos\// },
      });
    }
    case 'runcomfy': {
      const sim = await startRuncomfy();
      return simulated(name, sim, {
        env: { RUNCOMFY_API_TOKEN: sim.token, RUNCOMFY_API_URL: sim.url },
        paths: {
          submit: /^\/v1\/models\//,
          status: /\/status$/,
          result: /\/result$/,
          video: /^\/files\//,
        },
      });
    }
    case 'kling': {
      const sim = await startKling();
      return simulated(name, sim, {
        env: { KLING_API_KEY: sim.key, KLING_API_URL: sim.url },
        news: {
          hook: () => optionOf(sim.requestsTo('POST', /^\/motion-control\//).at(-1)?.json, 'callback_url'),
          ids: () => [...sim.jobs.all.keys()],
          say: (id, { status = 'succeeded', videoUrl }) =>
            JSON.stringify({ id, status, outputs: [{ type: 'video', url: videoUrl }] }),
        },
        madeOf: (jobId) =>
          [...sim.jobs.all.values()].filter(({ input }) =>
            optionOf(input, 'external_task_id')?.startsWith(externalIdsOf(jobId)),
          ).length,
        paths: {
          submit: /^\/motion-control\//,
          status: /^\/tasks$/,
          result: /^\/tasks$/,
          video: /^\/videos\//,
        },
      });
    }
  }
}

function simulated(
  name: ProviderName,
  sim: Omit<Sim, 'jobs'> & { jobs: unknown },
  facts: Pick<Simulated, 'env' | 'news' | 'paths' | 'madeOf'>,
): Simulated {
  // Each words its failures differently; nothing here looks at one.
  const jobs = sim.jobs as Sim['jobs'];
  let usual: Script<never> = QUICK;
  jobs.always(usual);
  return {
    ...sim,
    ...facts,
    hooks: facts.news !== undefined,
    name,
    env: { ...facts.env, PROVIDERS: name },
    submits: () => (facts.madeOf ? jobs.all.size : sim.requestsTo('POST', facts.paths.submit).length),
    async billedMicros() {
      let micros = 0;
      for (const id of jobs.all.keys()) micros += Math.round((await sim.billed(id)) * 1e6);
      return micros;
    },
    next: (script) => jobs.next({ ...usual, ...script, webhook: { ...usual.webhook, ...script.webhook } }),
    hasNews: jobs.hasNews,
    putVideosAt(url) {
      usual = { ...QUICK, videosAt: url };
      jobs.always(usual);
    },
  };
}

const hookIn = (json: unknown): string =>
  typeof json === 'object' && json && 'webhook' in json ? String(json.webhook) : '';

const optionOf = (json: unknown, name: string): string => {
  const options = typeof json === 'object' && json && 'options' in json ? json.options : undefined;
  return typeof options === 'object' && options ? String(Reflect.get(options, name) ?? '') : '';
};
