/** RunPod's queue over real HTTP, with its one endpoint of this model. */
import { randomUUID } from 'node:crypto';
import { type Reply, type SimRequest, type SimServer, startServer } from './provider-sim.ts';
import { problemOf, type RunpodFailure, word } from './runpod-errors.ts';
import { createSimJobs, type Script, type SimJob, type SimJobs, tellHook } from './sim-jobs.ts';
import { realTime, type SimTime } from './sim-time.ts';
import { serveVideo } from './sim-video.ts';

export const RUNPOD_ENDPOINT = 'kling-v2-6-std-motion-control';
const ACTIVE_MS = 30 * 60_000;

export type RunpodSim = SimServer & {
  key: string;
  jobs: SimJobs<RunpodFailure>;
  /** Turned off, the endpoint is gone as if withdrawn. */
  listed: boolean;
  /** A new job is unknown to `/status` for so long. */
  unknownForMs: number;
  /** How the output names the video. */
  output: 'video_url' | 'text' | 'result' | 'no-cost';
  /** What running is called. */
  running: 'IN_PROGRESS' | 'RUNNING';
  /** What the account was billed for a job, in dollars. */
  billed(id: string): Promise<number>;
  deliveries: { url: string; status: number }[];
};

const problem = (status: number, detail: string): Reply => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  json: { status, title: status === 404 ? 'Not Found' : 'Bad Request', detail },
});

export async function startRunpod(
  options: { port?: number; key?: string; time?: SimTime } = {},
): Promise<RunpodSim> {
  const { key = 'rpa_sim-secret', time = realTime() } = options;
  const jobs = createSimJobs<RunpodFailure>({
    time,
    local: () => undefined,
    word,
    makeId: () => `${randomUUID()}-u1`,
  });
  const deliveries: RunpodSim['deliveries'] = [];
  const server = await startServer(handle, {
    port: options.port,
    control: (script) => jobs.always(script as Script<RunpodFailure>),
  });
  const sim: RunpodSim = {
    ...server,
    key,
    jobs,
    deliveries,
    listed: true,
    unknownForMs: 0,
    output: 'video_url',
    running: 'IN_PROGRESS',
    billed: async (id) => costOf(await jobs.get(id)?.end),
  };
  return sim;

  async function handle(request: SimRequest): Promise<Reply> {
    const { method, path } = request;
    if (path.startsWith('/videos/')) return serveResult(request);
    const [, version, endpoint, operation, id = ''] = path.split('/');
    if (version !== 'v2') return { status: 404, text: '404 page not found' };
    const { authorization } = request.headers;
    if (authorization === undefined) return { status: 401, text: 'no token provided' };
    if (authorization !== `Bearer ${key}` && authorization !== key) return { status: 401, text: '' };
    if (endpoint !== RUNPOD_ENDPOINT || !sim.listed) return { status: 404, text: 'endpoint not found' };
    if (method === 'POST' && operation === 'run') return run(request, 10_000_000);
    if (method === 'POST' && operation === 'runsync') return runSync(request);
    if (method === 'GET' && operation === 'health') return health();
    if (method === 'POST' && operation === 'purge-queue')
      return { status: 200, json: { removed: 0, status: 'completed' } };
    const job = known(id);
    if (!job) return problem(404, 'job not found');
    if (method === 'GET' && operation === 'status') return { status: 200, json: await statusOf(job) };
    if (method === 'GET' && operation === 'status-sync')
      return { status: 200, json: await waited(job, request) };
    if (method === 'GET' && operation === 'stream')
      return { status: 200, json: { ...(await statusOf(job)), stream: [] } };
    if (method === 'POST' && operation === 'cancel') return cancel(job);
    return { status: 404, text: '404 page not found' };
  }

  /** Unknown at first when told so, and after its retention for ever. */
  function known(id: string): SimJob<RunpodFailure> | undefined {
    const job = jobs.get(id);
    if (!job) return undefined;
    const age = time.now() - job.acceptedAt;
    const ended = jobs.phase(job) === 'done' && age > jobs.endsInMs(job) + ACTIVE_MS;
    return age < sim.unknownForMs || ended ? undefined : job;
  }

  async function run({ body, json }: SimRequest, maxBytes: number): Promise<Reply> {
    if (body.length > maxBytes) return problem(400, 'request body too large');
    const job = await take(json);
    return 'status' in job ? job : { status: 200, json: { id: job.id, status: 'IN_QUEUE' } };
  }

  async function runSync(request: SimRequest): Promise<Reply> {
    const job = await take(request.json);
    if ('status' in job) return job;
    return { status: 200, json: await waited(job, request) };
  }

  async function waited(job: SimJob<RunpodFailure>, { query }: SimRequest) {
    const until = Date.now() + Math.min(Number(query.get('wait') ?? 90_000), 300_000);
    for (;;) {
      const status = await statusOf(job);
      if (!['IN_QUEUE', 'IN_PROGRESS', 'RUNNING'].includes(status.status) || Date.now() >= until)
        return status;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function take(json: unknown): Promise<SimJob<RunpodFailure> | Reply> {
    if (json === null || typeof json !== 'object' || !('input' in json))
      return problem(400, 'input is required');
    const { input, webhook, policy, webhookV2, s3Config, ...unknown } = json as Record<string, unknown>;
    if (input === null || typeof input !== 'object') return problem(400, 'input must be an object');
    const [extra] = Object.keys(unknown);
    if (extra) return problem(400, `unknown field ${extra}`);
    const { executionTimeout = 600_000 } = (policy ?? {}) as { executionTimeout?: number };
    const fields = input as Record<string, unknown>;
    const files = { image: fields.image, clip: fields.video, orientation: fields.character_orientation };
    const job = jobs.accept(
      fields,
      files,
      problemOf(fields),
      typeof webhook === 'string' ? webhook : undefined,
    );
    if ((job.script.runMs ?? 0) > executionTimeout) {
      job.script = { ...job.script, runMs: executionTimeout };
      job.end = Promise.resolve({ kind: 'failure', failure: { kind: 'timed-out' } });
    }
    if (job.script.webhook?.early) await deliver(job);
    else if (job.hook) time.after(jobs.endsInMs(job), () => deliver(job));
    return job;
  }

  async function statusOf(
    job: SimJob<RunpodFailure>,
  ): Promise<{ id: string; status: string; [key: string]: unknown }> {
    const { id } = job;
    const times = { delayTime: job.script.queueMs ?? 0, workerId: 'oqk7ao1uomckye' };
    const phase = jobs.phase(job);
    if (phase === 'queued') return { id, status: 'IN_QUEUE' };
    if (phase === 'running') return { ...times, id, status: sim.running };
    const executionTime = job.script.runMs ?? 0;
    if (phase === 'cancelled') return { ...times, executionTime, id, status: 'CANCELLED' };
    const end = await job.end;
    if (end.kind === 'video')
      return { ...times, executionTime, id, output: outputOf(job, costOf(end)), status: 'COMPLETED' };
    const { failure } = end;
    switch (failure.kind) {
      case 'failed':
        return { ...times, executionTime, id, error: failure.error, status: 'FAILED' };
      case 'failed-output':
        return { ...times, executionTime, id, output: failure.output, status: 'FAILED' };
      case 'hidden':
        return { ...times, id, output: { error: failure.error }, status: sim.running };
      case 'completed-error':
        return { ...times, executionTime, id, output: { error: failure.error }, status: 'COMPLETED' };
      case 'timed-out':
        return { id, status: 'TIMED_OUT' };
    }
  }

  function outputOf(job: SimJob<RunpodFailure>, cost: number): unknown {
    const url = `${job.script.videosAt ?? server.url}/videos/${job.id}/output.mp4`;
    if (sim.output === 'text') return url;
    if (sim.output === 'result') return { result: url, cost };
    return sim.output === 'no-cost' ? { video_url: url } : { video_url: url, cost };
  }

  async function cancel(job: SimJob<RunpodFailure>): Promise<Reply> {
    const stopped = jobs.cancel(job);
    return {
      status: 200,
      json: stopped
        ? { id: job.id, status: 'CANCELLED' }
        : { id: job.id, status: (await statusOf(job)).status },
    };
  }

  function health(): Reply {
    const phases = [...jobs.all.values()].map((job) => jobs.phase(job));
    const count = (phase: string) => phases.filter((one) => one === phase).length;
    return {
      status: 200,
      json: {
        jobs: {
          completed: count('done'),
          failed: 0,
          inProgress: count('running'),
          inQueue: count('queued'),
          retried: 0,
        },
        workers: { idle: 1, initializing: 0, ready: 1, running: count('running'), throttled: 0 },
      },
    };
  }

  async function serveResult(request: SimRequest): Promise<Reply> {
    const job = jobs.get(request.path.split('/')[2] ?? '');
    const end = job && jobs.phase(job) === 'done' ? await job.end : undefined;
    return end?.kind === 'video' ? serveVideo(end.video, request) : { status: 404, text: 'not found' };
  }

  async function deliver(job: SimJob<RunpodFailure>): Promise<void> {
    if (!job.hook) return;
    const { hook } = job;
    const body = JSON.stringify(await statusOf(job));
    const told = () => ({ body, headers: { 'content-type': 'application/json' } });
    const heard = (status: number) => deliveries.push({ url: hook, status });
    await tellHook(job, hook, told, heard, server.closing);
  }
}

/** Blocks of three seconds; a failure is free. */
function costOf(end: Awaited<SimJob<RunpodFailure>['end']> | undefined): number {
  return end?.kind === 'video' ? Math.round(Math.ceil((end.seconds - 0.05) / 3) * 21) / 100 : 0;
}
