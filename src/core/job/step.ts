/** Takes a job's next step, whatever state a crash or a restart left it in. Each step may be repeated. */
import { type Context, move, providerOf } from '../context.ts';
import { deliver } from '../delivery/delivery.ts';
import { isNews } from '../limits/admission-queue.ts';
import type { FindOutcome, Provider, ProviderStatus } from '../ports.ts';
import { endUnanswered } from './asking.ts';
import { deadlineMs, submitEndsAt } from './due.ts';
import { fetchVideo } from './fetch-video.ts';
import { finish, finishUnsettled } from './finish.ts';
import type { Job, JobIn } from './job.ts';
import { submit, submitSame, withItsTime } from './submit.ts';
import { putBackUnfetched } from './unfetched.ts';

const STATUS_TIMEOUT_MS = 30_000;
/** After so long a call that was cut off is not on its way any more. */
const ARRIVES_WITHIN_MS = 30_000;
/** A twin of a job that may be under way unseen is refused while that is: for so long after it was sent, that is sure. */
const TWIN_IS_REFUSED_MS = 5 * 60_000;
/** So long a provider that doesn't answer is asked for what became of a job past its deadline. */
const LAST_LOOK_WITHIN_MS = 2 * 3_600_000;

/** Does what is due and answers with the job as it is then. Throws on passing trouble. The caller holds the job's lock. */
export async function step(ctx: Context, job: Job, signal: AbortSignal): Promise<Job> {
  switch (job.state) {
    case 'created':
      return begin(ctx, job, signal);
    case 'asking':
      return endUnanswered(ctx, job);
    case 'submitting': {
      // Another process may be at it, or wait for its answer. Alone, it is found so only after a crash during the call.
      if (ctx.clock.now() < submitEndsAt(ctx, job)) return job;
      // Whether it arrived, nobody here knows.
      const { provider, submittedAt, uploaded, account, firstSubmittedAt } = job;
      return move(ctx, job, 'unknown', {
        provider,
        submittedAt,
        ...(uploaded ? { uploaded } : {}),
        ...(account === undefined ? {} : { account }),
        ...(firstSubmittedAt === undefined ? {} : { firstSubmittedAt }),
      });
    }
    case 'unknown':
      return settleUnknown(ctx, job, signal);
    case 'queued':
      return look(ctx, job);
    case 'running':
      return job.phase.kind === 'fetching' ? fetchVideo(ctx, job, job.phase, signal) : look(ctx, job);
    case 'completed':
      // Its time comes when it is restored, which wakes it.
      return (await ctx.cases.hides(job.id)) ? job : deliver(ctx, job);
    default:
      return job;
  }
}

/**
 * Waits for its turn, then is sent. The time that it may take counts from its turn, or from when its provider, which was
 * full, had room for it.
 */
async function begin(ctx: Context, job: JobIn<'created'>, signal: AbortSignal): Promise<Job> {
  const turn = await ctx.admissionQueue.enter(job);
  if (!turn.admitted) {
    if (!isNews(turn.place, job.place)) return job;
    const { full } = job;
    return move(ctx, job, 'created', { place: turn.place, ...(full ? { full } : {}) });
  }
  const now = ctx.clock.now();
  const jobDeadlineMs = deadlineMs(ctx, job.request);
  if (job.full) {
    if (now < job.full.since + jobDeadlineMs)
      return submit(ctx, { ...job, deadlineAt: now + jobDeadlineMs }, signal);
    return finish(ctx, job, 'failed', { failure: 'provider-busy', costMicros: 0 });
  }
  const deadlineAt = Math.max(job.deadlineAt, turn.at + jobDeadlineMs);
  if (now >= deadlineAt) return finish(ctx, job, 'failed', { failure: 'provider-down', costMicros: 0 });
  return submit(ctx, { ...job, deadlineAt }, signal);
}

/**
 * A lost answer stays lost unless the provider can find the job by our own id. One that refuses twins gets the job
 * again when it knows of none, or for a while when it shows none. At the deadline the truth is told.
 */
async function settleUnknown(ctx: Context, job: JobIn<'unknown'>, signal: AbortSignal): Promise<Job> {
  const { provider, submittedAt } = job;
  const port = providerOf(ctx, provider);
  const overdue = ctx.clock.now() >= job.deadlineAt;
  const found = port && (await findAt(ctx, port, job, signal, overdue));
  if (found === 'absent' || found === 'not-seen') {
    // Another account of the operator's may have it, and the first call may still be on its way.
    const isTelling = port?.account === job.account && ctx.clock.now() >= submittedAt + ARRIVES_WITHIN_MS;
    if (port?.capabilities.repeat === 'same-id' && isTelling) {
      const last = job.attempts.findLast((attempt) => attempt.provider === provider);
      const refused = last?.outcome === 'refused' ? (last.code ?? 'provider-down') : undefined;
      const { firstSubmittedAt = submittedAt } = job;
      const isAbsent = found === 'absent';
      const until = isAbsent ? undefined : firstSubmittedAt + TWIN_IS_REFUSED_MS;
      const may = until === undefined || ctx.clock.now() < until;
      if (!refused && !overdue && may) return submitSame(ctx, job, port, until);
      if (isAbsent) return finish(ctx, job, 'failed', { failure: refused ?? 'provider-down', costMicros: 0 });
    }
  } else if (found)
    return move(ctx, withItsTime(ctx, job), 'queued', { provider, submittedAt, operation: found });
  if (port && job.candidate) {
    try {
      const status = await port.status(job.candidate, AbortSignal.timeout(STATUS_TIMEOUT_MS));
      // A provider that mixes two jobs up must not bring one member's video to another, nor bill it twice.
      if (!(await ctx.store.holds(job.candidate))) {
        const bound = await move(ctx, job, 'queued', { provider, submittedAt, operation: job.candidate });
        return await apply(ctx, bound, status);
      }
      ctx.log.warn({ job: job.code, provider }, 'a webhook named the handle of another job');
    } catch (error) {
      if (!overdue) throw error;
      ctx.log.warn(
        { job: job.code, provider, err: error },
        'the handle that a webhook named could not be read',
      );
    }
  }
  if (!overdue) return job;
  return finishUnsettled(ctx, job, 'unknown-fate');
}

/**
 * Its handle, where the provider can tell, and no other job has it. Trouble with that is passing, but must keep neither a
 * webhook's word nor the deadline waiting.
 */
async function findAt(
  ctx: Context,
  port: Provider,
  job: JobIn<'unknown'>,
  signal: AbortSignal,
  overdue: boolean,
): Promise<FindOutcome> {
  // Putting the files up again would give other addresses, by which a paid job is never found.
  const { free } = port.capabilities;
  const uploaded = job.uploaded ?? (free ? await port.upload(job.inputs, signal) : undefined);
  if (!port.find || !uploaded) return undefined;
  try {
    const operation = await port.find(job.id, job.request, uploaded);
    if (!operation || typeof operation === 'string' || free) return operation;
    return (await ctx.store.holds(operation)) ? undefined : operation;
  } catch (error) {
    if (!overdue && !job.candidate) throw error;
    ctx.log.warn({ job: job.code, err: error }, 'a job of unknown fate could not be looked for');
    return undefined;
  }
}

type AtProvider = JobIn<'queued' | 'running'>;

async function look(ctx: Context, job: AtProvider): Promise<Job> {
  const overdue = ctx.clock.now() >= job.deadlineAt;
  const port = providerOf(ctx, job.provider);
  if (!port) {
    // The operator took its key out; it may come back with the next start, so the job waits for its deadline.
    return overdue ? finishUnsettled(ctx, job, 'timed-out') : job;
  }
  if (overdue) return atDeadline(ctx, job, port);
  return apply(ctx, job, await port.status(job.operation, AbortSignal.timeout(STATUS_TIMEOUT_MS)));
}

/** At the deadline: cancel, one last look, then the truth. A video that is there after all is taken. */
async function atDeadline(ctx: Context, job: AtProvider, port: Provider): Promise<Job> {
  const cancelled = await port
    .cancel(job.operation, AbortSignal.timeout(STATUS_TIMEOUT_MS))
    .catch(
      (error: unknown) =>
        void ctx.log.warn({ job: job.code, err: error }, 'no answer to the cancel at the deadline'),
    );
  let last: ProviderStatus;
  try {
    last = await port.status(job.operation, AbortSignal.timeout(STATUS_TIMEOUT_MS));
  } catch (error) {
    if (cancelled === 'cancelled') return finish(ctx, job, 'failed', { failure: 'timed-out', costMicros: 0 });
    // The video may be there: one fault on the way is no reason to give a paid render up.
    if (ctx.clock.now() < job.deadlineAt + LAST_LOOK_WITHIN_MS) throw error;
    return finishUnsettled(ctx, job, 'timed-out');
  }
  if (last.state === 'completed') return apply(ctx, job, last);
  const goesOn = last.state === 'queued' || last.state === 'running';
  const isUnsettled = last.state === 'failed' && last.costMicros === undefined;
  if ((goesOn && cancelled !== 'cancelled') || isUnsettled) return finishUnsettled(ctx, job, 'timed-out');
  return finish(ctx, job, 'failed', {
    failure: 'timed-out',
    costMicros: 'costMicros' in last ? last.costMicros : 0,
  });
}

/** Writes down what a provider says of a job, from a status call or a webhook. Nothing is written when nothing changed. */
export async function apply(ctx: Context, job: AtProvider, status: ProviderStatus): Promise<Job> {
  const { provider, submittedAt, operation } = job;
  const sent = {
    provider,
    submittedAt,
    operation,
    ...(job.cancelAskedAt ? { cancelAskedAt: job.cancelAskedAt } : {}),
    ...(job.cancelTriedAt ? { cancelTriedAt: job.cancelTriedAt } : {}),
  };
  switch (status.state) {
    case 'queued':
      // A provider may put a running job back in its queue; members need not see that dance.
      if (job.state === 'running' || job.position === status.position) return job;
      return move(ctx, job, 'queued', {
        ...sent,
        ...(status.position === undefined ? {} : { position: status.position }),
      });
    case 'running': {
      const before = job.state === 'running' && job.phase.kind === 'rendering' ? job.phase : undefined;
      if (before && before.progress === status.progress) return job;
      const phase = {
        kind: 'rendering' as const,
        ...(status.progress === undefined ? {} : { progress: status.progress }),
      };
      return move(ctx, job, 'running', { ...sent, startedAt: startOf(ctx, job), phase });
    }
    case 'completed': {
      await ctx.history.learn(provider, job.request, ctx.clock.now() - submittedAt);
      const { result, costMicros } = status;
      const phase = {
        kind: 'fetching' as const,
        result: result.kind === 'file' ? { kind: result.kind } : result,
        since: ctx.clock.now(),
        ...(costMicros === undefined ? {} : { costMicros }),
      };
      return move(ctx, job, 'running', { ...sent, startedAt: startOf(ctx, job), phase });
    }
    case 'failed': {
      const anew = status.unfetched && (await putBackUnfetched(ctx, job, status.unfetched));
      if (anew) return anew;
      if (status.costMicros === undefined) return finishUnsettled(ctx, job, status.failure);
      // A result that is lost was rendered, and so was billed, also where the provider can't say how much any more.
      const lostMicros = status.failure === 'result-lost' ? job.quote.micros : 0;
      return finish(ctx, job, 'failed', {
        failure: status.failure,
        costMicros: status.costMicros || lostMicros,
      });
    }
    case 'cancelled': {
      const wasAskedFor = job.cancelAskedAt !== undefined || job.cancelTriedAt !== undefined;
      return finish(ctx, job, 'cancelled', {
        costMicros: status.costMicros,
        ...(wasAskedFor ? {} : { by: 'provider' as const }),
      });
    }
  }
}

const startOf = (ctx: Context, job: AtProvider): number =>
  job.state === 'running' ? job.startedAt : ctx.clock.now();
