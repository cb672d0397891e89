/**
 * ComfyUI over real HTTP and WebSockets, as its server.py (0.3.64) answers: a queue and a history in memory, files in two
 * folders, no accounts. It takes the same id twice, and forgets everything when it is started anew.
 */
import { type WebSocket, WebSocketServer } from 'ws';
import { faultIn, NODES, outputsOf, type SimGraph } from './comfyui-nodes.ts';
import { type Reply, type SimRequest, type SimServer, startServer } from './provider-sim.ts';
import { createSimJobs, type Script, type SimJob, type SimJobs } from './sim-jobs.ts';
import { realTime, type SimTime } from './sim-time.ts';
import { serveVideo } from './sim-video.ts';

/** What breaks a node, by a part of its class's name, and what the exception says. */
type ComfyFailure = { node?: string; message: string };

export type ComfySim = SimServer & {
  jobs: SimJobs<ComfyFailure>;
  /** Files that were handed in, by folder and name. */
  input: Map<string, Buffer>;
  /** Under which name a node says what it saved. */
  savesAs: 'images' | 'gifs' | 'videos';
  /** Nodes that are not installed. */
  lacking: Set<string>;
  /** A build that does not heed which prompt an interrupt names. */
  interruptsAny: boolean;
  /** The next prompts are answered by a 504, and taken so much later. */
  takesLateMs: number[];
  /** How many prompts of each id it has taken, which is how often it renders it. */
  taken: Map<string, number>;
  /** Ends as a crash does and comes back: queue, history and sockets are gone; with `wiped` its folders, too. */
  restart(how?: { wiped?: boolean }): void;
  /** As whoever sits at its page presses “clear history”. */
  clearHistory(): void;
  /** Says how far the node of a prompt is, to the prompt's own client. */
  step(promptId: string, node: string, value: number, max: number): void;
  sockets(): number;
};

type Prompt = SimJob<ComfyFailure> & {
  number: number;
  promptId: string;
  clientId: string;
  graph: SimGraph;
  isGone?: true;
};

export async function startComfyui(options: { port?: number; time?: SimTime } = {}): Promise<ComfySim> {
  const { time = realTime() } = options;
  const input = new Map<string, Buffer>();
  const jobs = createSimJobs<ComfyFailure>({
    time,
    local: (name) => input.get(name.replace(/^input:\/+/, '')),
    // A file that can't be read breaks the node that loads it.
    word: (about, fault) => ({ node: about === 'image' ? 'LoadImage' : 'LoadVideo', message: fault }),
  });
  let prompts: Prompt[] = [];
  let made = 0;
  const sockets = new Map<string, WebSocket>();
  const wss = new WebSocketServer({ noServer: true });
  const server = await startServer(handle, {
    port: options.port,
    control: (script) => jobs.always(script as Script<ComfyFailure>),
    onUpgrade(request, socket, head) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sim');
      if (pathname.replace(/^\/api/, '') !== '/ws') return void socket.destroy();
      wss.handleUpgrade(request, socket, head, (client) => {
        const sid = searchParams.get('clientId') || `sim-${made}`;
        sockets.set(sid, client);
        client.on('close', () => sockets.get(sid) === client && sockets.delete(sid));
        client.send(
          JSON.stringify({
            type: 'status',
            data: { status: { exec_info: { queue_remaining: open().length } }, sid },
          }),
        );
      });
    },
  });
  const sim: ComfySim = {
    ...server,
    jobs,
    input,
    savesAs: 'images',
    lacking: new Set(),
    interruptsAny: false,
    takesLateMs: [],
    taken: new Map(),
    restart({ wiped = false } = {}) {
      prompts = [];
      for (const client of sockets.values()) client.terminate();
      if (wiped) input.clear();
    },
    clearHistory() {
      prompts = prompts.filter((one) => jobs.phase(one) !== 'done');
    },
    step(promptId, node, value, max) {
      const owner = prompts.find((one) => one.promptId === promptId);
      const data = { value, max, prompt_id: promptId, node };
      sockets.get(owner?.clientId ?? '')?.send(JSON.stringify({ type: 'progress', data }));
    },
    sockets: () => sockets.size,
    async close() {
      for (const client of sockets.values()) client.terminate();
      await server.close();
    },
  };
  return sim;

  function open(): Prompt[] {
    return prompts.filter((one) => ['queued', 'running'].includes(jobs.phase(one)));
  }

  async function handle(request: SimRequest): Promise<Reply> {
    const path = request.path.replace(/^\/api(?=\/)/, '');
    const [, first, second = ''] = path.split('/').map(decodeURIComponent);
    switch (`${request.method} /${first}${second && first !== 'upload' ? '/*' : ''}`) {
      case 'POST /upload':
        return second === 'image' ? upload(request) : NOT_FOUND;
      case 'POST /prompt':
        return prompt(request.json);
      case 'GET /prompt':
        return ok({ exec_info: { queue_remaining: open().length } });
      case 'GET /queue':
        return ok({ queue_running: inQueue('running'), queue_pending: inQueue('queued') });
      case 'POST /queue':
        return drop(request.json, 'queued');
      case 'POST /interrupt':
        return interrupt(request.json);
      case 'GET /history':
        return ok(await historyOf(prompts));
      case 'GET /history/*':
        return ok(await historyOf(prompts.filter(({ promptId }) => promptId === second)));
      case 'POST /history':
        return drop(request.json, 'done');
      case 'GET /object_info':
        return ok(Object.fromEntries(Object.keys(NODES).map((name) => [name, infoOf(name)])));
      case 'GET /object_info/*':
        return ok(NODES[second] && !sim.lacking.has(second) ? { [second]: infoOf(second) } : {});
      case 'GET /system_stats':
        return ok({
          system: { os: 'linux', comfyui_version: '0.3.64', python_version: '3.12' },
          devices: [],
        });
      case 'GET /view':
        return view(request);
      default:
        return NOT_FOUND;
    }
  }

  async function upload({ headers, body }: SimRequest): Promise<Reply> {
    const type = headers['content-type'] ?? '';
    const form = await new Response(body, { headers: { 'content-type': type } })
      .formData()
      .catch(() => undefined);
    const file = form?.get('image');
    const text = (name: string, usual: string) => String(form?.get(name) ?? usual);
    const subfolder = text('subfolder', '');
    if (!(file instanceof File) || !file.name || subfolder.includes('..')) return { status: 400 };
    let { name } = file;
    const at = () => (subfolder ? `${subfolder}/${name}` : name);
    if (text('overwrite', 'false') !== 'true')
      for (let count = 1; input.has(at()); count += 1) name = file.name.replace(/(\.\w+)?$/, ` (${count})$1`);
    input.set(at(), Buffer.from(await file.arrayBuffer()));
    return ok({ name, subfolder, type: text('type', 'input') });
  }

  function prompt(json: unknown): Reply {
    const body = typeof json === 'object' && json !== null ? json : {};
    const graph = 'prompt' in body ? body.prompt : undefined;
    const fault = faultIn(graph, { lacking: sim.lacking, hasFile: (name) => input.has(name) });
    if (fault) return fault;
    const id = 'prompt_id' in body ? String(body.prompt_id) : crypto.randomUUID();
    const client = 'client_id' in body ? String(body.client_id) : '';
    const lateMs = sim.takesLateMs.shift();
    if (lateMs !== undefined) {
      time.after(lateMs, async () => void take(id, client, graph as SimGraph));
      return { status: 504, text: 'Gateway time-out' };
    }
    return ok({ prompt_id: id, number: take(id, client, graph as SimGraph), node_errors: {} });
  }

  function take(promptId: string, clientId: string, graph: SimGraph): number {
    const fileIn = (names: RegExp, field: RegExp) => {
      const node = Object.values(graph).find(({ class_type }) => names.test(class_type));
      const [, value] = Object.entries(node?.inputs ?? {}).find(([name]) => field.test(name)) ?? [];
      return `input://${value}`;
    };
    const files = {
      image: fileIn(/LoadImage/, /^image$/),
      clip: fileIn(/LoadVideo/, /^(file|video)$/),
      orientation: 'video',
      limits: { minSeconds: 0, maxSeconds: 600, minImageSide: 1, maxImageSides: [65_536, 65_536] as const },
    };
    made += 1;
    const job = jobs.accept({ graph }, files);
    prompts.push(Object.assign(job, { number: made, promptId, clientId, graph }));
    sim.taken.set(promptId, (sim.taken.get(promptId) ?? 0) + 1);
    const one = prompts.at(-1);
    const tell = (type: string, data: object) => {
      if (one && prompts.includes(one) && !one.cancelled)
        sockets.get(clientId)?.send(JSON.stringify({ type, data: { prompt_id: promptId, ...data } }));
    };
    time.after(job.script.queueMs ?? 0, async () => tell('execution_start', { timestamp: time.now() }));
    time.after(jobs.endsInMs(job), async () => {
      // Each that saves something says what.
      if ((await job.end).kind === 'failure') return;
      for (const node of one ? outputsOf(graph) : [])
        if (one) tell('executed', { node, output: savedBy(one, node) });
      tell('executing', { node: null });
      tell('execution_success', { timestamp: time.now() });
    });
    return made;
  }

  /** The newest first, as a heap may lie: only the numbers say whose turn is next. */
  function inQueue(phase: 'queued' | 'running') {
    const those = prompts.filter((one) => jobs.phase(one) === phase);
    return those.toReversed().map((one) => [...placeOf(one), outputsOf(one.graph)]);
  }
  function placeOf({ number, promptId, graph, clientId }: Prompt) {
    return [number, promptId, graph, { client_id: clientId }];
  }

  function drop(json: unknown, phase: 'queued' | 'done'): Reply {
    const body = typeof json === 'object' && json !== null ? json : {};
    const ids = 'delete' in body && Array.isArray(body.delete) ? body.delete : [];
    const all = 'clear' in body && body.clear === true;
    const isOf = (one: Prompt) => (phase === 'queued' ? jobs.phase(one) === 'queued' : !open().includes(one));
    prompts = prompts.filter((one) => !(isOf(one) && (all || ids.includes(one.promptId))));
    return { status: 200 };
  }

  function interrupt(json: unknown): Reply {
    const wanted =
      typeof json === 'object' && json !== null && 'prompt_id' in json ? json.prompt_id : undefined;
    const running = prompts.filter((one) => jobs.phase(one) === 'running');
    const any = wanted === undefined || sim.interruptsAny;
    const hit = any ? running[0] : running.find(({ promptId }) => promptId === wanted);
    if (hit) jobs.cancel(hit);
    return { status: 200 };
  }

  async function historyOf(those: readonly Prompt[]): Promise<object> {
    const ended = those.filter((one) => !open().includes(one));
    const entries = await Promise.all(ended.map(async (one) => [one.promptId, await entryOf(one)] as const));
    return Object.fromEntries(entries);
  }

  async function entryOf(one: Prompt): Promise<object> {
    const { promptId: prompt_id, graph } = one;
    const prompt = [...placeOf(one), outputsOf(graph)];
    const entry = (outputs: object, status_str: string, ...said: unknown[]) => {
      const messages = [['execution_start', { prompt_id, timestamp: one.acceptedAt }], ...said];
      return {
        prompt,
        outputs,
        meta: {},
        status: { status_str, completed: status_str === 'success', messages },
      };
    };
    const broken = (name: string, more: object) =>
      entry({}, 'error', [name, { prompt_id, executed: [], ...more }]);
    if (one.cancelled) return broken('execution_interrupted', { node_id: '63', node_type: 'KSampler' });
    const end = await one.end;
    if (end.kind === 'failure') {
      const { node = 'KSampler', message: exception_message } = end.failure;
      const [node_id = '63', { class_type: node_type = node } = {}] =
        Object.entries(graph).find(([, { class_type }]) => class_type.includes(node)) ?? [];
      const rest = { exception_message, exception_type: 'RuntimeError', traceback: [] };
      return broken('execution_error', { node_id, node_type, ...rest });
    }
    const outputs = Object.fromEntries(outputsOf(graph).map((id) => [id, savedBy(one, id)]));
    return entry(outputs, 'success', ['execution_success', { prompt_id }]);
  }

  function savedBy({ graph, number }: Prompt, id: string): object {
    const { class_type = '', inputs = {} } = graph[id] ?? {};
    const [name = 'ComfyUI', ...folders] = String(inputs.filename_prefix ?? 'ComfyUI')
      .split('/')
      .reverse();
    const subfolder = folders.reverse().join('/');
    if (class_type === 'PreviewImage')
      return { images: [{ filename: `temp_${number}_.png`, subfolder: '', type: 'temp' }] };
    const file = { filename: `${name}_${String(number).padStart(5, '0')}_.mp4`, subfolder, type: 'output' };
    return { [sim.savesAs]: [file], ...(sim.savesAs === 'images' ? { animated: [true] } : {}) };
  }

  async function view(request: SimRequest): Promise<Reply> {
    const { query } = request;
    const number = Number(/_(\d+)_\.mp4$/.exec(query.get('filename') ?? '')?.[1]);
    if (query.get('type') !== 'output') return NOT_FOUND;
    const one = [...jobs.all.values()].find((job): job is Prompt => 'number' in job && job.number === number);
    const end = one && jobs.phase(one) === 'done' ? await one.end : undefined;
    return end?.kind === 'video' ? serveVideo(end.video, request) : NOT_FOUND;
  }
}

const NOT_FOUND: Reply = { status: 404 };
const ok = (json: object): Reply => ({ status: 200, json });
const infoOf = (name: string) => ({
  input: { required: NODES[name]?.required ?? {} },
  output_node: NODES[name]?.isOutput ?? false,
  name,
});
