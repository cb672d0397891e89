/**
 * Kling's own API over real HTTP: the new generation of its paths, with tasks that are known by the caller's id, billed
 * when they complete, and never cancelled. Its older paths and the list by time (`POST /tasks`) are left out.
 */
import { createHmac, randomInt } from 'node:crypto';
import { bodyIn, errorOf, type KlingBody, type KlingFailure, word } from './kling-errors.ts';
import { type Reply, type SimRequest, type SimServer, startServer } from './provider-sim.ts';
import { createSimJobs, type Script, type SimJob, type SimJobs, tellHook } from './sim-jobs.ts';
import { realTime, type SimTime } from './sim-time.ts';
import { serveVideo } from './sim-video.ts';

const KEPT_MS = 30 * 24 * 3_600_000;
const UNIT_USD = 0.14;
/** Units for a second of the video. */
const UNITS: Record<string, number> = {
  'kling-2.6/720p': 0.5,
  'kling-2.6/1080p': 0.8,
  'kling-3.0/720p': 0.9,
  'kling-3.0/1080p': 1.2,
};

export type KlingSim = SimServer & {
  key: string;
  jobs: SimJobs<KlingFailure>;
  /** `whsec_…`; without one, callbacks are not signed. */
  webhookSecret: string | undefined;
  /** So many tasks at once, and a place is refused for so long after it was freed. */
  parallel: number;
  freesAfterMs: number;
  /** Errors come as HTTP 200, with what is wrong in the code alone. */
  errorsInside200: boolean;
  /** The next creates are answered by a 504, and made so much later. */
  createsLateMs: number[];
  /** How a bill is written. `none`: not at all. */
  billing: 'text' | 'number' | 'cash' | 'none';
  /** What a failed task says of its bill. */
  failedBilling: 'none' | 'empty' | 'zero';
  /** What the account was billed for a task, in dollars; before its end nothing. */
  billed(id: string): Promise<number>;
  deliveries: { url: string; status: number; state: string }[];
};

type Task = SimJob<KlingFailure> & { externalId: string; perSecond: number };

export async function startKling(
  options: { port?: number; key?: string; time?: SimTime } = {},
): Promise<KlingSim> {
  const { key = 'api-key-kling-sim-secret', time = realTime() } = options;
  const jobs = createSimJobs<KlingFailure>({
    time,
    local: () => undefined,
    word,
    makeId: () => `87${randomInt(2 ** 47)}`,
  });
  const byExternalId = new Map<string, Task>();
  const byId = new Map<string, Task>();
  const deliveries: KlingSim['deliveries'] = [];
  const server = await startServer(handle, {
    port: options.port,
    control: (script) => jobs.always(script as Script<KlingFailure>),
  });
  const sim: KlingSim = {
    ...server,
    key,
    jobs,
    deliveries,
    webhookSecret: undefined,
    parallel: 5,
    freesAfterMs: 0,
    errorsInside200: false,
    createsLateMs: [],
    billing: 'text',
    failedBilling: 'none',
    billed: async (id) => {
      const task = byId.get(id);
      return task && jobs.phase(task) === 'done'
        ? Math.round((await unitsOf(task)) * UNIT_USD * 1e6) / 1e6
        : 0;
    },
  };
  return sim;

  function no(code: number, message: string): Reply {
    return errorOf(code, message, sim.errorsInside200);
  }

  async function handle(request: SimRequest): Promise<Reply> {
    const { method, path, headers } = request;
    if (path.startsWith('/videos/')) return serveResult(request);
    const { authorization = '' } = headers;
    if (authorization === '') return no(1001, 'Authorization is empty');
    if (authorization.startsWith('Bearer eyJ')) return no(1002, 'The current API does not support AK/SK');
    if (authorization !== `Bearer ${key}`) return no(1000, 'Authentication failed');
    const [, model] = /^\/motion-control\/(kling-(?:2\.6|3\.0))$/.exec(path) ?? [];
    if (method === 'POST' && model) return create(request.json, model);
    if (method === 'GET' && path === '/tasks') return tasks(request.query);
    if (method === 'GET' && path === '/account/costs') return costs();
    return no(1202, 'The requested method is invalid');
  }

  function create(json: unknown, model: string): Reply {
    const body = bodyIn(json, model);
    if (typeof body === 'string') return no(1201, body);
    const lateMs = sim.createsLateMs.shift();
    if (lateMs === undefined) return make(body, model);
    time.after(lateMs, async () => void make(body, model));
    return errorOf(5002, 'Gateway time-out');
  }

  function make({ contents, settings, options, image, video }: KlingBody, model: string): Reply {
    const { external_task_id: wished, callback_url: hook } = options;
    const externalId = typeof wished === 'string' ? wished : '';
    if (externalId && byExternalId.has(externalId))
      return no(1201, `External_task_id ${externalId} already exists`);
    if (inFlight() >= sim.parallel) return no(1303, 'parallel task over resource pack limit');
    const files = { image, clip: video, orientation: settings.character_orientation };
    const job = jobs.accept(
      { contents, settings, options },
      files,
      undefined,
      typeof hook === 'string' ? hook : undefined,
    );
    const perSecond = UNITS[`${model}/${settings.resolution ?? '720p'}`] ?? 0;
    const task: Task = Object.assign(job, { externalId, perSecond });
    byId.set(job.id, task);
    if (externalId) byExternalId.set(externalId, task);
    if (task.hook) tellChanges(task);
    const { acceptedAt: at } = job;
    const data = {
      id: job.id,
      status: 'submitted',
      create_time: at,
      update_time: at,
      external_id: externalId,
    };
    return { status: 200, json: { code: 0, message: 'SUCCEED', request_id: 'sim-request', data } };
  }

  /** A place that was just freed counts as taken for a while. */
  function inFlight(): number {
    const isTaken = (task: Task) => time.now() < task.acceptedAt + jobs.endsInMs(task) + sim.freesAfterMs;
    return [...byId.values()].filter((task) => jobs.phase(task) !== 'done' || isTaken(task)).length;
  }

  async function tasks(query: URLSearchParams): Promise<Reply> {
    const [ids, external] = [query.get('task_ids'), query.get('external_task_ids')];
    if ((ids === null) === (external === null))
      return no(1201, 'either task_ids or external_task_ids is required');
    const asked = (ids ?? external ?? '').split(',').filter(Boolean);
    if (asked.length > 20) return no(1201, 'task_ids and external_task_ids cannot exceed 20 in total');
    const found = asked.flatMap((id) => (ids === null ? byExternalId.get(id) : byId.get(id)) ?? []);
    const kept = found.filter((task) => time.now() - task.acceptedAt < KEPT_MS);
    const data = await Promise.all(kept.map(taskOf));
    return { status: 200, json: { code: 0, message: '', request_id: 'sim-request', data } };
  }

  async function taskOf(task: Task) {
    const { id, acceptedAt, externalId, script } = task;
    const base = {
      id,
      message: '',
      create_time: acceptedAt,
      update_time: time.now(),
      external_id: externalId,
    };
    const phase = jobs.phase(task);
    if (phase === 'queued') return { ...base, status: 'submitted' };
    if (phase !== 'done') return { ...base, status: 'processing' };
    const end = await task.end;
    const update_time = acceptedAt + jobs.endsInMs(task);
    if (end.kind === 'failure') {
      const bill = { none: {}, empty: { billing: [] }, zero: { billing: [billOf(0)] } }[sim.failedBilling];
      return { ...base, update_time, status: 'failed', message: end.failure.message, ...bill };
    }
    const url = `${script.videosAt ?? server.url}/videos/${id}/output.mp4`;
    const outputs = [{ type: 'video', id: 'v1', url, watermark_url: '', duration: end.seconds.toFixed(1) }];
    const bill = sim.billing === 'none' ? {} : { billing: [billOf(await unitsOf(task))] };
    return { ...base, update_time, status: 'succeeded', outputs, ...bill };
  }

  function billOf(units: number) {
    const rest = { package_type: 'video', list_price: '' };
    if (sim.billing === 'cash') {
      const amount = (units * UNIT_USD).toFixed(4);
      return { charge_type: 'cash', cash_type: 'balance', amount, currency: 'USD', ...rest };
    }
    const amount = sim.billing === 'number' ? units : String(units);
    return { charge_type: 'unit', cash_type: '', amount, currency: '', ...rest };
  }

  /** Whole seconds of the video; a failure is free. */
  async function unitsOf({ end, perSecond }: Task): Promise<number> {
    const ended = await end;
    return ended.kind === 'video' ? Math.round(Math.floor(ended.seconds + 0.05) * perSecond * 1e4) / 1e4 : 0;
  }

  function costs(): Reply {
    const pack = {
      resource_pack_name: 'Motion Control 5Con',
      resource_pack_type: 'decreasing_total',
      total_quantity: 100,
      remaining_quantity: 62.5,
      status: 'online',
    };
    return {
      status: 200,
      json: {
        code: 0,
        message: 'SUCCEED',
        request_id: 'sim-request',
        data: { resource_pack_subscribe_infos: [pack] },
      },
    };
  }

  async function serveResult(request: SimRequest): Promise<Reply> {
    const task = byId.get(request.path.split('/')[2] ?? '');
    const end = task && jobs.phase(task) === 'done' ? await task.end : undefined;
    return end?.kind === 'video' ? serveVideo(end.video, request) : { status: 404, text: 'not found' };
  }

  /** It is told of every change; the last time as often as the script says. */
  function tellChanges(task: Task): void {
    if (task.script.webhook?.early) return void deliver(task, task.script);
    time.after(task.script.queueMs ?? 0, () => deliver(task, {}));
    time.after(jobs.endsInMs(task), () => deliver(task, task.script));
  }

  async function deliver(task: Task, script: Script<KlingFailure>): Promise<void> {
    const { hook, id } = task;
    if (!hook) return;
    const told = await taskOf(task);
    const body = JSON.stringify(told);
    const request = () => ({ body, headers: signed(`${id}-${told.status}`, body) });
    const heard = (status: number) => deliveries.push({ url: hook, status, state: told.status });
    const last = { script, told: false };
    await tellHook(last, hook, request, heard, server.closing);
    if (script === task.script) task.told = last.told;
  }

  function signed(id: string, body: string): Record<string, string> {
    const type = { 'content-type': 'application/json' };
    if (!sim.webhookSecret) return type;
    const timestamp = String(Math.floor(time.now() / 1000));
    const secret = Buffer.from(sim.webhookSecret.slice('whsec_'.length), 'base64');
    const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    return {
      ...type,
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    };
  }
}
