/** Runware: P-Video, and Kling where its price is known. It takes our id of a task, refuses its twin, and never cancels. */
import type { Operation } from '../../core/job/job.ts';
import type { AssetHost, Provider } from '../../core/ports.ts';
import { priceOf } from '../billing.ts';
import type { Reading } from '../doubts.ts';
import { NoClearAnswer } from '../http.ts';
import { accountOf, createQueueApi, POLL_FLOOR_MS, type QueueOptions, uploadTo } from '../queue-api.ts';
import { isOfTheQuestion, isTwin, isUnknownTask, refusalOf, troubleIn } from './account.ts';
import { isKling, klingOffers, OFFERS, offerIn } from './offers.ts';
import { outcomeOf } from './outcome.ts';
import { operationShape, type RunwareOperation, type Said, saidOf, taskIdOf, taskOf } from './wire.ts';

export type RunwareOptions = QueueOptions & {
  key: string;
  /** The path is `/v1`. */
  apiUrl: string;
  host: AssetHost;
  webhookUrl?: (jobId: string) => string;
  /** As the operator wrote them. */
  klingPrices?: string;
};

/** So long after it was taken a task may not show; past that, one that nothing is said of is looked for in the archive. */
const GRACE_MS = 120_000;
const FIND_TIMEOUT_MS = 30_000;
/** Of no job: to see whether the key is taken. */
const NO_TASK = '00000000-0000-4000-8000-000000000000';
const NOTHING: Said = { rows: [], problems: [], ofTheCall: [] };

export function createRunware(options: RunwareOptions): Provider {
  const { key, apiUrl, host, clock, webhookUrl, klingPrices = '' } = options;
  const headers = { authorization: `Bearer ${key}` };
  const url = `${apiUrl}/v1`;
  const api = createQueueApi(options, { url: apiUrl, headers, graceMs: GRACE_MS, troubleIn });
  const kling = klingOffers(klingPrices);
  const offers = [...OFFERS, ...kling.offers];

  /** What it says of a task. Throws NoClearAnswer where that is nothing clear, or about our account. */
  async function ask(
    taskType: 'getResponse' | 'getTaskDetails',
    id: string,
    signal: AbortSignal,
  ): Promise<Said> {
    const answer = await api.call('POST', url, signal, [{ taskType, taskUUID: id }]);
    const said = saidOf(id, answer.json);
    if (said && answer.status < 500) {
      if (said.rows.length > 0) return said;
      // A task that failed may come as a 4xx.
      const isOfTheTask = said.problems.length > 0 || (answer.status === 200 && said.ofTheCall.length === 0);
      if (isOfTheTask && !troubleIn(answer)) return said;
    }
    throw new NoClearAnswer(`Runware's ${taskType} answered ${answer.status}`);
  }

  /** What it answered to a task once, which it keeps for longer; undefined where it knows of none. */
  async function archived(id: string, signal: AbortSignal): Promise<Said | undefined> {
    const { rows, problems } = await ask('getTaskDetails', id, signal);
    const [row] = rows;
    // The refusal of a twin may lie where the answer to the first one did.
    if (row) return saidOf(id, row.response) ?? NOTHING;
    if (problems.every(isUnknownTask)) return undefined;
    throw new NoClearAnswer("Runware's archive can't be read");
  }

  async function look(job: RunwareOperation, signal: AbortSignal): Promise<Reading> {
    const said = await ask('getResponse', job.id, signal);
    const now = outcomeOf(said, job);
    if (now) return now;
    // It says nothing of a task that it is working on, at least at first.
    const { submittedAt = 0 } = job;
    if (clock.now() - submittedAt <= GRACE_MS) return { state: 'queued' };
    const before = outcomeOf((await archived(job.id, signal)) ?? NOTHING, job);
    if (before) return before;
    const says = 'Runware says that the task failed, or is not known';
    const end = { state: 'failed', failure: 'provider-down' } as const;
    return said.problems.some(isUnknownTask) ? { doubt: 'may-pass', says, end } : { state: 'queued' };
  }

  return {
    id: 'runware',
    account: accountOf(apiUrl, key),
    capabilities: {
      offers,
      negativePrompt: false,
      free: false,
      pollFloorMs: POLL_FLOOR_MS,
      repeat: 'same-id',
      neverCancels: true,
    },
    ...(kling.unread.length > 0 ? { mistake: mistakeAt(kling.unread) } : {}),

    async quote(request) {
      const offer = offerIn(offers, request);
      if (!offer) return undefined;
      const notes = isKling(offer) ? (['price-is-approximate'] as const) : [];
      return { micros: priceOf(offer.bills, request.clipSeconds), notes: [...notes] };
    },

    upload: (inputs, signal) => uploadTo(host, inputs, signal),

    async submit(jobId, request, uploaded, signal) {
      const offer = offerIn(offers, request);
      if (!offer) return { kind: 'refused', failure: 'provider-down' };
      const task = taskOf(jobId, request, uploaded, offer, webhookUrl?.(jobId));
      const id = task.taskUUID;
      const quoteMicros = priceOf(offer.bills, request.clipSeconds);
      return api.submit(
        { url, json: [task], signal },
        (answer) => {
          const said = saidOf(id, answer.json);
          const isTaken = said && (said.rows.length > 0 || said.problems.some(isTwin));
          return isTaken ? undefined : refusalOf(answer, said);
        },
        () => ({ id, submittedAt: clock.now(), quoteMicros }),
      );
    },

    async find(jobId, request, uploaded) {
      const id = taskIdOf(jobId, uploaded);
      const signal = AbortSignal.timeout(FIND_TIMEOUT_MS);
      const { rows, problems } = await ask('getResponse', id, signal);
      if (problems.some(isOfTheQuestion)) throw new NoClearAnswer("Runware doesn't say what it knows");
      const isSeen = rows.length > 0 || !problems.every(isUnknownTask);
      if (!isSeen && !(await archived(id, signal))) return 'not-seen';
      const offer = offerIn(offers, request);
      return {
        id,
        submittedAt: clock.now(),
        ...(offer ? { quoteMicros: priceOf(offer.bills, request.clipSeconds) } : {}),
      };
    },

    async status(operation, signal) {
      const job = operationOf(operation);
      return api.settle(job.id, await look(job, signal));
    },

    cancel: async () => 'too-late',

    costOf(request, videoSeconds) {
      const offer = offerIn(offers, request);
      return offer ? priceOf(offer.bills, videoSeconds) : 0;
    },

    // Nothing is signed. Its address, which nobody else knows, names the job; what it says counts for nothing.
    parseWebhook: async () => ({ kind: 'look' }),

    async check(signal) {
      await ask('getResponse', NO_TASK, signal);
      return {};
    },

    stop: api.http.stop,
  };
}

const mistakeAt = (places: readonly number[]): string =>
  `RUNWARE_KLING_PRICES cannot be read at its ${places.length > 1 ? 'entries' : 'entry'} ${places.join(', ')}, which must be like kling-2.6:standard=0.07 (of kling-2.6 and kling-3.0, standard and pro); what it names there is not offered`;

const operationOf = (operation: Operation): RunwareOperation => operationShape.parse(operation);
