/** fal.ai: the models that its queue renders. */

import type { Operation, RenderRequest, StoredFile } from '../../core/job/job.ts';
import type { ProviderCopies } from '../../core/job/provider-copies.ts';
import type { Provider } from '../../core/ports.ts';
import { isAbsent, type Reading } from '../doubts.ts';
import { NoClearAnswer, read } from '../http.ts';
import { createQueueApi, POLL_FLOOR_MS, type QueueOptions, uploadTo } from '../queue-api.ts';
import { submitAnswer } from '../shapes.ts';
import { refusalOf, troubleIn } from './account.ts';
import { findRequest } from './find.ts';
import { appOf, inputOf, OFFERS, offerOf } from './offers.ts';
import { isVideo, outcomeOf } from './outcome.ts';
import { billedUnitOf, createFalPrices, isByLines, pricesUrl, quoteOf } from './price.ts';
import { createFalStorage } from './storage.ts';
import { createWebhookJudge } from './webhook.ts';
import { cancelAnswer, type FalOperation, operationShape, statusAnswer } from './wire.ts';

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
  pathOf(file: StoredFile): Promise<string>;
  copies?: ProviderCopies | undefined;
  /** Where fal.ai should say that a job has ended. */
  webhookUrl?: (jobId: string) => string;
};

export function createFal(options: FalOptions): Provider {
  const { key, queueUrl, apiUrl, clock, webhookUrl } = options;
  const headers = { authorization: `Key ${key}` };
  const api = createQueueApi(options, { url: queueUrl, headers, graceMs: 60_000, troubleIn });
  const storage = createFalStorage(options);
  const prices = createFalPrices({ ...options, http: api.http });
  const urlsOf = (job: FalOperation) =>
    api.addressesOf(job, `${queueUrl}/${appOf(job)}/requests/${job.requestId}`);
  const judge = createWebhookJudge({ ...options, http: api.http });

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
    const offer = offerOf(job);
    const unitMicros = offer && billedUnitOf(prices.known(), offer);
    const mostMicros = offer && isByLines(offer) ? job.quoteMicros : undefined;
    return outcomeOf({ status, result, operation: job, unitMicros, mostMicros });
  }

  return {
    id: 'fal',
    capabilities: {
      offers: OFFERS,
      negativePrompt: false,
      free: false,
      pollFloorMs: POLL_FLOOR_MS,
    },

    async quote(request) {
      const offer = offerOf(request);
      if (!offer) return undefined;
      const { price: known } = await prices.now();
      return {
        micros: quoteOf(known, offer, request.clipSeconds),
        notes: offer.bills.frames ? ['price-at-most'] : [],
        priceFrom: known.has(offer.endpoint) ? 'provider' : 'built-in',
      };
    },

    upload: (inputs, signal) => uploadTo(storage, inputs, signal),

    async submit(jobId, request, uploaded, signal) {
      const offer = offerOf(request);
      if (!offer) return { kind: 'refused', failure: 'provider-down' };
      const hook = webhookUrl ? `?fal_webhook=${encodeURIComponent(webhookUrl(jobId))}` : '';
      return api.submit(
        {
          url: `${queueUrl}/${offer.endpoint}${hook}`,
          headers: {
            'x-fal-object-lifecycle-preference': OUTPUT_LIVES,
            ...(request.speed === 'relaxed' ? { 'x-fal-queue-priority': 'low' } : {}),
          },
          json: inputOf(request, uploaded),
          signal,
        },
        (answer) => (answer.status >= 400 ? refusalOf(answer) : undefined),
        (answer) => {
          return {
            ...read(submitAnswer, answer, "fal.ai's submit"),
            ...renderedOf(request),
            submittedAt: clock.now(),
            quoteMicros: quoteOf(prices.known(), offer, request.clipSeconds),
          } satisfies FalOperation;
        },
      );
    },

    async status(operation, signal) {
      const job = operationOf(operation);
      return api.settle(job.requestId, await look(job, signal));
    },

    async find(_jobId, request, uploaded) {
      const offer = offerOf(request);
      if (!offer) return undefined;
      const { endpoint } = offer;
      const requestId = await findRequest({ ...options, http: api.http }, { endpoint, uploaded });
      const quoteMicros = quoteOf(prices.known(), offer, request.clipSeconds);
      return requestId === undefined ? undefined : { requestId, ...renderedOf(request), quoteMicros };
    },

    async cancel(operation, signal) {
      const answer = await api.call('PUT', urlsOf(operationOf(operation)).cancel, signal);
      const said = cancelAnswer.safeParse(answer.json);
      if (!said.success) throw new NoClearAnswer(`fal.ai's cancel answered ${answer.status}`);
      const outcomes = { OK: 'cancelled', CANCELLATION_REQUESTED: 'asked' } as const;
      return outcomes[said.data.status as keyof typeof outcomes] ?? 'too-late';
    },

    costOf(request, videoSeconds) {
      const offer = offerOf(request);
      return offer ? quoteOf(prices.known(), offer, videoSeconds) : 0;
    },

    // The body names the request alone; where that lies goes by its model.
    async parseWebhook(received, rawBody, request) {
      const verdict = await judge(received, rawBody);
      return verdict.kind === 'operation' && request
        ? { ...verdict, operation: { ...verdict.operation, ...renderedOf(request) } }
        : verdict;
    },

    async check(signal) {
      const answer = await api.call('GET', pricesUrl(apiUrl), signal);
      if (answer.status !== 200) throw new NoClearAnswer(`fal.ai's prices answered ${answer.status}`);
      return {};
    },

    stop: async () => void (await Promise.all([api.http.stop(), storage.stop()])),
  };
}

/** What has to be known of a request to find it again, and to read its bill. */
const renderedOf = ({ model, quality, scene }: RenderRequest) => ({
  quality,
  ...(model === undefined ? {} : { model }),
  ...(scene === undefined ? {} : { scene }),
});

const operationOf = (operation: Operation): FalOperation => operationShape.parse(operation);
