/** RunPod: its public endpoint for Kling v2.6 motion control, always through the queue. */
import type { Operation } from '../../core/job/job.ts';
import type { AssetHost, Provider } from '../../core/ports.ts';
import { canDo } from '../../core/price/quote.ts';
import { priceOf } from '../billing.ts';
import { isAbsent, type Reading } from '../doubts.ts';
import { NoClearAnswer, parseJson, read } from '../http.ts';
import { createQueueApi, POLL_FLOOR_MS, type QueueOptions, uploadTo } from '../queue-api.ts';
import { refusalOf, troubleIn } from './account.ts';
import { outcomeOf } from './outcome.ts';
import {
  bodyOf,
  cancelAnswer,
  noSuchJob,
  OFFERS,
  operationShape,
  type RunpodOperation,
  statusAnswer,
  submitAnswer,
} from './wire.ts';

export type RunpodOptions = QueueOptions & {
  key: string;
  /** Paths start with `/v2/`. */
  apiUrl: string;
  host: AssetHost;
  webhookUrl?: (jobId: string) => string;
};

/** A new job may be unknown for so long (field reports). RunPod forgets a job 30 minutes after its end. */
const GRACE_MS = 150_000;

const [{ endpoint: ENDPOINT, bills: BILLS }] = OFFERS;

export function createRunpod(options: RunpodOptions): Provider {
  const { key, apiUrl, host, clock, webhookUrl } = options;
  const headers = { authorization: `Bearer ${key}` };
  const api = createQueueApi(options, { url: apiUrl, headers, graceMs: GRACE_MS, troubleIn });
  const base = `${apiUrl}/v2/${ENDPOINT}`;

  async function look(job: RunpodOperation, signal: AbortSignal): Promise<Reading> {
    const answer = await api.call('GET', `${base}/status/${job.id}`, signal);
    const isGone = isAbsent(answer.status) && noSuchJob.safeParse(answer.json).success;
    if (isGone) return api.absent(job, 'RunPod does not know the job');
    if (answer.status !== 200) throw new NoClearAnswer(`RunPod's status answered ${answer.status}`);
    return outcomeOf(read(statusAnswer, answer, "RunPod's status"), job);
  }

  const provider: Provider = {
    id: 'runpod',
    capabilities: {
      offers: OFFERS,
      negativePrompt: true,
      free: false,
      pollFloorMs: POLL_FLOOR_MS,
    },

    async quote(request) {
      if (!canDo(provider, request)) return undefined;
      return { micros: priceOf(BILLS, request.clipSeconds), notes: [] };
    },

    upload: (inputs, signal) => uploadTo(host, inputs, signal),

    submit: (jobId, request, uploaded, signal) =>
      api.submit(
        { url: `${base}/run`, json: bodyOf(request, uploaded, webhookUrl?.(jobId)), signal },
        (answer) => (answer.status >= 400 ? refusalOf(answer) : undefined),
        (answer) => {
          const { id } = read(submitAnswer, answer, "RunPod's submit");
          return { id, submittedAt: clock.now(), quoteMicros: priceOf(BILLS, request.clipSeconds) };
        },
      ),

    async status(operation, signal) {
      const job = operationOf(operation);
      return api.settle(job.id, await look(job, signal));
    },

    async cancel(operation, signal) {
      const answer = await api.call('POST', `${base}/cancel/${operationOf(operation).id}`, signal);
      const gone = answer.status === 404 && noSuchJob.safeParse(answer.json).success;
      if (gone || answer.status === 400 || answer.status === 409) return 'too-late';
      if (answer.status !== 200) throw new NoClearAnswer(`RunPod's cancel answered ${answer.status}`);
      const { status } = read(cancelAnswer, answer, "RunPod's cancel");
      if (status === 'CANCELLED') return 'cancelled';
      return ['COMPLETED', 'FAILED', 'TIMED_OUT'].includes(status) ? 'too-late' : 'asked';
    },

    // RunPod signs nothing: whatever the body says, only the status counts, and only the id is taken from it.
    async parseWebhook(_headers, rawBody) {
      const named = submitAnswer.safeParse(parseJson(rawBody.toString('utf8')));
      return named.success ? { kind: 'operation', operation: { id: named.data.id } } : { kind: 'look' };
    },

    async check(signal) {
      const answer = await api.call('GET', `${base}/health`, signal);
      if (answer.status !== 200) throw new NoClearAnswer(`RunPod's health answered ${answer.status}`);
      return {};
    },

    stop: api.http.stop,
  };
  return provider;
}

const operationOf = (operation: Operation): RunpodOperation => operationShape.parse(operation);
