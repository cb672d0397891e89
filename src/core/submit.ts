/** The billable step: at most one call per provider and job, saved before it is made. */
import { type Context, move, providerOf } from './context.ts';
import { finish } from './finish.ts';
import type { Attempt, Job, JobIn } from './job.ts';
import type { Provider, SubmitOutcome, Uploaded } from './ports.ts';
import { bestQuote } from './quote.ts';
import type { FailureCode } from './refusals.ts';
import { UploadRefused } from './upload-refused.ts';

/** Long enough for a provider that takes its time to answer; past it the fate is unknown. */
const SUBMIT_TIMEOUT_MS = 90_000;

/**
 * Sends a created job to its provider, and to the next one where the first certainly made no job.
 * Throws passing trouble of the upload, which costs nothing and is tried again.
 */
export async function submit(ctx: Context, job: JobIn<'created'>, signal: AbortSignal): Promise<Job> {
  let current: JobIn<'created' | 'submitting'> = job;
  let next = providerOf(ctx, job.quote.provider);
  let failure: FailureCode = 'provider-down';
  while (next) {
    const provider = next;
    const uploaded = await upload(ctx, provider, current, signal);
    if ('trouble' in uploaded) {
      const attempt: Attempt = { provider: provider.id, at: ctx.clock.now(), outcome: 'not-sent' };
      current = { ...current, attempts: [...current.attempts, attempt] };
      next = await nextProvider(ctx, current);
      // Nobody else can take it: trouble that passes is waited out, a refusal is told.
      if (!next && !(uploaded.trouble instanceof UploadRefused)) throw uploaded.trouble;
      failure = uploaded.trouble instanceof UploadRefused ? uploaded.trouble.failure : 'provider-down';
      continue;
    }
    const sending: JobIn<'submitting'> = await move(ctx, current, 'submitting', {
      attempts: current.attempts,
      provider: provider.id,
      submittedAt: ctx.clock.now(),
    });
    const outcome = await submitOnce(ctx, provider, sending, uploaded);
    const attempts = [...sending.attempts, attemptOf(ctx, provider, outcome)];
    const { submittedAt } = sending;
    switch (outcome.kind) {
      case 'accepted':
        return move(ctx, sending, 'queued', {
          attempts,
          provider: provider.id,
          submittedAt,
          operation: outcome.operation,
        });
      case 'unknown':
        return move(ctx, sending, 'unknown', { attempts, provider: provider.id, submittedAt });
      case 'refused':
        failure = outcome.failure;
        break;
      case 'not-sent':
        failure = 'provider-down';
        break;
    }
    current = { ...sending, attempts };
    next = canGoElsewhere(failure) ? await nextProvider(ctx, current) : undefined;
  }
  return finish(ctx, current, 'failed', { failure, costMicros: 0 });
}

/** Puts the files where the provider can read them; what goes wrong here is free. */
async function upload(
  ctx: Context,
  provider: Provider,
  job: Job,
  signal: AbortSignal,
): Promise<Uploaded | { trouble: unknown }> {
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
  uploaded: Uploaded,
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

/** The cheapest provider not tried yet, never dearer than what is held. */
async function nextProvider(ctx: Context, job: Job): Promise<Provider | undefined> {
  const tried = new Set(job.attempts.map((attempt) => attempt.provider));
  const left = ctx.roster.open().filter((provider) => !tried.has(provider.id));
  const offer = await bestQuote({ ...ctx.roster, open: () => left }, { request: job.request, notes: [] }, []);
  if (!offer.ok || offer.value.micros > job.quote.micros) return undefined;
  return providerOf(ctx, offer.value.provider);
}

function attemptOf(ctx: Context, provider: Provider, outcome: SubmitOutcome): Attempt {
  const words = { accepted: 'sent', refused: 'refused', 'not-sent': 'not-sent', unknown: 'unknown' } as const;
  const code = outcome.kind === 'refused' ? { code: outcome.failure } : {};
  return { provider: provider.id, at: ctx.clock.now(), outcome: words[outcome.kind], ...code };
}
