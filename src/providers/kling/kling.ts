/** Kling's own API: motion control of 2.6 and 3.0. It knows jobs by our id, refuses twins for free, and never cancels. */
import type { Operation } from '../../core/job/job.ts';
import type { AssetHost, Provider } from '../../core/ports.ts';
import { priceOf } from '../billing.ts';
import { NoClearAnswer, read } from '../http.ts';
import { accountOf, createQueueApi, POLL_FLOOR_MS, type QueueOptions, uploadTo } from '../queue-api.ts';
import { isYes, refusalOf, saying, troubleIn, unitsIn } from './account.ts';
import { outcomeOf } from './outcome.ts';
import { judgeCallback } from './webhook.ts';
import {
  bodyOf,
  createAnswer,
  externalIdOf,
  type KlingOperation,
  type KlingTask,
  OFFERS,
  offerOf,
  operationShape,
  tasksAnswer,
} from './wire.ts';

export type KlingOptions = QueueOptions & {
  key: string;
  apiUrl: string;
  host: AssetHost;
  webhookUrl?: (jobId: string) => string;
  /** `whsec_…`, where the operator has made one. */
  webhookSecret?: string;
};

/** A task is found at once after its create (published measurements); Kling forgets it after 30 days. */
const GRACE_MS = 60_000;
const FIND_TIMEOUT_MS = 30_000;
const DAY_MS = 24 * 3_600_000;

export function createKling(options: KlingOptions): Provider {
  const { key, apiUrl, host, clock, webhookUrl, webhookSecret: secret } = options;
  const headers = { authorization: `Bearer ${key}` };
  const api = createQueueApi(options, { url: apiUrl, headers, graceMs: GRACE_MS, troubleIn });

  /** The tasks that it knows by that id. Throws NoClearAnswer for anything but a clear yes. */
  async function tasksBy(what: 'task_ids' | 'external_task_ids', id: string, signal: AbortSignal) {
    const answer = await api.call('GET', `${apiUrl}/tasks?${what}=${id}`, signal);
    if (!isYes(answer)) throw new NoClearAnswer(saying('status', answer));
    return read(tasksAnswer, answer, "Kling's status").data;
  }

  async function look(job: KlingOperation, signal: AbortSignal) {
    const tasks = await tasksBy('task_ids', job.id, signal);
    const task = tasks.find(({ id }) => id === job.id);
    if (task) return outcomeOf(task, job);
    if (tasks.length > 0) throw new NoClearAnswer('Kling answers with other tasks than it was asked for');
    return api.absent(job, 'Kling does not know the job');
  }

  return {
    id: 'kling',
    // An id of ours is one account's (Kling's documentation, 2026-11-29).
    account: accountOf(apiUrl, key),
    capabilities: {
      offers: OFFERS,
      negativePrompt: false,
      free: false,
      pollFloorMs: POLL_FLOOR_MS,
      repeat: 'same-id',
      neverCancels: true,
    },

    async quote(request) {
      const offer = offerOf(request);
      return offer && { micros: priceOf(offer.bills, request.clipSeconds), notes: [] };
    },

    upload: (inputs, signal) => uploadTo(host, inputs, signal),

    async submit(jobId, request, uploaded, signal) {
      const offer = offerOf(request);
      if (!offer) return { kind: 'refused', failure: 'provider-down' };
      const json = bodyOf(jobId, request, uploaded, webhookUrl?.(jobId));
      return api.submit({ url: `${apiUrl}/${offer.endpoint}`, json, signal }, refusalOf, (answer) => ({
        id: read(createAnswer, answer, "Kling's submit").data.id,
        submittedAt: clock.now(),
        quoteMicros: priceOf(offer.bills, request.clipSeconds),
      }));
    },

    async find(jobId, request, uploaded) {
      const ours = externalIdOf(jobId, uploaded);
      const tasks = await tasksBy('external_task_ids', ours, AbortSignal.timeout(FIND_TIMEOUT_MS));
      const task: KlingTask | undefined = tasks.find(({ external_id }) => external_id === ours);
      if (!task && tasks.length > 0)
        throw new NoClearAnswer('Kling answers with tasks of other ids than ours');
      if (!task) return 'absent';
      const offer = offerOf(request);
      return {
        id: task.id,
        submittedAt: task.create_time ?? clock.now(),
        ...(offer ? { quoteMicros: priceOf(offer.bills, request.clipSeconds) } : {}),
      };
    },

    async status(operation, signal) {
      const job = operationOf(operation);
      return api.settle(job.id, await look(job, signal));
    },

    cancel: async () => 'too-late',

    costOf(request, videoSeconds) {
      const offer = offerOf(request);
      return offer ? priceOf(offer.bills, videoSeconds) : 0;
    },

    parseWebhook: async (received, rawBody) => judgeCallback(received, rawBody, { secret, clock }),

    async check(signal) {
      const span = `start_time=${clock.now() - DAY_MS}&end_time=${clock.now()}`;
      const answer = await api.call('GET', `${apiUrl}/account/costs?${span}`, signal);
      if (!isYes(answer)) throw new NoClearAnswer(saying('account', answer));
      return unitsIn(answer);
    },

    stop: api.http.stop,
  };
}

const operationOf = (operation: Operation): KlingOperation => operationShape.parse(operation);
