/** RunPod: its public endpoint for Kling v2.6 motion control, always through the queue. */
import type { Operation } from '../../core/job.ts';
import type { Micros } from '../../core/money.ts';
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
import { type ApiAnswer, createHttp, NoClearAnswer, read } from '../http.ts';
import { createPatience, isAbsent, type Reading } from '../patience.ts';
import { POLL_FLOOR_MS } from '../poll-floor.ts';
import { refusalOf, troubleIn } from './account.ts';
import { outcomeOf } from './outcome.ts';
import {
  bodyOf,
  cancelAnswer,
  ENDPOINT,
  noSuchJob,
  operationShape,
  type RunpodOperation,
  statusAnswer,
  submitAnswer,
} from './wire.ts';

export type RunpodOptions = {
  key: string;
  /** Paths start with `/v2/`. */
  apiUrl: string;
  host: AssetHost;
  clock: Clock;
  log: Log;
  webhookUrl?: (jobId: string) => string;
  /** Hears of what only the operator can put right, and `undefined` once a job was taken again. */
  onTrouble?: (trouble: ProviderTrouble | undefined) => void;
};

/** Each started block of 3 s costs the same (RunPod's page, 2026-11-21; it lists up to 9 s, the bill itself says more). */
const BLOCK_SECONDS = 3;
const BLOCK_MICROS = 210_000;
/** A new job may be unknown for so long (field reports). */
const GRACE_MS = 150_000;

const priceOf = (seconds: number): Micros => Math.ceil(seconds / BLOCK_SECONDS) * BLOCK_MICROS;

export function createRunpod(options: RunpodOptions): Provider {
  const { key, apiUrl, host, clock, log, webhookUrl, onTrouble = () => {} } = options;
  const http = createHttp();
  const patience = createPatience();
  const base = `${apiUrl}/v2/${ENDPOINT}`;
  const headers = { authorization: `Bearer ${key}` };

  async function call(method: 'GET' | 'POST', path: string, signal: AbortSignal): Promise<ApiAnswer> {
    const answer = await http.call({ method, url: `${base}${path}`, headers, signal });
    const trouble = troubleIn(answer);
    if (trouble) onTrouble(trouble);
    return answer;
  }

  function judgeSubmit(answer: ApiAnswer, quoteMicros: Micros): SubmitOutcome {
    if (answer.status >= 400) {
      const { failure, trouble } = refusalOf(answer);
      if (trouble) onTrouble(trouble);
      return { kind: 'refused', failure };
    }
    const { id } = read(submitAnswer, answer, "RunPod's submit");
    onTrouble(undefined);
    return { kind: 'accepted', operation: { id, submittedAt: clock.now(), quoteMicros } };
  }

  /** RunPod keeps a job for 30 minutes after its end; one that it knows no more may have been billed. */
  function absent({ submittedAt, quoteMicros = 0 }: RunpodOperation): Reading {
    const says = 'RunPod does not know the job';
    if (submittedAt === undefined || clock.now() - submittedAt < GRACE_MS) throw new NoClearAnswer(says);
    const end = { state: 'failed', failure: 'result-lost', costMicros: quoteMicros } as const;
    return { doubt: 'may-pass', says, end };
  }

  async function look(job: RunpodOperation, signal: AbortSignal): Promise<Reading> {
    const answer = await call('GET', `/status/${job.id}`, signal);
    if (isAbsent(answer.status) && noSuchJob.safeParse(answer.json).success) return absent(job);
    if (answer.status !== 200) throw new NoClearAnswer(`RunPod's status answered ${answer.status}`);
    return outcomeOf(read(statusAnswer, answer, "RunPod's status"), job);
  }

  return {
    id: 'runpod',
    capabilities: {
      qualities: ['standard'],
      orientations: ['video', 'image'],
      negativePrompt: true,
      free: false,
      pollFloorMs: POLL_FLOOR_MS,
    },

    async quote(request) {
      if (request.quality !== 'standard') return undefined;
      return { micros: priceOf(request.clipSeconds), notes: [] };
    },

    async upload(inputs, signal) {
      const [image, clip] = await Promise.all([
        host.urlFor(inputs.image, signal),
        host.urlFor(inputs.clip, signal),
      ]);
      return { image, clip };
    },

    submit(job, request, uploaded, signal) {
      const json = bodyOf(request, uploaded, webhookUrl?.(job));
      const judge = (answer: ApiAnswer) => judgeSubmit(answer, priceOf(request.clipSeconds));
      return postOnce(http, { method: 'POST', url: `${base}/run`, headers, json, signal }, judge, log);
    },

    async status(operation, signal) {
      const job = operationOf(operation);
      return patience.settle(job.id, await look(job, signal));
    },

    async cancel(operation, signal): Promise<CancelOutcome> {
      const answer = await call('POST', `/cancel/${operationOf(operation).id}`, signal);
      const gone = answer.status === 404 && noSuchJob.safeParse(answer.json).success;
      if (gone || answer.status === 400 || answer.status === 409) return 'too-late';
      if (answer.status !== 200) throw new NoClearAnswer(`RunPod's cancel answered ${answer.status}`);
      const { status } = read(cancelAnswer, answer, "RunPod's cancel");
      if (status === 'CANCELLED') return 'cancelled';
      return ['COMPLETED', 'FAILED', 'TIMED_OUT'].includes(status) ? 'too-late' : 'asked';
    },

    // RunPod signs nothing: whatever the body says, only the status counts, and only the id is taken from it.
    async parseWebhook(_headers, rawBody) {
      const named = submitAnswer.safeParse(parseJson(rawBody));
      return named.success ? { kind: 'operation', operation: { id: named.data.id } } : { kind: 'look' };
    },

    stop: http.stop,
  };
}

const operationOf = (operation: Operation): RunpodOperation => operationShape.parse(operation);

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
