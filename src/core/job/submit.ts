/** The billable step: each call is saved before it is made, and made again only where a twin is refused for free. */
import { type Context, move, providerOf } from '../context.ts';
import { keptUpload } from '../intake/uploads.ts';
import { MachineBusy } from '../media.ts';
import type { Provider, SubmitOutcome, UploadedFiles } from '../ports.ts';
import { UploadRefused } from '../ports.ts';
import { eligibleProviders } from '../price/eligible-providers.ts';
import { bestQuote } from '../price/quote.ts';
import type { FailureCode } from '../refusals.ts';
import { refusalByOwner } from '../trust/opt-outs.ts';
import { finish } from './finish.ts';
import type { Attempt, Job, JobIn, Operation, WaitingForRoom } from './job.ts';
import { retry } from './retry.ts';
import { StaleJob } from './stale-job.ts';

/** Long enough for a provider that takes its time to answer; past it the fate is unknown. */
const SUBMIT_TIMEOUT_MS = 90_000;

/**
 * Sends a created job to the next provider that may have it. After a definite "no" the job is `created` again, with
 * the attempt on record, and its next step goes on from there. Throws passing trouble of the upload, which is free.
 */
export async function submit(ctx: Context, job: JobIn<'created'>, signal: AbortSignal): Promise<Job> {
  if (await isUnwanted(ctx, job)) return finish(ctx, job, 'failed', NOT_USABLE);
  const ready = (await whereItWaits(ctx, job)) ?? (await uploadSomewhere(ctx, job, signal));
  if ('failure' in ready) return finish(ctx, job, 'failed', { failure: ready.failure, costMicros: 0 });
  // It may have been reported while its files were on their way.
  if (await ctx.cases.hides(job.id)) return finish(ctx, job, 'failed', NOT_USABLE);
  const { provider, uploaded } = ready;
  const sent = { provider: provider.id, submittedAt: ctx.clock.now() };
  const waited = job.full?.provider === provider.id ? job.full : undefined;
  // What it may be found by must be on disk before it is sent.
  const traced = provider.find ? tracesOf(provider, uploaded) : {};
  const sending = await move(ctx, job, 'submitting', {
    ...sent,
    ...traced,
    attempts: ready.attempts,
    ...(waited ? { full: waited } : {}),
  });
  const outcome = await submitOnce(ctx, provider, sending, uploaded);
  if (outcome.kind === 'full') {
    const full = waited ?? { provider: provider.id, since: ctx.clock.now(), ...uploaded };
    return move(ctx, sending, 'created', { full });
  }
  const attempts = [...sending.attempts, attemptOf(ctx, provider, outcome)];
  switch (outcome.kind) {
    case 'accepted':
      return bind(ctx, sending, attempts, outcome.operation);
    case 'unknown':
      return move(ctx, sending, 'unknown', { ...sent, ...traced, attempts });
    case 'refused':
    case 'not-sent':
      return move(ctx, sending, 'created', { attempts });
  }
}

/**
 * Sends a job again, under its same id, whose answer was lost and of which the provider knows nothing. Should the first
 * call have arrived after all, the provider refuses the twin, and the next look finds the job. So it stays `unknown`
 * after anything but a yes, and nobody else is asked.
 */
export async function submitSame(ctx: Context, job: JobIn<'unknown'>, provider: Provider): Promise<Job> {
  const { uploaded } = job;
  if (!uploaded) return job;
  if (await isUnwanted(ctx, job)) return finish(ctx, job, 'failed', NOT_USABLE);
  const sent = { provider: provider.id, submittedAt: ctx.clock.now(), ...tracesOf(provider, uploaded) };
  const sending = await move(ctx, job, 'submitting', sent);
  const outcome = await submitOnce(ctx, provider, sending, uploaded);
  const others = sending.attempts.filter((attempt) => attempt.provider !== provider.id);
  const attempts = [...others, attemptOf(ctx, provider, outcome)];
  return outcome.kind === 'accepted'
    ? bind(ctx, withItsTime(ctx, sending), attempts, outcome.operation)
    : move(ctx, sending, 'unknown', { ...sent, attempts });
}

const tracesOf = ({ account }: Provider, uploaded: UploadedFiles) => ({
  uploaded,
  ...(account === undefined ? {} : { account }),
});

const NOT_USABLE = { failure: 'not-usable', costMicros: 0 } as const;

/** Whether it must not be sent: somebody's wish, a report of the job itself, or a picture that was blocked since. */
async function isUnwanted(ctx: Context, { id, requester, inputs }: Job): Promise<boolean> {
  if (await refusalByOwner(ctx.optOuts, requester, inputs)) return true;
  if (await ctx.cases.hides(id)) return true;
  const files = { image: keptUpload(ctx.files, inputs.image), clip: keptUpload(ctx.files, inputs.clip) };
  const blocked = await ctx.blocks.refusalFor(requester.spaceId, files);
  // It can't be looked at just now: nothing is sent before that.
  if (blocked?.code === 'busy') throw new MachineBusy();
  return blocked !== undefined;
}

/** What was taken late has as long as any other from then on. */
export const withItsTime = <J extends JobIn<'submitting' | 'unknown'>>(ctx: Context, job: J): J => ({
  ...job,
  deadlineAt: Math.max(job.deadlineAt, job.submittedAt + ctx.rules.jobDeadlineMs),
});

/**
 * Of a paid job, its operation must not be lost: where somebody else has taken the job for lost meanwhile, it is found
 * again by it.
 */
const bind = (ctx: Context, sending: JobIn<'submitting'>, attempts: Attempt[], operation: Operation) =>
  retry(ctx, { job: sending.code, operation }, async (): Promise<Job> => {
    const save = (job: JobIn<'submitting' | 'unknown'>) =>
      move(ctx, job, 'queued', { provider: job.provider, submittedAt: job.submittedAt, attempts, operation });
    try {
      return await save(sending);
    } catch (error) {
      if (!(error instanceof StaleJob)) throw error;
      const now = await ctx.store.get(sending.id);
      if (now?.state === 'submitting' || now?.state === 'unknown') return save(now);
      if (!now || !hasOperation(now, operation))
        ctx.log.error({ job: sending.code, operation }, 'the answer to a submit came when its job was over');
      return now ?? sending;
    }
  });

const hasOperation = (job: Job, operation: Operation): boolean =>
  'operation' in job && Object.entries(operation).every(([name, value]) => job.operation?.[name] === value);

type PreparedSubmission = { provider: Provider; uploaded: UploadedFiles; attempts: Attempt[] };

/** The provider that had no room for it, if it still may have it. The files lie there. */
async function whereItWaits(
  ctx: Context,
  { full, attempts, request, quote }: JobIn<'created'>,
): Promise<PreparedSubmission | undefined> {
  const provider = full && providerOf(ctx, full.provider);
  const now = await provider?.quote(request);
  if (!full || !provider || !now || now.micros > quote.micros) return undefined;
  return { provider, uploaded: filesOf(full), attempts };
}

const filesOf = ({ image, clip }: WaitingForRoom): UploadedFiles => ({ image, clip });

/** Goes through the providers until one has the files. One that was tried already is not tried again. */
async function uploadSomewhere(
  ctx: Context,
  job: JobIn<'created'>,
  signal: AbortSignal,
): Promise<PreparedSubmission | { failure: FailureCode }> {
  let { attempts } = job;
  let failure = attempts.at(-1)?.code ?? 'provider-down';
  if (attempts.length > 0 && !canGoElsewhere(failure)) return { failure };
  let provider = (await asQuoted(ctx, job)) ?? (await nextProvider(ctx, job, attempts));
  while (provider) {
    const uploaded = await upload(ctx, provider, job, signal);
    if (!('trouble' in uploaded)) return { provider, uploaded, attempts };
    const refused = uploaded.trouble instanceof UploadRefused;
    attempts = [...attempts, { provider: provider.id, at: ctx.clock.now(), outcome: 'not-sent' }];
    provider = await nextProvider(ctx, job, attempts);
    // Nobody else can take it: trouble that passes is waited out, a refusal is told.
    if (!provider && !refused) throw uploaded.trouble;
    failure = uploaded.trouble instanceof UploadRefused ? uploaded.trouble.failure : 'provider-down';
  }
  return { failure };
}

/** Puts the files where the provider can read them; what goes wrong here is free. */
async function upload(
  ctx: Context,
  provider: Provider,
  job: Job,
  signal: AbortSignal,
): Promise<UploadedFiles | { trouble: unknown }> {
  try {
    const uploaded = await provider.upload(job.inputs, signal);
    signal.throwIfAborted();
    return uploaded;
  } catch (error) {
    signal.throwIfAborted();
    ctx.log.warn({ job: job.code, provider: provider.id, err: error }, 'the files could not be uploaded');
    return { trouble: error };
  }
}

/** Whatever goes wrong in here after the first byte, the job may exist there: that is `unknown`, and final. */
async function submitOnce(
  ctx: Context,
  provider: Provider,
  job: Job,
  uploaded: UploadedFiles,
): Promise<SubmitOutcome> {
  try {
    return await provider.submit(job.id, job.request, uploaded, AbortSignal.timeout(SUBMIT_TIMEOUT_MS));
  } catch (error) {
    ctx.log.warn(
      { job: job.code, provider: provider.id, err: error },
      'no answer to a submit: its fate is unknown',
    );
    return { kind: 'unknown' };
  }
}

/** What is wrong with the files or the words is wrong at every provider of the same model. */
const canGoElsewhere = (failure: FailureCode): boolean =>
  failure === 'provider-down' || failure === 'provider-busy' || failure === 'provider-out-of-balance';

/** The provider of the quote, at first, if its price still holds: the job may have waited in the queue for hours. */
async function asQuoted(ctx: Context, job: JobIn<'created'>): Promise<Provider | undefined> {
  if (job.attempts.length > 0) return undefined;
  const provider = providerOf(ctx, job.quote.provider);
  const now = await provider?.quote(job.request);
  return now && now.micros <= job.quote.micros ? provider : undefined;
}

/** The cheapest provider not tried yet, never dearer than what is held. */
async function nextProvider(
  ctx: Context,
  job: Job,
  attempts: readonly Attempt[],
): Promise<Provider | undefined> {
  const tried = new Set(attempts.map((attempt) => attempt.provider));
  const market = eligibleProviders(ctx, job.requester.spaceId);
  const left = market.open().filter((provider) => !tried.has(provider.id));
  const offer = await bestQuote({ ...market, open: () => left }, { request: job.request, notes: [] }, []);
  if (!offer.ok || offer.value.micros > job.quote.micros) return undefined;
  return providerOf(ctx, offer.value.provider);
}

function attemptOf(ctx: Context, provider: Provider, outcome: SubmitOutcome): Attempt {
  const words = {
    accepted: 'sent',
    refused: 'refused',
    'not-sent': 'not-sent',
    full: 'not-sent',
    unknown: 'unknown',
  } as const;
  const code = outcome.kind === 'refused' ? { code: outcome.failure } : {};
  return { provider: provider.id, at: ctx.clock.now(), outcome: words[outcome.kind], ...code };
}
