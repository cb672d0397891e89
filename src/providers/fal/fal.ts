/** fal.ai: Kling v2.6 motion control behind its queue. */
import type { Operation, StoredFile } from '../../core/job.ts';
import type {
  CancelOutcome,
  Clock,
  Log,
  Provider,
  ProviderTrouble,
  SubmitOutcome,
} from '../../core/ports.ts';
import { postOnce } from '../billable.ts';
import { type ApiAnswer, createHttp, NoClearAnswer, read } from '../http.ts';
import { createPatience, isAbsent, type Reading } from '../patience.ts';
import { POLL_FLOOR_MS } from '../poll-floor.ts';
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
  operationShape,
  statusAnswer,
  submitAnswer,
} from './wire.ts';

/**
 * How long fal.ai keeps the video: longer than we try to fetch it, and not for ever, which is its default (the header
 * is of its queue's documentation, 2026-11-21).
 */
const OUTPUT_LIVES = JSON.stringify({ expiration_duration_seconds: 7 * 24 * 3600 });

export type FalOptions = {
  /** `id:secret`, as fal.ai shows it. */
  key: string;
  queueUrl: string;
  restUrl: string;
  apiUrl: string;
  pathOf(file: StoredFile): string;
  clock: Clock;
  log: Log;
  /** Where fal.ai should say that a job has ended. */
  webhookUrl?: (jobId: string) => string;
  /** Hears of what only the operator can put right, and `undefined` once a job was taken again. */
  onTrouble?: (trouble: ProviderTrouble | undefined) => void;
};

/** A request that was just taken may not be found for a moment. */
const GRACE_MS = 60_000;

export function createFal(options: FalOptions): Provider {
  const { key, queueUrl, clock, log, webhookUrl, onTrouble = () => {} } = options;
  const http = createHttp();
  const storage = createFalStorage({ ...options, onTrouble });
  const prices = createFalPrices({ ...options, http });
  const patience = createPatience();
  const authorization = `Key ${key}`;

  async function call(method: 'GET' | 'PUT', url: string, signal: AbortSignal): Promise<ApiAnswer> {
    const answer = await http.call({ method, url, headers: { authorization }, signal });
    const trouble = troubleIn(answer);
    if (trouble) onTrouble(trouble);
    return answer;
  }

  /** The addresses that the submit answered with, as far as they are fal.ai's own; else made from the id. */
  function urlsOf({ requestId, statusUrl, resultUrl, cancelUrl }: FalOperation) {
    const base = `${queueUrl}/${APP}/requests/${requestId}`;
    return {
      status: trusted(statusUrl) ?? `${base}/status`,
      result: trusted(resultUrl) ?? base,
      cancel: trusted(cancelUrl) ?? `${base}/cancel`,
    };
  }
  const trusted = (url: string | undefined): string | undefined =>
    url !== undefined && URL.canParse(url) && new URL(url).origin === new URL(queueUrl).origin
      ? url
      : undefined;

  async function look(job: FalOperation, signal: AbortSignal): Promise<Reading> {
    const urls = urlsOf(job);
    const answer = await call('GET', urls.status, signal);
    const says = `fal.ai's status answered ${answer.status}`;
    const isKnown = job.submittedAt !== undefined && clock.now() - job.submittedAt >= GRACE_MS;
    if (isAbsent(answer.status) && isKnown) {
      const end = { state: 'failed', failure: 'result-lost', costMicros: job.quoteMicros ?? 0 } as const;
      return { doubt: 'may-pass', says, end };
    }
    if (answer.status !== 200 && answer.status !== 202) throw new NoClearAnswer(says);
    const status = read(statusAnswer, answer, "fal.ai's status");
    if (status.status === 'IN_PROGRESS') return { state: 'running' };
    if (status.status === 'IN_QUEUE') {
      // It counts those ahead; members count places.
      return {
        state: 'queued',
        ...(typeof status.queue_position === 'number' ? { position: status.queue_position + 1 } : {}),
      };
    }
    // A word that is new here: the result says whether it is over.
    const isOver = status.status === 'COMPLETED' || status.error_type || status.error;
    const result = await call('GET', urls.result, signal);
    if (!isOver && !isVideo(result)) throw new NoClearAnswer("fal.ai's status has a word that is not known");
    const unitMicros = job.quality && prices.known()[job.quality];
    return outcomeOf({ status, result, operation: job, unitMicros });
  }

  return {
    id: 'fal',
    capabilities: {
      qualities: ['standard', 'pro'],
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

    async upload(inputs, signal) {
      const [image, clip] = await Promise.all([
        storage.urlFor(inputs.image, signal),
        storage.urlFor(inputs.clip, signal),
      ]);
      return { image, clip };
    },

    async submit(jobId, request, uploaded, signal) {
      const { quality } = request;
      if (!isFalQuality(quality)) return { kind: 'refused', failure: 'provider-down' };
      const hook = webhookUrl ? `?fal_webhook=${encodeURIComponent(webhookUrl(jobId))}` : '';
      const url = `${queueUrl}/${ENDPOINTS[quality]}${hook}`;
      const json = inputOf(request, uploaded);
      const judge = (answer: ApiAnswer): SubmitOutcome => {
        if (answer.status >= 400) {
          const { failure, trouble } = refusalOf(answer);
          if (trouble) onTrouble(trouble);
          return { kind: 'refused', failure };
        }
        const taken = read(submitAnswer, answer, "fal.ai's submit");
        onTrouble(undefined);
        const operation = {
          requestId: taken.request_id,
          quality,
          submittedAt: clock.now(),
          quoteMicros: prices.known()[quality] * request.clipSeconds,
          ...(taken.status_url ? { statusUrl: taken.status_url } : {}),
          ...(taken.response_url ? { resultUrl: taken.response_url } : {}),
          ...(taken.cancel_url ? { cancelUrl: taken.cancel_url } : {}),
        } satisfies FalOperation;
        return { kind: 'accepted', operation };
      };
      const headers = { authorization, 'x-fal-object-lifecycle-preference': OUTPUT_LIVES };
      return postOnce(http, { method: 'POST', url, headers, json, signal }, judge, log);
    },

    async status(operation, signal) {
      const job = operationOf(operation);
      return patience.settle(job.requestId, await look(job, signal));
    },

    async cancel(operation, signal): Promise<CancelOutcome> {
      const answer = await call('PUT', urlsOf(operationOf(operation)).cancel, signal);
      const said = cancelAnswer.safeParse(answer.json);
      if (!said.success) throw new NoClearAnswer(`fal.ai's cancel answered ${answer.status}`);
      switch (said.data.status) {
        case 'OK':
          return 'cancelled';
        case 'CANCELLATION_REQUESTED':
          return 'asked';
        default:
          return 'too-late';
      }
    },

    costOf: (request, videoSeconds) =>
      isFalQuality(request.quality) ? prices.known()[request.quality] * videoSeconds : 0,
    parseWebhook: createWebhookJudge({ ...options, http }),
    stop: async () => void (await Promise.all([http.stop(), storage.stop()])),
  };
}

const operationOf = (operation: Operation): FalOperation => operationShape.parse(operation);
