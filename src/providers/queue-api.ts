/** What the adapters of queue APIs share: submit once, look, cancel, and tell lost from late and us from the job. */
import { createHash } from 'node:crypto';
import type { Inputs } from '../core/job/job.ts';
import type {
  AssetHost,
  Clock,
  Log,
  ProviderStatus,
  ProviderTrouble,
  SubmitOutcome,
  UploadedFiles,
} from '../core/ports.ts';
import type { FailureCode } from '../core/refusals.ts';
import { postOnce } from './billable.ts';
import { createDoubtPolicy, type Reading } from './doubts.ts';
import { saysUnfetched } from './failures.ts';
import { type ApiAnswer, type ApiCall, createHttp, NoClearAnswer } from './http.ts';
import type { Addresses, SubmissionNote } from './shapes.ts';

/**
 * The shortest time between two looks at a hosted job. Renders take minutes: with this, and the core's pace, a job of
 * five minutes is noticed as soon as with 2 s, for a tenth fewer looks.
 */
export const POLL_FLOOR_MS = 3_000;

/** A no to the call that would have started a job, with the trouble behind it, if it is ours. */
export type No = {
  failure: FailureCode;
  trouble?: ProviderTrouble;
  /** It takes the same job later, and refuses a twin. */
  passes?: true;
  /** It could not get at the files. */
  unfetched?: true;
};

/** What a no means: the account's trouble, a model that is gone, a crowd, or something about this request. */
export function noOf(
  answer: ApiAnswer,
  {
    trouble,
    gone,
    about,
  }: { trouble: ProviderTrouble | undefined; gone: string | false; about(): FailureCode },
): No {
  if (trouble)
    return {
      failure: trouble.kind === 'out-of-balance' ? 'provider-out-of-balance' : 'provider-down',
      trouble,
    };
  if (gone) return { failure: 'provider-down', trouble: { kind: 'endpoint-gone', message: gone } };
  return {
    failure: answer.status === 429 ? 'provider-busy' : about(),
    ...(saysUnfetched(answer.json) ? { unfetched: true } : {}),
  };
}

export type QueueOptions = {
  clock: Clock;
  log: Log;
  /** Hears of what only the operator can put right, and `undefined` once a job was taken again. */
  onTrouble?: (trouble: ProviderTrouble | undefined) => void;
};

export function createQueueApi(
  { clock, log, onTrouble = () => {} }: QueueOptions,
  api: {
    /** Its base address: no other origin is called, whatever an answer says. */
    url: string;
    headers: Record<string, string>;
    /** So long a request that was just taken may not be found. */
    graceMs: number;
    /** Where its answers are longer than any of a hosted provider. */
    maxAnswerBytes?: number;
    troubleIn(answer: ApiAnswer): ProviderTrouble | undefined;
  },
) {
  const http = createHttp(api.maxAnswerBytes === undefined ? {} : { maxAnswerBytes: api.maxAnswerBytes });
  const doubts = createDoubtPolicy(clock);
  let said: string | undefined;
  /** The operator reads it in the log, once; the rest of the bot knows what kind it is. */
  const tell = (trouble: ProviderTrouble | undefined): void => {
    if (trouble && trouble.message !== said) log.warn({ trouble: trouble.kind }, trouble.message);
    said = trouble?.message;
    onTrouble(trouble);
  };
  const { origin } = new URL(api.url);
  const trusted = (url: string | undefined): string | undefined =>
    url !== undefined && URL.canParse(url) && new URL(url).origin === origin ? url : undefined;

  return {
    http,
    settle: doubts.settle,
    tell,

    /** Any call but the billable one. Trouble of the account that its answer tells is passed on. */
    async call(
      method: ApiCall['method'],
      url: string,
      signal: AbortSignal,
      json?: unknown,
    ): Promise<ApiAnswer> {
      const body = json === undefined ? {} : { json };
      const answer = await http.call({ method, url, headers: api.headers, signal, ...body });
      const trouble = api.troubleIn(answer);
      if (trouble) tell(trouble);
      return answer;
    },

    /** The billable call. `refused` answers nothing where the answer is a yes; then `accepted` reads it, or throws. */
    submit(
      call: Pick<ApiCall, 'url' | 'json' | 'headers' | 'signal'>,
      refused: (answer: ApiAnswer) => No | undefined,
      accepted: (answer: ApiAnswer) => Extract<SubmitOutcome, { kind: 'accepted' }>['operation'],
    ): Promise<SubmitOutcome> {
      const judge = (answer: ApiAnswer): SubmitOutcome => {
        const no = refused(answer);
        if (no?.trouble) tell(no.trouble);
        if (no?.passes) return { kind: 'full' };
        if (no) return { kind: 'refused', failure: no.failure, ...(no.unfetched ? { unfetched: true } : {}) };
        const operation = accepted(answer);
        tell(undefined);
        return { kind: 'accepted', operation };
      };
      const headers = { ...api.headers, ...call.headers };
      return postOnce(http, { method: 'POST', ...call, headers }, judge, log);
    },

    /** The addresses that the submit answered with, as far as they are the provider's own; else those of `base`. */
    addressesOf: ({ statusUrl, resultUrl, cancelUrl }: Addresses, base: string, result = base) => ({
      status: trusted(statusUrl) ?? `${base}/status`,
      result: trusted(resultUrl) ?? result,
      cancel: trusted(cancelUrl) ?? `${base}/cancel`,
    }),

    /** The provider knows no such request: lost, once that can't be the delay of a new one. Throws NoClearAnswer. */
    absent(job: SubmissionNote, says: string): Reading {
      if (job.submittedAt === undefined || clock.now() - job.submittedAt < api.graceMs)
        throw new NoClearAnswer(says);
      return { doubt: 'may-pass', says, end: lost(job) };
    },
  };
}

/** It was rendered, as far as anybody knows, and so it was billed. */
export const lost = ({ quoteMicros = 0 }: SubmissionNote, costMicros = quoteMicros): ProviderStatus => ({
  state: 'failed',
  failure: 'result-lost',
  costMicros,
});

/** Tells one account from another without its key, for a provider whose ids of ours are one account's. */
export const accountOf = (apiUrl: string, key: string): string =>
  createHash('sha256').update(`${apiUrl}\n${key}`).digest('hex').slice(0, 16);

/**
 * For a provider that fetches the files. The picture's address is always this job's own, as some find a lost job by it;
 * the clip's may be that of a copy.
 */
export async function uploadTo(host: AssetHost, inputs: Inputs, signal: AbortSignal): Promise<UploadedFiles> {
  const [image, clip] = await Promise.all([
    host.urlFor(inputs.image, signal),
    host.urlFor(inputs.clip, signal, { shared: true }),
  ]);
  return { image, clip };
}
