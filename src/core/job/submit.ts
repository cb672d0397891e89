/** The billable step: each call is saved before it is made, and made again only where a twin is refused for free. */
import { type Context, move, providerOf } from '../context.ts';
import { keptUploads } from '../intake/uploads.ts';
import { MachineBusy } from '../media.ts';
import type { Provider, SubmitOutcome, UploadedFiles } from '../ports.ts';
import { UploadRefused } from '../ports.ts';
import type { FailureCode } from '../refusals.ts';
import { refusalByOwner } from '../trust/opt-outs.ts';
import { ask, type Question } from './asking.ts';
import { deadlineMs } from './due.ts';
import { finish } from './finish.ts';
import type { Attempt, Job, JobIn, Stop, WaitingForRoom } from './job.ts';
import { bind, keepAnswer } from './keep-answer.ts';
import { asQuoted, bestLeft, nextProvider } from './left-offers.ts';
import { StaleJob } from './stale-job.ts';
import { refusedUnfetched } from './unfetched.ts';

/** Long enough for a provider that takes its time to answer; past it the fate is unknown. */
const SUBMIT_TIMEOUT_MS = 90_000;
/** Once it is on record that a job is submitted, it is. Whoever takes longer stood still. */
const SENT_WITHIN_MS = 10_000;
/** Who can't be reached for so long is not waited for where somebody else would take the job for more. */
const CLEAR_AFTER_MS = 5_000;

/**
 * Sends a created job to the next provider that may have it. After a definite "no" the job is `created` again, with
 * the attempt on record, and its next step goes on from there; where only a dearer one is left, the member is asked.
 * Throws passing trouble of the upload, which is free, once the member has been told of it.
 */
export async function submit(ctx: Context, job: JobIn<'created'>, signal: AbortSignal): Promise<Job> {
  if (await isUnwanted(ctx, job)) return finish(ctx, job, 'failed', NOT_USABLE);
  const ready = (await whereItWaits(ctx, job)) ?? (await uploadSomewhere(ctx, job, signal));
  if ('failure' in ready) return finish(ctx, job, 'failed', { failure: ready.failure, costMicros: 0 });
  if ('instead' in ready) return ask(ctx, job, ready);
  // It may have been reported while its files were on their way.
  if (await ctx.cases.hides(job.id)) return finish(ctx, job, 'failed', NOT_USABLE);
  const { provider, uploaded } = ready;
  const sent = { provider: provider.id, submittedAt: ctx.clock.now() };
  const waited = job.full?.provider === provider.id ? job.full : undefined;
  // What it may be found by must be on disk before it is sent.
  const traced = provider.find ? tracesOf(provider, uploaded) : {};
  const isCopy = await ctx.providerCopies.isCopy(job.inputs.clip.key, uploaded.clip);
  const sending = await move(ctx, job, 'submitting', {
    ...sent,
    ...traced,
    attempts: ready.attempts,
    ...(waited ? { full: waited } : {}),
  });
  const outcome = await submitOnce(ctx, provider, sending, uploaded);
  if (outcome.kind === 'full') {
    const full = waited ?? { provider: provider.id, since: ctx.clock.now(), ...uploaded };
    return keepAnswer(ctx, sending, 'created', { full });
  }
  const anew =
    outcome.kind === 'refused' && outcome.unfetched && (await refusedUnfetched(ctx, sending, isCopy));
  if (anew) return keepAnswer(ctx, anew, 'created', {});
  const attempts = [...sending.attempts, attemptOf(ctx, provider, outcome, isCopy)];
  switch (outcome.kind) {
    case 'accepted':
      return bind(ctx, sending, attempts, outcome.operation);
    case 'unknown':
      return keepAnswer(ctx, sending, 'unknown', { ...sent, ...traced, attempts });
    case 'refused':
    case 'not-sent':
      return keepAnswer(ctx, sending, 'created', { attempts });
  }
}

/**
 * Sends a job again, under its same id, whose answer was lost and of which the provider shows nothing. Should the first
 * call have arrived after all, the provider refuses the twin, and that, or the next look, finds the job. So it stays
 * `unknown` after anything but a yes, and nobody else is asked. `until`: when a twin is no longer sure to be refused;
 * undefined where there certainly is none yet.
 */
export async function submitSame(
  ctx: Context,
  job: JobIn<'unknown'>,
  provider: Provider,
  until: number | undefined,
): Promise<Job> {
  const { uploaded, firstSubmittedAt = job.submittedAt } = job;
  if (!uploaded) return job;
  if (await isUnwanted(ctx, job)) return until === undefined ? finish(ctx, job, 'failed', NOT_USABLE) : job;
  // To look at its files may have taken its time.
  if (until !== undefined && ctx.clock.now() >= until) return job;
  const again = { submittedAt: ctx.clock.now(), firstSubmittedAt };
  const sent = { provider: provider.id, ...again, ...tracesOf(provider, uploaded) };
  const sending = await move(ctx, job, 'submitting', sent);
  const outcome = await submitOnce(ctx, provider, sending, uploaded);
  const others = sending.attempts.filter((attempt) => attempt.provider !== provider.id);
  const isCopy = await ctx.providerCopies.isCopy(job.inputs.clip.key, uploaded.clip);
  const attempts = [...others, attemptOf(ctx, provider, outcome, isCopy)];
  return outcome.kind === 'accepted'
    ? bind(ctx, withItsTime(ctx, sending), attempts, outcome.operation)
    : keepAnswer(ctx, sending, 'unknown', { ...sent, attempts });
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
  const files = await keptUploads(ctx.files, inputs);
  const blocked = await ctx.blocks.refusalFor(requester.spaceId, files);
  // It can't be looked at just now: nothing is sent before that.
  if (blocked?.code === 'busy') throw new MachineBusy();
  return blocked !== undefined;
}

/** What was taken late has as long as any other from then on. */
export const withItsTime = <J extends JobIn<'submitting' | 'unknown'>>(ctx: Context, job: J): J => ({
  ...job,
  deadlineAt: Math.max(job.deadlineAt, job.submittedAt + deadlineMs(ctx, job.request)),
});

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

/**
 * Goes through the providers until one has the files, none of them dearer than what is held. One that was tried already
 * is not tried again.
 */
async function uploadSomewhere(
  ctx: Context,
  job: JobIn<'created'>,
  signal: AbortSignal,
): Promise<PreparedSubmission | Question | { failure: FailureCode }> {
  let { attempts } = job;
  const last = attempts.at(-1);
  let failure = last?.code ?? 'provider-down';
  if (last && !canGoElsewhere(failure)) return { failure };
  const quoted = job.quote.provider;
  // Nobody was tried: its price rose while the job waited, or the operator took it out.
  const untried: Stop = { provider: quoted, why: providerOf(ctx, quoted) ? 'dearer' : 'refused' };
  let stop = last ? stopOf(last) : untried;
  let trouble: unknown;
  let provider = (await asQuoted(ctx, job)) ?? (await nextProvider(ctx, job, attempts));
  while (provider) {
    const uploaded = await upload(ctx, provider, job, signal);
    if (!('trouble' in uploaded)) return { provider, uploaded, attempts };
    const refused = uploaded.trouble instanceof UploadRefused ? uploaded.trouble.failure : undefined;
    const attempt = notSentTo(ctx, provider, refused);
    attempts = [...attempts, attempt];
    [stop, trouble] = [stopOf(attempt), refused ? undefined : uploaded.trouble];
    failure = refused ?? 'provider-down';
    provider = await nextProvider(ctx, job, attempts);
  }
  const instead = canGoElsewhere(failure) ? await bestLeft(ctx, job, attempts) : undefined;
  const isClear = trouble === undefined || isLong(ctx, job);
  if (instead && isClear) return { instead, stop, attempts };
  if (trouble === undefined) return { failure };
  // Nobody else takes it for that price: trouble that passes is waited out, and told.
  if (!job.unanswered) {
    const unanswered = { provider: stop.provider, since: ctx.clock.now() };
    await move(ctx, job, 'created', { unanswered, ...(job.full ? { full: job.full } : {}) });
  }
  throw trouble;
}

const isLong = (ctx: Context, { unanswered }: JobIn<'created'>): boolean =>
  unanswered !== undefined && ctx.clock.now() >= unanswered.since + CLEAR_AFTER_MS;

const stopOf = ({ provider, outcome }: Attempt): Stop => ({
  provider,
  why: outcome === 'refused' ? 'refused' : 'silent',
});

/** Puts the files where the provider can read them; what goes wrong here is free. */
async function upload(
  ctx: Context,
  provider: Provider,
  job: Job,
  signal: AbortSignal,
): Promise<UploadedFiles | { trouble: unknown }> {
  try {
    if (job.unfetched) await ctx.providerCopies.giveUp(job.inputs.clip.key);
    const uploaded = await provider.upload(job.inputs, signal);
    signal.throwIfAborted();
    return uploaded;
  } catch (error) {
    signal.throwIfAborted();
    ctx.log.warn({ job: job.code, provider: provider.id, err: error }, 'the files could not be uploaded');
    return { trouble: error };
  }
}

/**
 * Whatever goes wrong in here after the first byte, the job may exist there: that is `unknown`, and final. Throws StaleJob,
 * with nothing sent, where this process stood still before it for so long that the job came to an end.
 */
async function submitOnce(
  ctx: Context,
  provider: Provider,
  job: JobIn<'submitting'>,
  uploaded: UploadedFiles,
): Promise<SubmitOutcome> {
  if (ctx.clock.now() > job.submittedAt + SENT_WITHIN_MS) await mustBeOpen(ctx, job);
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

/** Others may have taken it for lost, which it is not yet. */
async function mustBeOpen(ctx: Context, { id, submittedAt }: JobIn<'submitting'>): Promise<void> {
  const now = await ctx.store.get(id);
  const isOurs = (now?.state === 'submitting' || now?.state === 'unknown') && now.submittedAt === submittedAt;
  if (!isOurs) throw new StaleJob(id);
}

/** What is wrong with the files or the words is wrong at every provider of the same model. */
const canGoElsewhere = (failure: FailureCode): boolean =>
  failure === 'provider-down' || failure === 'provider-busy' || failure === 'provider-out-of-balance';

/** A provider that did not even get the files. */
const notSentTo = (ctx: Context, { id }: Provider, refused: FailureCode | undefined): Attempt => ({
  provider: id,
  at: ctx.clock.now(),
  ...(refused === undefined ? { outcome: 'not-sent' } : { outcome: 'refused', code: refused }),
});

function attemptOf(ctx: Context, provider: Provider, outcome: SubmitOutcome, isCopy: boolean): Attempt {
  const { kind } = outcome;
  return {
    provider: provider.id,
    at: ctx.clock.now(),
    outcome: kind === 'accepted' ? 'sent' : kind === 'full' ? 'not-sent' : kind,
    ...(kind === 'refused' ? { code: outcome.failure } : {}),
    ...(isCopy ? { isCopy } : {}),
  };
}
