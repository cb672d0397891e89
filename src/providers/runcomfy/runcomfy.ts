/** RunComfy: Kling 2.6 motion control behind its Model API. It has no webhooks for it. */
import type { Operation } from '../../core/job/job.ts';
import type { AssetHost, Provider } from '../../core/ports.ts';
import { microsFromUsd } from '../../core/price/money.ts';
import { canDo } from '../../core/price/quote.ts';
import { isFinalNo, type Reading } from '../doubts.ts';
import { fromUpstream } from '../failures.ts';
import { type ApiAnswer, NoClearAnswer, read } from '../http.ts';
import { createQueueApi, POLL_FLOOR_MS, type QueueOptions, uploadTo } from '../queue-api.ts';
import { submitAnswer } from '../shapes.ts';
import { codeIn, isNotFound, refusalOf, troubleIn } from './account.ts';
import { outcomeOf } from './outcome.ts';
import { createRuncomfyPrice, priceOf } from './price.ts';
import {
  balanceAnswer,
  cancelAnswer,
  inputOf,
  MODEL,
  OFFERS,
  operationShape,
  type RuncomfyOperation,
  resultAnswer,
  statusAnswer,
} from './wire.ts';

export type RuncomfyOptions = QueueOptions & {
  token: string;
  /** Paths start with `/v1/`. */
  apiUrl: string;
  /** Where it says what is left; paths start with `/prod/`. */
  accountUrl: string;
  host: AssetHost;
};

/** What a status calls a request that has ended; its documents know one of these, its own clients accept the others. */
const ENDS: readonly string[] = ['completed', 'succeeded', 'failed'];

export function createRuncomfy(options: RuncomfyOptions): Provider {
  const { token, apiUrl, accountUrl, host, clock } = options;
  const headers = { authorization: `Bearer ${token}` };
  const api = createQueueApi(options, { url: apiUrl, headers, graceMs: 60_000, troubleIn });
  const modelUrl = `${apiUrl}/v1/models/${MODEL}`;
  const prices = createRuncomfyPrice({ ...options, http: api.http, modelUrl, headers });

  function urlsOf(job: RuncomfyOperation) {
    const base = `${apiUrl}/v1/requests/${job.requestId}`;
    const urls = api.addressesOf(job, base, `${base}/result`);
    return { ...urls, result: withCost(urls.result) };
  }

  async function look(job: RuncomfyOperation, signal: AbortSignal): Promise<Reading> {
    const answer = await api.call('GET', urlsOf(job).status, signal);
    const says = saying('status', answer);
    if (isNotFound(answer)) return api.absent(job, says);
    if (!isYes(answer)) throw new NoClearAnswer(says);
    const { status, queue_position: position } = read(statusAnswer, answer, "RunComfy's status");
    switch (status) {
      case 'in_queue':
      case 'pending':
      case 'waiting':
        return { state: 'queued', ...(typeof position === 'number' ? { position } : {}) };
      case 'in_progress':
      case 'starting':
      case 'processing':
        return { state: 'running' };
      case 'cancelled':
        return { state: 'cancelled', costMicros: 0 };
      default:
        return resultOf(job, ENDS.includes(status), signal);
    }
  }

  /** "completed" only means that it is over; the result has words of its own for how. */
  async function resultOf(job: RuncomfyOperation, isOver: boolean, signal: AbortSignal): Promise<Reading> {
    const answer = await api.call('GET', urlsOf(job).result, signal);
    if (isYes(answer)) return outcomeOf(resultAnswer.catch({ status: '' }).parse(answer.json), job, isOver);
    const says = saying('result', answer);
    if (!isOver || troubleIn(answer)) throw new NoClearAnswer(says);
    if (isNotFound(answer)) return api.absent(job, says);
    const code = codeIn(answer);
    // The first three digits of a code are those of an HTTP status.
    if (!isFinalNo(code === undefined ? answer.status : Math.floor(code / 1000)))
      throw new NoClearAnswer(says);
    const failure = fromUpstream(answer.json ?? '');
    // What is understood is a refusal, which costs nothing; of anything else nobody knows the bill.
    const end = {
      state: 'failed',
      failure,
      ...(failure === 'provider-down' ? {} : { costMicros: 0 }),
    } as const;
    return { doubt: 'unfamiliar', says, end };
  }

  const provider: Provider = {
    id: 'runcomfy',
    capabilities: {
      offers: OFFERS,
      negativePrompt: false,
      free: false,
      pollFloorMs: POLL_FLOOR_MS,
    },

    async quote(request) {
      if (!canDo(provider, request)) return undefined;
      const { price, from, fresh } = await prices.now();
      return {
        micros: priceOf(price, request.clipSeconds),
        notes: fresh ? [] : ['price-is-approximate'],
        priceFrom: from,
      };
    },

    upload: (inputs, signal) => uploadTo(host, inputs, signal),

    submit: (_jobId, request, uploaded, signal) =>
      api.submit(
        { url: modelUrl, json: inputOf(request, uploaded), signal },
        (answer) => (answer.status >= 400 || codeIn(answer) !== undefined ? refusalOf(answer) : undefined),
        (answer) => {
          return {
            ...read(submitAnswer, answer, "RunComfy's submit"),
            submittedAt: clock.now(),
            quoteMicros: priceOf(prices.known(), request.clipSeconds),
          } satisfies RuncomfyOperation;
        },
      ),

    async status(operation, signal) {
      const job = operationOf(operation);
      return api.settle(job.requestId, await look(job, signal));
    },

    async cancel(operation, signal) {
      const answer = await api.call('POST', urlsOf(operationOf(operation)).cancel, signal);
      if (isNotFound(answer)) return 'too-late';
      if (answer.status < 200 || answer.status > 299 || codeIn(answer) !== undefined)
        throw new NoClearAnswer(saying('cancel', answer));
      // Its `status` says "completed" even beside a cancel that worked; only the outcome counts.
      const { outcome } = read(cancelAnswer, answer, "RunComfy's cancel");
      return outcome === 'cancelled' ? 'cancelled' : 'too-late';
    },

    costOf: (_request, videoSeconds) => priceOf(prices.known(), videoSeconds),

    async check(signal) {
      const answer = await api.call('GET', `${accountUrl}/prod/v2/balance`, signal);
      if (!isYes(answer)) throw new NoClearAnswer(saying('balance', answer));
      const { balance_usd: usd } = read(balanceAnswer, answer, "RunComfy's balance");
      return { balanceMicros: microsFromUsd(Math.max(0, usd)) };
    },

    stop: api.http.stop,
  };
  return provider;
}

const operationOf = (operation: Operation): RuncomfyOperation => operationShape.parse(operation);

const isYes = (answer: ApiAnswer): boolean => answer.status === 200 && codeIn(answer) === undefined;
const saying = (what: string, answer: ApiAnswer): string =>
  `RunComfy's ${what} answered ${answer.status} (${codeIn(answer) ?? 'no code'})`;

function withCost(url: string): string {
  const result = new URL(url);
  result.searchParams.set('include_cost', 'true');
  return result.href;
}
