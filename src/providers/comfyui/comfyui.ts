/**
 * A ComfyUI on a machine of the operator's own. It takes our id with a prompt, and would take it twice, so it is asked
 * first what it knows. Its queue and its history lie in memory: what it has forgotten cost nothing, and is sent again.
 */
import { createHash } from 'node:crypto';
import type { Operation, RenderRequest, StoredFile } from '../../core/job/job.ts';
import type {
  CancelOutcome,
  Offer,
  Provider,
  ProviderStatus,
  SubmitOutcome,
  UploadedFiles,
} from '../../core/ports.ts';
import { UploadRefused } from '../../core/ports.ts';
import type { Micros } from '../../core/price/money.ts';
import { canDo } from '../../core/price/quote.ts';
import { priceOf } from '../billing.ts';
import { NoClearAnswer, read } from '../http.ts';
import { createQueueApi, POLL_FLOOR_MS, type QueueOptions } from '../queue-api.ts';
import { lacks, refusalOf, troubleIn } from './account.ts';
import { createCalls } from './calls.ts';
import { putFile } from './files.ts';
import { outcomeOf } from './outcome.ts';
import { createProgress } from './progress.ts';
import { type ComfyOperation, OFFERS, operationShape, promptAnswer, promptIdOf } from './wire.ts';
import { BadWorkflow, fill, readWorkflows, type Workflow, type Workflows } from './workflow.ts';

export type ComfyOptions = QueueOptions & {
  url: string;
  /** Of the workflows' files. */
  paths: readonly string[];
  /** What a second of video counts as. */
  unitMicros: Micros;
  pathOf(file: StoredFile): Promise<string>;
};

/** The queue and the history hold the whole workflow of each prompt. */
const MAX_ANSWER_BYTES = 32_000_000;
const FIND_TIMEOUT_MS = 30_000;
/** A job that takes ComfyUI down with it must not do so for as long as it has time. */
const MOST_SENT_AGAIN = 2;

export async function createComfyui(options: ComfyOptions): Promise<Provider> {
  const { url, log, paths, unitMicros, pathOf } = options;
  const { workflows, unusable } = await readAll(paths);
  const api = createQueueApi(options, {
    url,
    headers: {},
    graceMs: 0,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    troubleIn,
  });
  const calls = createCalls(api.http, url, api.tell);
  const progress = createProgress(url);
  const sentAgain = new Map<string, number>();
  const cancelled = new Set<string>();
  let isChecked = false;

  const all: readonly Offer[] = OFFERS;
  const offers = unusable ? all : all.filter(({ scene = 'picture' }) => workflows[scene]);
  const workflowOf = (request: RenderRequest): Workflow | undefined =>
    canDo({ capabilities: { offers } }, request) ? workflows[request.scene ?? 'picture'] : undefined;

  async function look(job: ComfyOperation, signal: AbortSignal): Promise<ProviderStatus> {
    const { id } = job;
    const found = await calls.whereIs(id, signal);
    const workflow = workflows[job.scene];
    if (found?.at === 'pending') return { state: 'queued', position: found.ahead };
    if (found?.at === 'running') {
      const share = workflow && progress.of(id, workflow.graph);
      return { state: 'running', ...(share === undefined ? {} : { progress: share }) };
    }
    progress.drop(id);
    if (!found) return cancelled.has(id) ? { state: 'cancelled', costMicros: 0 } : sendAgain(job, signal);
    const { reading, says, isFlaw } = outcomeOf(found.entry, job, { url, workflow });
    if (says && isFlaw) api.tell({ kind: 'bad-workflow', message: says });
    else if (says) log.warn({}, says);
    return api.settle(id, reading);
  }

  /** ComfyUI was started anew, perhaps with an empty folder, or somebody has cleared its queue or its history. */
  async function sendAgain(job: ComfyOperation, signal: AbortSignal): Promise<ProviderStatus> {
    const { id, image, clip, scene } = job;
    const times = (sentAgain.get(id) ?? 0) + 1;
    if (times > MOST_SENT_AGAIN) {
      log.warn({ times }, 'ComfyUI has forgotten a job each time that it was sent, so it is given up');
      return { state: 'failed', failure: 'provider-down', costMicros: 0 };
    }
    const workflow = workflows[scene];
    if (!workflow) throw new NoClearAnswer('there is no workflow to send a job again with');
    await put([image, clip], signal);
    const outcome = await post(workflow, job, signal);
    if (outcome.kind === 'refused') return { state: 'failed', failure: outcome.failure, costMicros: 0 };
    if (outcome.kind === 'not-sent') throw new NoClearAnswer('ComfyUI is gone again');
    log.warn({ times }, 'ComfyUI has forgotten a job, which was sent again');
    sentAgain.set(id, times);
    return { state: 'queued' };
  }

  async function put(keys: readonly string[], signal: AbortSignal): Promise<void> {
    for (const key of keys)
      await putFile(api.http, url, { key, path: await pathOf({ key, bytes: 0, mime: '' }) }, signal);
  }

  function post(workflow: Workflow, job: ComfyOperation, signal: AbortSignal): Promise<SubmitOutcome> {
    const json = { prompt: fill(workflow, job), prompt_id: job.id, client_id: job.id };
    return api.submit({ url: `${url}/prompt`, json, signal }, refusalOf, (answer) => {
      const { prompt_id } = read(promptAnswer, answer, "ComfyUI's prompt");
      if (prompt_id !== job.id) throw new NoClearAnswer('ComfyUI is too old: it takes no id with a prompt');
      return job;
    });
  }

  async function cancel(id: string, signal: AbortSignal): Promise<CancelOutcome> {
    let found = await calls.whereIs(id, signal);
    if (found?.at === 'pending') {
      await calls.post('/queue', { delete: [id] }, signal);
      // Its turn may have come meanwhile.
      found = await calls.whereIs(id, signal);
    }
    if (found?.at === 'pending') throw new NoClearAnswer('ComfyUI does not let go of a job');
    if (found?.at === 'done') return 'too-late';
    if (!found) {
      cancelled.add(id);
      return 'cancelled';
    }
    await calls.post('/interrupt', { prompt_id: id }, signal);
    return 'asked';
  }

  /** The nodes of the workflows that it does not have. */
  async function missingNodes(signal: AbortSignal): Promise<string[]> {
    const graphs = Object.values(workflows).map(({ graph }) => graph);
    const classes = graphs.flatMap((graph) => Object.values(graph).map((node) => node.class_type));
    const missing: string[] = [];
    for (const name of new Set(classes)) {
      const { json } = await calls.get(`/object_info/${encodeURIComponent(name)}`, signal);
      if (typeof json !== 'object' || json === null || !Object.hasOwn(json, name)) missing.push(name);
    }
    return missing;
  }

  /** Once all is well it is not asked again. Answers whether it is. */
  async function check(signal: AbortSignal): Promise<boolean> {
    if (unusable || isChecked) return !unusable;
    const missing = await missingNodes(signal);
    if (missing.length > 0) api.tell(lacks(missing));
    isChecked = missing.length === 0;
    return isChecked;
  }

  return {
    id: 'comfyui',
    ...(unusable ? { unusable } : {}),
    // Another machine knows nothing of what this one was sent.
    account: createHash('sha256').update(url).digest('hex').slice(0, 16),
    capabilities: {
      offers,
      negativePrompt: false,
      prompt: Object.values(workflows).every(({ prompt }) => prompt),
      free: false,
      pollFloorMs: POLL_FLOOR_MS,
      repeat: 'same-id',
    },

    async quote(request) {
      if (!workflowOf(request)) return undefined;
      return { micros: priceOf({ micros: unitMicros }, request.clipSeconds), notes: [] };
    },

    async upload({ image, clip }, signal) {
      if (!(await check(signal))) throw new UploadRefused('provider-down');
      await put([image.key, clip.key], signal);
      return { image: image.key, clip: clip.key };
    },

    async submit(jobId, request, uploaded, signal) {
      const workflow = workflowOf(request);
      if (!workflow) return { kind: 'refused', failure: 'provider-down' };
      return post(workflow, operationFor(jobId, request, uploaded, workflow), signal);
    },

    async find(jobId, request, uploaded) {
      const workflow = workflowOf(request);
      if (!workflow) return undefined;
      const found = await calls.whereIs(promptIdOf(jobId, uploaded), AbortSignal.timeout(FIND_TIMEOUT_MS));
      return found ? operationFor(jobId, request, uploaded, workflow) : 'absent';
    },

    status: (operation, signal) => look(operationOf(operation), signal),
    cancel: (operation, signal) => cancel(operationOf(operation).id, signal),
    costOf: (_, videoSeconds) => priceOf({ micros: unitMicros }, videoSeconds),

    // Its history holds the prompt's words. The files in its folders are for whoever runs it to clear away.
    async release(jobId, { image, clip }, operation) {
      const ofFiles = promptIdOf(jobId, { image: image.key, clip: clip.key });
      const id = operation ? operationOf(operation).id : ofFiles;
      progress.drop(id);
      sentAgain.delete(id);
      cancelled.delete(id);
      await calls.post('/history', { delete: [id] }, AbortSignal.timeout(FIND_TIMEOUT_MS));
    },

    async check(signal) {
      await check(signal).catch((error: unknown) => {
        // That nobody is there has been told.
        if (!calls.isAway()) throw error;
      });
      return {};
    },

    async stop() {
      progress.stop();
      await api.http.stop();
    },
  };
}

const operationOf = (operation: Operation): ComfyOperation => operationShape.parse(operation);

const operationFor = (
  jobId: string,
  request: RenderRequest,
  { image, clip }: UploadedFiles,
  workflow: Workflow,
): ComfyOperation => ({
  id: promptIdOf(jobId, { image, clip }),
  image,
  clip,
  scene: workflow.scene,
  prompt: request.prompt ?? '',
  node: workflow.video,
});

async function readAll(paths: readonly string[]): Promise<{ workflows: Workflows; unusable?: string }> {
  try {
    return { workflows: await readWorkflows(paths) };
  } catch (error) {
    if (!(error instanceof BadWorkflow)) throw error;
    return { workflows: {}, unusable: error.message };
  }
}
