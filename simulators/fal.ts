/** fal.ai over real HTTP: queue, storage, prices and webhook keys on one port. */
import { appOf, ENDPOINTS, problemOf, unitsOf } from './fal-endpoints.ts';
import { type FalFailure, requestError, word } from './fal-errors.ts';
import { createFalFiles, type Upload } from './fal-files.ts';
import { createSigning } from './fal-signing.ts';
import { type Reply, type SimRequest, type SimServer, startServer } from './provider-sim.ts';
import { createSimJobs, type Script, type SimJob, type SimJobs, tellHook } from './sim-jobs.ts';
import { realTime, type SimTime } from './sim-time.ts';
import { serveVideo } from './sim-video.ts';

/** What a clip has that nobody said more of. */
const USUAL_FPS = 30;

export type FalSim = SimServer & {
  key: string;
  jobs: SimJobs<FalFailure>;
  /** Dollars per unit by endpoint; one that is taken out is missing from the pricing API. */
  prices: Map<string, number>;
  /** What the account was billed for a request, in dollars. */
  billed(id: string): Promise<number>;
  /** Turned off, the result names no billed units, as older endpoints do. */
  tellsUnits: boolean;
  uploads: Map<string, Upload>;
  signing: ReturnType<typeof createSigning>;
  /** How requests are listed: so late, and while they run or only once they have ended. */
  lists: { lagMs: number; running: boolean };
  /** The status of each answer to a webhook. */
  deliveries: { url: string; status: number }[];
};

export async function startFal(
  options: { port?: number; key?: string; time?: SimTime } = {},
): Promise<FalSim> {
  const { key = 'sim-id:sim-secret', time = realTime() } = options;
  const files = createFalFiles();
  const prices = new Map(Object.entries(ENDPOINTS).map(([id, { price }]) => [id, price]));
  const deliveries: FalSim['deliveries'] = [];
  const signing = createSigning(time);
  const jobs = createSimJobs<FalFailure>({ time, local, word });
  const server = await startServer(handle, {
    port: options.port,
    control: (script) => jobs.always(script as Script<FalFailure>),
  });
  const sim: FalSim = {
    ...server,
    key,
    jobs,
    prices,
    uploads: files.uploads,
    deliveries,
    tellsUnits: true,
    lists: { lagMs: 0, running: true },
    signing,
    async billed(id) {
      const job = jobs.get(id);
      return job ? (await billedUnits(job)) * (prices.get(String(job.input.endpoint)) ?? 0) : 0;
    },
  };
  return sim;

  async function handle(request: SimRequest): Promise<Reply> {
    const { method, path } = request;
    if (method === 'GET' && path.startsWith('/files/')) return files.serve(path) ?? serveResult(request);
    if (path.startsWith('/upload/')) return files.take(request);
    if (path === '/.well-known/jwks.json') return { status: 200, json: signing.jwks() };
    const { authorization } = request.headers;
    if (authorization === undefined)
      return { status: 401, json: { detail: 'Authentication is required to access this application.' } };
    if (authorization !== `Key ${key}`)
      return { status: 401, json: { detail: 'Invalid authentication credentials.' } };
    if (path.startsWith('/storage/upload/')) return files.initiate(request, server.url);
    if (path === '/v1/models/pricing') return pricing(request);
    if (path === '/v1/models/requests/by-endpoint') return listRequests(request);
    const queued = /^\/(?<owner>[^/]+)\/(?<alias>[^/]+)\/requests\/(?<id>[^/]+)(?<rest>\/.*)?$/.exec(
      path,
    )?.groups;
    if (queued) {
      const app = `${queued.owner}/${queued.alias}`;
      if (!Object.keys(ENDPOINTS).some((endpoint) => appOf(endpoint) === app))
        return { status: 404, json: { detail: 'Application not found' } };
      return follow(request, app, queued.id ?? '', queued.rest ?? '');
    }
    // The classic trap: the sub-path in front of /requests.
    if (path.includes('/requests/')) return { status: 405, json: { detail: 'Method Not Allowed' } };
    return method === 'POST' ? submit(request) : { status: 405, json: { detail: 'Method Not Allowed' } };
  }

  async function submit({ path, query, json }: SimRequest): Promise<Reply> {
    const endpoint = path.slice(1);
    const model = Object.hasOwn(ENDPOINTS, endpoint) ? ENDPOINTS[endpoint] : undefined;
    if (!model) return { status: 404, json: { detail: `Application '${endpoint}' not found` } };
    if (json === null || typeof json !== 'object') return { status: 400, json: { detail: 'Invalid JSON' } };
    const input = { ...(json as Record<string, unknown>) };
    const files = {
      image: input.image_url,
      clip: input.video_url,
      orientation: input.character_orientation,
      limits: model.limits,
    };
    const job = jobs.accept(
      { ...input, endpoint },
      files,
      problemOf(model, input),
      query.get('fal_webhook') ?? undefined,
    );
    if (job.hook) {
      if (job.script.webhook?.early) await deliver(job);
      else time.after(jobs.endsInMs(job), () => deliver(job));
    }
    return { status: 200, json: { ...frame(job, 'IN_QUEUE'), queue_position: jobs.ahead(job) } };
  }

  function frame(job: SimJob<FalFailure>, status: string) {
    const base = `${server.url}/${appOf(String(job.input.endpoint))}/requests/${job.id}`;
    return {
      status,
      request_id: job.id,
      response_url: `${base}/response`,
      status_url: `${base}/status`,
      cancel_url: `${base}/cancel`,
    };
  }

  async function follow(request: SimRequest, app: string, id: string, rest: string): Promise<Reply> {
    const known = jobs.get(id);
    // Another app knows nothing of it.
    const job = known && appOf(String(known.input.endpoint)) === app ? known : undefined;
    const { method } = request;
    if (rest === '/cancel')
      return method === 'PUT' ? cancel(job) : { status: 405, json: { detail: 'Method Not Allowed' } };
    if (method !== 'GET') return { status: 405, json: { detail: 'Method Not Allowed' } };
    if (!job) return { status: 404, json: { detail: 'Request not found' } };
    const withLogs = request.query.get('logs') === '1' || request.query.get('logs') === 'true';
    if (rest === '/status') {
      const json = await statusOf(job, withLogs);
      return { status: json.status === 'COMPLETED' ? 200 : 202, json };
    }
    if (rest === '/status/stream')
      return { status: 200, headers: { 'content-type': 'text/event-stream' }, bytes: stream(job, withLogs) };
    if (rest === '' || rest === '/response') return result(job);
    return { status: 404, json: { detail: 'Not Found' } };
  }

  async function statusOf(job: SimJob<FalFailure>, withLogs: boolean) {
    const phase = jobs.phase(job);
    const line = {
      message: 'rendering',
      level: 'INFO',
      source: 'USER',
      timestamp: new Date(job.acceptedAt).toISOString(),
    };
    const logs = withLogs ? [line] : null;
    if (phase === 'queued') return { ...frame(job, 'IN_QUEUE'), queue_position: jobs.ahead(job) };
    if (phase === 'running') return { ...frame(job, 'IN_PROGRESS'), logs };
    const failure = await failureOf(job);
    const told =
      failure?.on === 'status'
        ? { error: failure.error, ...(failure.error_type ? { error_type: failure.error_type } : {}) }
        : {};
    return {
      ...frame(job, 'COMPLETED'),
      logs,
      metrics: { inference_time: (job.script.runMs ?? 0) / 1000 },
      ...told,
    };
  }

  async function* stream(job: SimJob<FalFailure>, withLogs: boolean): AsyncGenerator<Buffer> {
    for (;;) {
      const status = await statusOf(job, withLogs);
      yield Buffer.from(`data: ${JSON.stringify(status)}\n\n`);
      if (status.status === 'COMPLETED') return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async function failureOf(job: SimJob<FalFailure>): Promise<FalFailure | undefined> {
    if (job.cancelled) return requestError('client_cancelled');
    const end = await job.end;
    return end.kind === 'failure' ? end.failure : undefined;
  }

  async function result(job: SimJob<FalFailure>): Promise<Reply> {
    const phase = jobs.phase(job);
    if (phase === 'queued' || phase === 'running')
      return { status: 400, json: { detail: 'Request is still in progress' } };
    const headers = { 'x-fal-request-id': job.id };
    const failure = await failureOf(job);
    if (failure?.on === 'status') return { ...failure.result, headers };
    if (failure)
      return { status: failure.status, json: failure.json, headers: { ...headers, ...failure.headers } };
    const units = sim.tellsUnits ? { 'x-fal-billable-units': String(await billedUnits(job)) } : {};
    return { status: 200, headers: { ...headers, ...units }, json: await payloadOf(job) };
  }

  async function payloadOf(job: SimJob<FalFailure>) {
    const end = await job.end;
    if (end.kind === 'failure')
      return end.failure.on === 'status' ? end.failure.result.json : end.failure.json;
    const url = `${job.script.videosAt ?? server.url}/files/b/${job.id}/output.mp4`;
    return { video: { url, content_type: 'video/mp4', file_name: 'output.mp4', file_size: end.video.bytes } };
  }

  async function cancel(job: SimJob<FalFailure> | undefined): Promise<Reply> {
    if (!job) return { status: 404, json: { status: 'NOT_FOUND' } };
    const phase = jobs.phase(job);
    if (phase === 'done' || phase === 'cancelled')
      return { status: 400, json: { status: 'ALREADY_COMPLETED' } };
    jobs.cancel(job);
    return phase === 'queued'
      ? { status: 200, json: { status: 'OK' } }
      : { status: 202, json: { status: 'CANCELLATION_REQUESTED' } };
  }

  async function serveResult(request: SimRequest): Promise<Reply> {
    const job = jobs.get(request.path.split('/')[3] ?? '');
    const end = job && jobs.phase(job) === 'done' ? await job.end : undefined;
    return end?.kind === 'video' ? serveVideo(end.video, request) : { status: 404, text: 'not found' };
  }

  function pricing({ query }: SimRequest): Reply {
    const asked = query.getAll('endpoint_id').flatMap((ids) => ids.split(','));
    const found = asked.flatMap((id) => {
      const price = prices.get(id);
      return price === undefined
        ? []
        : [{ endpoint_id: id, unit_price: price, unit: 'seconds', currency: 'USD' }];
    });
    return { status: 200, json: { prices: found, next_cursor: null, has_more: false } };
  }

  /** The newest first, a hundred a page at most. */
  function listRequests({ query }: SimRequest): Reply {
    const { lagMs, running } = sim.lists;
    const from = Number(query.get('cursor') ?? 0);
    const limit = Math.min(100, Number(query.get('limit') ?? 50));
    const isListed = (job: SimJob<FalFailure>): boolean =>
      job.input.endpoint === query.get('endpoint_id') &&
      time.now() - job.acceptedAt >= lagMs &&
      (running || jobs.phase(job) === 'done');
    const found = [...jobs.all.values()].filter(isListed).reverse();
    const items = found.slice(from, from + limit).map((job) => {
      const { endpoint, ...input } = job.input;
      const sent_at = new Date(job.acceptedAt).toISOString();
      const payloads = query.get('expand') === 'payloads' ? { json_input: input } : {};
      return { request_id: job.id, endpoint_id: endpoint, sent_at, started_at: sent_at, ...payloads };
    });
    const more = from + limit < found.length;
    return {
      status: 200,
      json: { items, next_cursor: more ? String(from + limit) : null, has_more: more },
    };
  }

  async function deliver(job: SimJob<FalFailure>): Promise<void> {
    if (!job.hook) return;
    const failure = await failureOf(job);
    const ids = { request_id: job.id, gateway_request_id: job.id };
    const code = failure?.on === 'result' ? failure.status : failure?.result.status;
    const body = JSON.stringify(
      failure
        ? {
            ...ids,
            status: 'ERROR',
            error: `Invalid status code: ${code}`,
            payload: failure.on === 'result' ? failure.json : null,
          }
        : { ...ids, status: 'OK', payload: await payloadOf(job) },
    );
    const { hook } = job;
    const signed = () => ({
      body,
      headers: { 'content-type': 'application/json', ...signing.signWebhook(body) },
    });
    const heard = (status: number) => deliveries.push({ url: hook, status });
    await tellHook(job, hook, signed, heard, server.closing);
  }

  function local(url: string): Buffer | undefined {
    return url.startsWith(server.url) ? files.uploads.get(url.slice(server.url.length))?.bytes : undefined;
  }
}

async function billedUnits({ end, input, script }: SimJob<FalFailure>): Promise<number> {
  const ended = await end;
  const endpoint = ENDPOINTS[String(input.endpoint)];
  if (ended.kind !== 'video' || !endpoint) return 0;
  const { resolution } = input;
  return unitsOf(endpoint, { seconds: ended.seconds, fps: script.fps ?? USUAL_FPS, resolution });
}
