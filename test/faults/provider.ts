/** The hosted providers, each as its simulator, with what a fault test has to know of it. */
import type { KeyObject } from 'node:crypto';
import { startFal } from '../../simulators/fal.ts';
import type { SimServer } from '../../simulators/provider-sim.ts';
import { startRuncomfy } from '../../simulators/runcomfy.ts';
import { startRunpod } from '../../simulators/runpod.ts';
import type { Script, SimJob } from '../../simulators/sim-jobs.ts';

export const PROVIDERS = ['fal', 'runpod', 'runcomfy'] as const;
/** Those that are broken elsewhere, and why. */
export const NOT_HERE: Readonly<Record<string, string>> = {
  kling:
    'sends a submit again under an id that is taken once, where this suite counts that each is made once: test/e2e/kling.test.ts breaks it',
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
  /** The paths of its calls, for faults. */
  paths: { submit: RegExp; status: RegExp; result: RegExp; video: RegExp };
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
  }
}

function simulated(
  name: ProviderName,
  sim: Omit<Sim, 'jobs'> & { jobs: unknown },
  facts: Pick<Simulated, 'env' | 'news' | 'paths'>,
): Simulated {
  // The three word their failures differently; nothing here looks at one.
  const jobs = sim.jobs as Sim['jobs'];
  let usual: Script<never> = QUICK;
  jobs.always(usual);
  return {
    ...sim,
    ...facts,
    hooks: facts.news !== undefined,
    name,
    env: { ...facts.env, PROVIDERS: name },
    submits: () => sim.requestsTo('POST', facts.paths.submit).length,
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
