/** fal.ai: Kling v2.6 motion control behind its queue. */
import type { Operation, StoredFile } from '../../core/job/job.ts';
import type { Provider } from '../../core/ports.ts';
import { isAbsent, type Reading } from '../doubts.ts';
import { NoClearAnswer, read } from '../http.ts';
import { createQueueApi, POLL_FLOOR_MS, type QueueOptions, uploadTo } from '../queue-api.ts';
import { submitAnswer } from '../shapes.ts';
import { refusalOf, troubleIn } from './account.ts';
import { isVideo, outcomeOf } from './outcome.ts';
import { createFalPrices } from './price.ts';
import { createFalStorage } from './storage.ts';
import { createWebhookJudge } from './webhook.ts';
import {
  APP,
  cancelAnswer,
  ENDPOINTS,
  type FalOperation,
  inputOf,
  isFalQuality,
  OFFERS,
  operationShape,
  statusAnswer,
} from './wire.ts';

/**
 * How long fal.ai keeps the video: longer than we try to fetch it, and not for ever, which is its default (the header
 * is of its queue's documentation, 2026-11-21).
 */
const OUTPUT_LIVES = JSON.stringify({ expiration_duration_seconds: 7 * 24 * 3600 });

export type FalOptions = QueueOptions & {
  /** `id:secret`, as fal.ai shows it. */
  key: string;
  queueUrl: string;
  restUrl: string;
  apiUrl: string;
  pathOf(file: StoredFile): string;
  /** Where fal.ai should say that a job has ended. */
  webhookUrl?: (jobId: string) => string;
};

export function createFal(options: FalOptions): Provider {
  const { key, queueUrl, clock, webhookUrl } = options;
  const headers = { authorization: `Key ${key}` };
  const api = createQueueApi(options, { url: queueUrl, headers, graceMs: 60_000, troubleIn });
  const storage = createFalStorage(options);
  const prices = createFalPrices({ ...options, http: api.http });
  const urlsOf = (job: FalOperation) => api.addressesOf(job, `${queueUrl}/${APP}/requests/${job.requestId}`);

  async function look(job: FalOperation, signal: AbortSignal): Promise<Reading> {
    const urls = urlsOf(job);
    const answer = await api.call('GET', urls.status, signal);
    const says = `fal.ai's status answered ${answer.status}`;
    if (isAbsent(answer.status)) return api.absent(job, says);
    if (answer.status !== 200 && answer.status !== 202) throw new NoClearAnswer(says);
    const status = read(statusAnswer, answer, "fal.ai's status");
    if (status.status === 'IN_PROGRESS') return { state: 'running' };
    if (status.status === 'IN_QUEUE') {
      // It counts those ahead; members count places.
      const ahead = status.queue_position;
      return { state: 'queued', ...(typeof ahead === 'number' ? { position: ahead + 1 } : {}) };
    }
    // A word that is new here: the result says whether it is over.
    const isOver = status.status === 'COMPLETED' || status.error_type || status.error;
    const result = await api.call('GET', urls.result, signal);
    if (!isOver && !isVideo(result)) throw new NoClearAnswer("fal.ai's status has a word that is not known");
    const unitMicros = job.quality && prices.known()[job.quality];
    return outcomeOf({ status, result, operation: job, unitMicros });
  }

  return {
    id: 'fal',
    capabilities: {
      qualities: OFFERS.map(({ quality }) => quality),
      orientations: ['video', 'image'],
      negativePrompt: false,
      free: false,
      pollFloorMs: POLL_FLOOR_MS,
      lowPriority: true,
    },

    async quote(request) {
      if (!isFalQuality(request.quality)) return undefined;
      const { price, from } = await prices.now();
      return { micros: price[request.quality] * request.clipSeconds, notes: [], priceFrom: from };
    },

    upload: (inputs, signal) => uploadTo(storage, inputs, signal),

    async submit(jobId, request, uploaded, signal) {
      const { quality } = request;
      if (!isFalQuality(quality)) return { kind: 'refused', failure: 'provider-down' };
      const hook = webhookUrl ? `?fal_webhook=${encodeURIComponent(webhookUrl(jobId))}` : '';
      return api.submit(
        {
          url: `${queueUrl}/${ENDPOINTS[quality]}${hook}`,
          headers: { 'x-fal-object-lifecycle-preference': OUTPUT_LIVES },
          json: inputOf(request, uploaded),
          signal,
        },
        (answer) => (answer.status >= 400 ? refusalOf(answer) : undefined),
        (answer) => {
          return {
            ...read(submitAnswer, answer, "fal.ai's submit"),
            quality,
            submittedAt: clock.now(),
            quoteMicros: prices.known()[quality] * request.clipSeconds,
          } satisfies FalOperation;
        },
      );
    },

    async status(operation, signal) {
      const job = operationOf(operation);
      return api.settle(job.requestId, await look(job, signal));
    },

    async cancel(operation, signal) {
      const answer = await api.call('PUT', urlsOf(operationOf(operation)).cancel, signal);
      const said = cancelAnswer.safeParse(answer.json);
      if (!said.success) throw new NoClearAnswer(`fal.ai's cancel answered ${answer.status}`);
      const outcomes = { OK: 'cancelled', CANCELLATION_REQUESTED: 'asked' } as const;
      return outcomes[said.data.status as keyof typeof outcomes] ?? 'too-late';
    },

    costOf: (request, videoSeconds) =>
      isFalQuality(request.quality) ? prices.known()[request.quality] * videoSeconds : 0,
    parseWebhook: createWebhookJudge({ ...options, http: api.http }),
    stop: async () => void (await Promise.all([api.http.stop(), storage.stop()])),
  };
}

const operationOf = (operation: Operation): FalOperation => operationShape.parse(operation);
