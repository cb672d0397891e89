/** RunComfy's Model API over real HTTP. */
import { type Reply, type SimRequest, type SimServer, startServer } from './provider-sim.ts';
import { createSimJobs, type Fault, type Script, type SimJob, type SimJobs } from './sim-jobs.ts';
import { realTime, type SimTime } from './sim-time.ts';
import { serveVideo } from './sim-video.ts';

const MODEL = 'kling/kling-2-6/motion-control-standard';

/** What `error` in the result says: a text or an object. */
export type RuncomfyFailure = string | Record<string, unknown>;

export type RuncomfySim = SimServer & {
  token: string;
  jobs: SimJobs<RuncomfyFailure>;
  /** Undefined: the model's page names no price. */
  price: { base_price_usd: number; price_unit: 'second' | 'output' } | undefined;
  /** Where the output names the video. */
  output: 'video' | 'videos';
  tellsCost: boolean;
  /** How errors go over the wire. */
  errors: 'http' | 'in-200';
  balanceUsd: number;
  billed(id: string): Promise<number>;
};

const NAMES: Record<number, string> = {
  400001: 'InvalidResourceIdentifier',
  400002: 'InsufficientResources',
  400004: 'UserAccountError',
  403001: 'PermissionDeniedError',
  404001: 'ResourceNotFound',
};

export async function startRuncomfy(
  options: { port?: number; token?: string; time?: SimTime } = {},
): Promise<RuncomfySim> {
  const { token = 'rc-sim-secret', time = realTime() } = options;
  const jobs = createSimJobs<RuncomfyFailure>({ time, local: () => undefined, word });
  const server = await startServer(handle, {
    port: options.port,
    control: (script) => jobs.always(script as Script<RuncomfyFailure>),
  });
  const sim: RuncomfySim = {
    ...server,
    token,
    jobs,
    price: { base_price_usd: 0.07, price_unit: 'second' },
    output: 'video',
    tellsCost: true,
    errors: 'http',
    balanceUsd: 100,
    billed: async (id) => costOf(await jobs.get(id)?.end),
  };
  return sim;

  function error(code: number): Reply {
    if (sim.errors === 'in-200')
      return { status: 200, json: { error_code: code, error_message: NAMES[code], detail: null } };
    return { status: Math.floor(code / 1000), json: { code, error: NAMES[code] } };
  }

  async function handle(request: SimRequest): Promise<Reply> {
    const { method, path } = request;
    if (path.startsWith('/files/')) return serveResult(request);
    // A bad token is a 400 here.
    if (request.headers.authorization !== `Bearer ${token}`) return error(400004);
    if (path === '/prod/v2/balance')
      return { status: 200, json: { balance_usd: sim.balanceUsd, currency: 'USD' } };
    if (path.startsWith('/v1/models/')) {
      if (path !== `/v1/models/${MODEL}`) return error(400001);
      return method === 'POST' ? submit(request) : page();
    }
    const [, id = '', operation] =
      /^\/v1\/requests\/([\w-]{1,128})\/(status|result|cancel)$/.exec(path) ?? [];
    const job = jobs.get(id);
    if (!job) return error(404001);
    if (method === 'GET' && operation === 'status') return status(job);
    if (method === 'GET' && operation === 'result') return result(job, request);
    if (method === 'POST' && operation === 'cancel') return cancel(job);
    return { status: 405, json: { error: 'MethodNotAllowed' } };
  }

  function page(): Reply {
    const named = {
      model_id: MODEL,
      display_name: 'Kling 2.6 Motion Control Standard',
      categories: ['video-to-video'],
    };
    return {
      status: 200,
      json: {
        ...named,
        ...sim.price,
        pricing_note: '',
        input: { required: ['prompt', 'image_url', 'video_url'] },
      },
    };
  }

  async function submit({ json }: SimRequest): Promise<Reply> {
    if (sim.balanceUsd <= 0) return error(400002);
    const input = (json ?? {}) as Record<string, unknown>;
    const fault = problemOf(input);
    if (fault)
      return {
        status: 422,
        json: { detail: [{ loc: ['body', fault], msg: 'invalid', type: 'value_error' }] },
      };
    const files = {
      image: input.image_url,
      clip: input.video_url,
      orientation: input.character_orientation ?? 'video',
    };
    const job = jobs.accept(input, files);
    return { status: 200, json: { request_id: job.id, ...urlsOf(job) } };
  }

  function urlsOf({ id }: SimJob<RuncomfyFailure>) {
    const base = `${server.url}/v1/requests/${id}`;
    return { status_url: `${base}/status`, result_url: `${base}/result`, cancel_url: `${base}/cancel` };
  }

  function status(job: SimJob<RuncomfyFailure>): Reply {
    const words = { queued: 'in_queue', running: 'in_progress', done: 'completed', cancelled: 'cancelled' };
    const phase = jobs.phase(job);
    const position = phase === 'queued' ? { queue_position: jobs.ahead(job) } : {};
    const { status_url, result_url } = urlsOf(job);
    return {
      status: 200,
      json: { request_id: job.id, status: words[phase], ...position, status_url, result_url },
    };
  }

  async function result(job: SimJob<RuncomfyFailure>, { query }: SimRequest): Promise<Reply> {
    const phase = jobs.phase(job);
    const frame = { request_id: job.id, model_id: MODEL, created_at: new Date(job.acceptedAt).toISOString() };
    if (phase === 'queued' || phase === 'running') {
      return { status: 200, json: { ...frame, status: phase === 'queued' ? 'in_queue' : 'in_progress' } };
    }
    const ended = { ...frame, finished_at: new Date(time.now()).toISOString() };
    if (phase === 'cancelled') return { status: 200, json: { ...ended, status: 'cancelled' } };
    const end = await job.end;
    if (end.kind === 'failure')
      return { status: 200, json: { ...ended, status: 'failed', error: end.failure, input: job.input } };
    const url = `${job.script.videosAt ?? server.url}/files/${job.id}/a.mp4`;
    const cost = sim.tellsCost && query.get('include_cost') === 'true' ? { cost: costOf(end) } : {};
    const output = sim.output === 'video' ? { video: url } : { videos: [url] };
    // The echo of the input comes first, so that whoever scrapes "the first address" gets the wrong one.
    return { status: 200, json: { ...ended, input: job.input, status: 'succeeded', output, ...cost } };
  }

  function cancel(job: SimJob<RuncomfyFailure>): Reply {
    const stopped = jobs.phase(job) === 'queued' && jobs.cancel(job) !== undefined;
    return {
      status: 202,
      json: { request_id: job.id, status: 'completed', outcome: stopped ? 'cancelled' : 'not_cancellable' },
    };
  }

  async function serveResult(request: SimRequest): Promise<Reply> {
    const job = jobs.get(request.path.split('/')[2] ?? '');
    const end = job && jobs.phase(job) === 'done' ? await job.end : undefined;
    return end?.kind === 'video' ? serveVideo(end.video, request) : { status: 404, text: 'not found' };
  }

  function costOf(end: Awaited<SimJob<RuncomfyFailure>['end']> | undefined): number {
    if (end?.kind !== 'video') return 0;
    const { base_price_usd: usd, price_unit: unit } = sim.price ?? {
      base_price_usd: 0.07,
      price_unit: 'second',
    };
    return unit === 'output' ? usd : Math.round(usd * Math.ceil(end.seconds - 0.05) * 1e6) / 1e6;
  }
}

const FIELDS = {
  prompt: 'string',
  image_url: 'string',
  video_url: 'string',
  keep_original_sound: 'boolean',
  character_orientation: 'string',
};

/** The field that is wrong: missing, unknown, or of the wrong type. */
function problemOf(input: Record<string, unknown>): string | undefined {
  const missing = ['prompt', 'image_url', 'video_url'].find(
    (field) => typeof input[field] !== 'string' || input[field] === '',
  );
  if (missing) return missing;
  const wrong = Object.entries(input).find(
    ([field, value]) => typeof value !== (FIELDS as Record<string, string>)[field],
  );
  if (wrong) return wrong[0];
  return ['image', 'video', undefined].includes(input.character_orientation as string | undefined)
    ? undefined
    : 'character_orientation';
}

function word(about: 'image' | 'clip', fault: Fault): RuncomfyFailure {
  const what = about === 'image' ? 'image' : 'video';
  const words = {
    'not-fetched': `could not fetch the ${what}`,
    'not-read': `invalid ${what}`,
    'too-small': `${what} is too small`,
    'too-large': `${what} is too large`,
    'too-heavy': `${what} is too large`,
    'too-long': `${what} is too long`,
    'too-short': `${what} is too short`,
  };
  return { code: 1201, message: words[fault] };
}
