/** RunComfy: Kling 2.6 motion control behind its Model API. It has no webhooks for it. */
import type { Operation, RenderRequest } from '../../core/job.ts';
import { type Micros, microsFromUsd } from '../../core/money.ts';
import type {
  AssetHost,
  CancelOutcome,
  Clock,
  Log,
  Provider,
  ProviderTrouble,
  SubmitOutcome,
} from '../../core/ports.ts';
import { postOnce } from '../billable.ts';
import { fromUpstream } from '../failures.ts';
import { type ApiAnswer, createHttp, NoClearAnswer, read } from '../http.ts';
import { createLivePrice } from '../live-price.ts';
import { createPatience, isFinalNo, type Reading } from '../patience.ts';
import { POLL_FLOOR_MS } from '../poll-floor.ts';
import { codeIn, isNotFound, refusalOf, troubleIn } from './account.ts';
import { outcomeOf } from './outcome.ts';
import {
  cancelAnswer,
  inputOf,
  MODEL,
  modelPage,
  operationShape,
  type RuncomfyOperation,
  resultAnswer,
  statusAnswer,
  submitAnswer,
} from './wire.ts';

export type RuncomfyOptions = {
  token: string;
  /** Paths start with `/v1/`. */
  apiUrl: string;
  host: AssetHost;
  clock: Clock;
  log: Log;
  /** Hears of what only the operator can put right, and `undefined` once a job was taken again. */
  onTrouble?: (trouble: ProviderTrouble | undefined) => void;
};

/** What others ask for the same model; used when RunComfy names no price of its own, and said to be about right. */
const ABOUT = { unit: 'second', micros: 70_000 } as const;
/** RunComfy means its price to be read when needed; a page full of quotes needs it once. */
const PRICE_FRESH_MS = 60_000;
/** A request that was just taken may not be found for a moment. */
const GRACE_MS = 60_000;

/** What a status calls a request that has ended; its documents know one of these, its own clients accept the others. */
const ENDS: readonly string[] = ['completed', 'succeeded', 'failed'];

type Price = { unit: 'second' | 'output'; micros: Micros };

export function createRuncomfy(options: RuncomfyOptions): Provider {
  const { token, apiUrl, host, clock, log, onTrouble = () => {} } = options;
  const http = createHttp();
  const patience = createPatience();
  const headers = { authorization: `Bearer ${token}` };
  const modelUrl = `${apiUrl}/v1/models/${MODEL}`;
  const prices = createLivePrice<Price>({
    read: readPrice,
    builtIn: ABOUT,
    freshMs: PRICE_FRESH_MS,
    clock,
    log,
  });

  async function readPrice(signal: AbortSignal): Promise<Price> {
    const answer = await http.call({ method: 'GET', url: modelUrl, headers, signal });
    if (answer.status !== 200 || codeIn(answer) !== undefined)
      throw new NoClearAnswer(`RunComfy's price: status ${answer.status}`);
    const { base_price_usd, price_unit } = read(modelPage, answer, "RunComfy's page of the model");
    return { unit: price_unit, micros: microsFromUsd(base_price_usd) };
  }

  async function call(method: 'GET' | 'POST', url: string, signal: AbortSignal): Promise<ApiAnswer> {
    const answer = await http.call({ method, url, headers, signal });
    const trouble = troubleIn(answer);
    if (trouble) onTrouble(trouble);
    return answer;
  }

  /** The addresses that the submit answered with, as far as they are RunComfy's own; else made from the id. */
  function urlsOf({ requestId, statusUrl, resultUrl, cancelUrl }: RuncomfyOperation) {
    const base = `${apiUrl}/v1/requests/${requestId}`;
    return {
      status: trusted(statusUrl) ?? `${base}/status`,
      result: withCost(trusted(resultUrl) ?? `${base}/result`),
      cancel: trusted(cancelUrl) ?? `${base}/cancel`,
    };
  }
  const trusted = (url: string | undefined): string | undefined =>
    url !== undefined && URL.canParse(url) && new URL(url).origin === new URL(apiUrl).origin
      ? url
      : undefined;

  function judgeSubmit(answer: ApiAnswer, request: RenderRequest): SubmitOutcome {
    if (answer.status >= 400 || codeIn(answer) !== undefined) {
      const { failure, trouble } = refusalOf(answer);
      if (trouble) onTrouble(trouble);
      return { kind: 'refused', failure };
    }
    const taken = read(submitAnswer, answer, "RunComfy's submit");
    onTrouble(undefined);
    const operation = {
      requestId: taken.request_id,
      submittedAt: clock.now(),
      quoteMicros: priceOf(prices.known(), request.clipSeconds),
      ...(taken.status_url ? { statusUrl: taken.status_url } : {}),
      ...(taken.result_url ? { resultUrl: taken.result_url } : {}),
      ...(taken.cancel_url ? { cancelUrl: taken.cancel_url } : {}),
    } satisfies RuncomfyOperation;
    return { kind: 'accepted', operation };
  }

  /** It knows no such request: a new one may not be found for a moment. */
  function absent({ submittedAt, quoteMicros = 0 }: RuncomfyOperation, says: string): Reading {
    if (submittedAt === undefined || clock.now() - submittedAt < GRACE_MS) throw new NoClearAnswer(says);
    const end = { state: 'failed', failure: 'result-lost', costMicros: quoteMicros } as const;
    return { doubt: 'may-pass', says, end };
  }

  async function look(job: RuncomfyOperation, signal: AbortSignal): Promise<Reading> {
    const answer = await call('GET', urlsOf(job).status, signal);
    const says = `RunComfy's status answered ${answer.status} (${codeIn(answer) ?? 'no code'})`;
    if (isNotFound(answer)) return absent(job, says);
    if (answer.status !== 200 || codeIn(answer) !== undefined) throw new NoClearAnswer(says);
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
    const answer = await call('GET', urlsOf(job).result, signal);
    const code = codeIn(answer);
    const says = `RunComfy's result answered ${answer.status} (${code ?? 'no code'})`;
    if (answer.status === 200 && code === undefined) {
      return outcomeOf(resultAnswer.catch({ status: '' }).parse(answer.json), job, isOver);
    }
    if (!isOver || troubleIn(answer)) throw new NoClearAnswer(says);
    if (isNotFound(answer)) return absent(job, says);
    // The first three digits of a code are those of an HTTP status.
    if (!isFinalNo(code === undefined ? answer.status : Math.floor(code / 1000)))
      throw new NoClearAnswer(says);
    const end = { state: 'failed', failure: fromUpstream(answer.json), costMicros: 0 } as const;
    return { doubt: 'unfamiliar', says, end };
  }

  return {
    id: 'runcomfy',
    capabilities: {
      qualities: ['standard'],
      orientations: ['video', 'image'],
      negativePrompt: false,
      free: false,
      pollFloorMs: POLL_FLOOR_MS,
    },

    async quote(request) {
      if (request.quality !== 'standard') return undefined;
      const { price, from, fresh } = await prices.now();
      const notes = fresh ? [] : (['price-is-approximate'] as const);
      return { micros: priceOf(price, request.clipSeconds), notes: [...notes], priceFrom: from };
    },

    async upload(inputs, signal) {
      const [image, clip] = await Promise.all([
        host.urlFor(inputs.image, signal),
        host.urlFor(inputs.clip, signal),
      ]);
      return { image, clip };
    },

    submit(_jobId, request, uploaded, signal) {
      const json = inputOf(request, uploaded);
      const judge = (answer: ApiAnswer) => judgeSubmit(answer, request);
      return postOnce(http, { method: 'POST', url: modelUrl, headers, json, signal }, judge, log);
    },

    async status(operation, signal) {
      const job = operationOf(operation);
      return patience.settle(job.requestId, await look(job, signal));
    },

    async cancel(operation, signal): Promise<CancelOutcome> {
      const answer = await call('POST', urlsOf(operationOf(operation)).cancel, signal);
      if (isNotFound(answer)) return 'too-late';
      if (answer.status < 200 || answer.status > 299 || codeIn(answer) !== undefined) {
        throw new NoClearAnswer(
          `RunComfy's cancel answered ${answer.status} (${codeIn(answer) ?? 'no code'})`,
        );
      }
      // Its `status` says "completed" even beside a cancel that worked; only the outcome counts.
      return read(cancelAnswer, answer, "RunComfy's cancel").outcome === 'cancelled'
        ? 'cancelled'
        : 'too-late';
    },

    costOf: (_request, videoSeconds) => priceOf(prices.known(), videoSeconds),
    stop: http.stop,
  };
}

const operationOf = (operation: Operation): RuncomfyOperation => operationShape.parse(operation);

const priceOf = ({ unit, micros }: Price, seconds: number): Micros =>
  unit === 'output' ? micros : micros * seconds;

function withCost(url: string): string {
  const result = new URL(url);
  result.searchParams.set('include_cost', 'true');
  return result.href;
}
