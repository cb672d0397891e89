/**
 * Runware's API over real HTTP: one address, a list of tasks in, `data` and `errors` out. Tasks bear the caller's id, are
 * billed when they complete, and are never cancelled. Of its tasks there are those that make, follow and look up a video,
 * and the one that signs in; its websocket is left out, which is all that its own npm client (@runware/sdk-js) speaks.
 */
import { type Reply, type SimRequest, type SimServer, startServer } from './provider-sim.ts';
import {
  type RunwareFailure,
  type RunwareRequest,
  type RunwareTask,
  requestIn,
  word,
} from './runware-errors.ts';
import { createSimJobs, type Script, type SimJob, type SimJobs, tellHook } from './sim-jobs.ts';
import { realTime, type SimTime } from './sim-time.ts';
import { serveVideo } from './sim-video.ts';

export type RunwareSim = SimServer & {
  key: string;
  jobs: SimJobs<RunwareFailure>;
  /** The id of every task that was made, and will be billed; one that comes twice was made twice. */
  made: string[];
  /** Whether the id of a task that is over is refused, too. */
  refusesTwins: 'always' | 'in-flight';
  /** For so long nothing is said of a task that is under way. */
  silentForMs: number;
  /** So long after its end nothing is said of a task, but in the archive. */
  keepsMs: number;
  /** The next tasks are answered by a 504, and made so much later: with nought they are made before. */
  createsLateMs: number[];
  /** The status of an answer that only says what is wrong. */
  errorStatus: 200 | 400;
  /** Which task a failure names: the one that failed, or the one that asked. */
  failuresName: 'videoInference' | 'getResponse';
  /** How it names a task that it does not know. */
  unknown: 'nothing' | 'taskFailedOrNotFound';
  /** Webhooks bear the task itself, or a list. */
  webhookBody: 'task' | 'list';
  /** Whether a dry run is one; else it is as any other. */
  heedsDryRun: boolean;
  /** What the account was billed for a task, in dollars; before its end nothing. */
  billed(id: string): Promise<number>;
  deliveries: { url: string; status: number }[];
};

type Task = SimJob<RunwareFailure> & {
  perSecond: number;
  withCost: boolean;
  /** What the archive has of it: the newest request with that id, and the answer to it. */
  request: RunwareTask;
  answer: Said | undefined;
};

type Said = { data: Record<string, unknown>[]; errors: Record<string, unknown>[] };
const error = (failure: RunwareFailure, taskType: string, taskUUID?: unknown) => ({
  ...failure,
  taskType,
  ...(taskUUID === undefined ? {} : { taskUUID }),
});

export async function startRunware(
  options: { port?: number; key?: string; time?: SimTime } = {},
): Promise<RunwareSim> {
  const { key = 'runware-sim-secret', time = realTime() } = options;
  let nextId = '';
  const jobs = createSimJobs<RunwareFailure>({
    time,
    local: () => undefined,
    word,
    makeId: () => nextId,
  });
  const tasks = new Map<string, Task>();
  const deliveries: RunwareSim['deliveries'] = [];
  const server = await startServer(handle, {
    port: options.port,
    control: (script) => jobs.always(script as Script<RunwareFailure>),
  });
  const sim: RunwareSim = {
    ...server,
    key,
    jobs,
    deliveries,
    made: [],
    refusesTwins: 'always',
    silentForMs: 0,
    keepsMs: Number.POSITIVE_INFINITY,
    createsLateMs: [],
    errorStatus: 400,
    failuresName: 'videoInference',
    unknown: 'nothing',
    webhookBody: 'task',
    heedsDryRun: true,
    billed: async (id) => {
      const task = tasks.get(id);
      return task && jobs.phase(task) === 'done' ? costOf(task) : 0;
    },
  };
  return sim;

  async function handle(request: SimRequest): Promise<Reply> {
    const { method, path, headers, json } = request;
    if (path.startsWith('/videos/')) return serveResult(request);
    if (path !== '/v1') return { status: 404, text: 'Not Found' };
    if (method !== 'POST') return { status: 405, text: 'Method Not Allowed' };
    const isList = Array.isArray(json) && json.every((one) => one !== null && typeof one === 'object');
    if (!isList || json.length === 0)
      return no(400, { code: 'invalidRequest', message: 'The body must be a list of tasks' });
    const [first, ...rest] = json as RunwareTask[];
    const signsIn = first?.taskType === 'authentication';
    const given = signsIn ? first.apiKey : /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1];
    if (given !== key) {
      const code = given === undefined ? 'missingApiKey' : 'invalidApiKey';
      return no(401, { code, message: 'Get a key in the console', parameter: 'apiKey' }, 'authentication');
    }
    const all: Said = { data: [], errors: [] };
    for (const task of signsIn ? rest : (json as RunwareTask[])) {
      const said = await answer(task, headers['x-runware-dry-run'] === '1' && sim.heedsDryRun);
      if (!said) return { status: 504, text: 'Gateway Time-out' };
      all.data.push(...said.data);
      all.errors.push(...said.errors);
    }
    if (all.errors.length === 0) return { status: 200, json: { data: all.data } };
    return { status: all.data.length > 0 ? 200 : sim.errorStatus, json: all };
  }

  function no(status: number, failure: RunwareFailure, taskType = ''): Reply {
    return { status, json: { errors: [error(failure, taskType)] } };
  }

  async function answer(task: RunwareTask, isDry: boolean): Promise<Said | undefined> {
    const { taskType, taskUUID } = task;
    switch (taskType) {
      case 'videoInference':
        return take(task, isDry);
      case 'getResponse':
        return follow(String(taskUUID));
      case 'getTaskDetails':
        return lookUp(String(taskUUID));
      default:
        return refused({ code: 'unsupportedTaskType', message: 'There is no such task' }, task);
    }
  }

  function refused(failure: RunwareFailure, { taskType, taskUUID }: RunwareTask): Said {
    return { data: [], errors: [error(failure, String(taskType), taskUUID)] };
  }

  function take(task: RunwareTask, isDry: boolean): Said | undefined {
    const request = requestIn(task);
    if ('code' in request) return refused(request, task);
    const { taskType, taskUUID } = task;
    if (isDry) return { data: [{ taskType, taskUUID, cost: request.perSecond * 5 }], errors: [] };
    const lateMs = sim.createsLateMs.shift();
    if (lateMs === undefined) return make(task, request);
    if (lateMs === 0) make(task, request);
    else time.after(lateMs, async () => void make(task, request));
    return undefined;
  }

  function make(task: RunwareTask, request: RunwareRequest): Said {
    const { taskType, taskUUID, webhookURL: hook } = task;
    const before = tasks.get(request.id);
    if (before && (sim.refusesTwins === 'always' || jobs.phase(before) !== 'done')) {
      const twin = refused(
        { code: 'conflictTaskUUID', message: 'The id is in use', parameter: 'taskUUID' },
        task,
      );
      Object.assign(before, { request: task, answer: twin });
      return twin;
    }
    nextId = request.id;
    const { perSecond } = request;
    const job = jobs.accept(task, request, undefined, typeof hook === 'string' ? hook : undefined);
    const made: Task = Object.assign(job, {
      perSecond,
      withCost: task.includeCost === true,
      request: task,
      answer: undefined,
    });
    tasks.set(job.id, made);
    sim.made.push(job.id);
    if (made.hook) {
      if (made.script.webhook?.early) void deliver(made);
      else time.after(jobs.endsInMs(made), () => deliver(made));
    }
    return { data: [{ taskType, taskUUID }], errors: [] };
  }

  function nothing(id: string, taskType: string): Said {
    if (sim.unknown === 'nothing') return { data: [], errors: [] };
    const failure = { code: sim.unknown, message: 'The task failed or is not known' };
    return refused(failure, { taskType, taskUUID: id });
  }

  async function follow(id: string): Promise<Said> {
    const task = tasks.get(id);
    if (!task) return nothing(id, 'getResponse');
    const ageMs = time.now() - task.acceptedAt;
    const phase = jobs.phase(task);
    if (phase === 'done' && ageMs > jobs.endsInMs(task) + sim.keepsMs) return nothing(id, 'getResponse');
    if (phase === 'queued' || (phase !== 'done' && ageMs < sim.silentForMs)) return { data: [], errors: [] };
    if (phase === 'done') return endOf(task, sim.failuresName);
    const row = { taskType: 'videoInference', taskUUID: id, status: 'processing', progress: 40 };
    return { data: [row], errors: [] };
  }

  /** A task that failed is not among the data any more. */
  async function endOf(task: Task, names: string): Promise<Said> {
    const { id, script, withCost } = task;
    const end = await task.end;
    if (end.kind === 'failure') return { data: [], errors: [error(end.failure, names, id)] };
    const row = {
      taskType: 'videoInference',
      taskUUID: id,
      status: 'success',
      videoUUID: `video-of-${id}`,
      videoURL: `${script.videosAt ?? server.url}/videos/${id}/output.mp4`,
      ...(withCost ? { cost: await costOf(task) } : {}),
    };
    return { data: [row], errors: [] };
  }

  async function lookUp(id: string): Promise<Said> {
    const task = tasks.get(id);
    if (!task) return nothing(id, 'getTaskDetails');
    const isOver = jobs.phase(task) === 'done';
    const taken: Said = { data: [{ taskType: 'videoInference', taskUUID: id }], errors: [] };
    const { data, errors } = task.answer ?? (isOver ? await endOf(task, 'videoInference') : taken);
    const response = errors.length > 0 ? { errors } : { data };
    const row = { taskType: 'getTaskDetails', taskUUID: id, request: [task.request], response };
    return { data: [row], errors: [] };
  }

  /** By the second of the video, and parts of one; a failure is free. */
  async function costOf({ end, perSecond }: Task): Promise<number> {
    const ended = await end;
    return ended.kind === 'video' ? Math.round(ended.seconds * perSecond * 1e6) / 1e6 : 0;
  }

  async function serveResult(request: SimRequest): Promise<Reply> {
    const task = tasks.get(request.path.split('/')[2] ?? '');
    const end = task && jobs.phase(task) === 'done' ? await task.end : undefined;
    return end?.kind === 'video' ? serveVideo(end.video, request) : { status: 404, text: 'not found' };
  }

  async function deliver(task: Task): Promise<void> {
    const { hook } = task;
    if (!hook) return;
    const said = await endOf(task, 'videoInference');
    const body = JSON.stringify(sim.webhookBody === 'list' ? said : (said.data[0] ?? said.errors[0]));
    const told = () => ({ body, headers: { 'content-type': 'application/json' } });
    const heard = (status: number) => deliveries.push({ url: hook, status });
    await tellHook(task, hook, told, heard, server.closing);
  }
}
