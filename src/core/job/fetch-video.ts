/** Downloads a paid video to our own disk, for as long as that takes; only then is the job complete. */
import { type Context, move, providerOf } from '../context.ts';
import { BrokenVideo, MachineBusy } from '../media.ts';
import { billedSeconds } from '../price/quote.ts';
import { finish } from './finish.ts';
import {
  type Job,
  type JobIn,
  type ResultRef,
  type RunningPhase,
  rendererOf,
  type SavedResult,
  type StoredVideo,
} from './job.ts';
import { backOffMs } from './pace.ts';

/** Providers keep a result between 30 minutes and 7 days; past a day there is nothing left to hope for. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
/** What arrives whole and is no video may be a fault over there that passes; not one of days, at its full size each time. */
const GIVE_UP_ON_NONSENSE_AFTER_MS = 10 * 60_000;

/** So often a machine that is busy is asked to look at what has come. Counted: how long a look takes says nothing. */
const MAX_LOOKS = 5;
const LOOK_PACE = { firstMs: 1_000, ceilingMs: 60_000 };
/** Of a clip that an earlier version took in, without a word on its sides. */
const USUAL_SIDES = { width: 1280, height: 720 };

type Shape = Pick<StoredVideo, 'width' | 'height' | 'durationMs'>;

/** Copies the video, settles the ledger, completes the job. Throws passing trouble, to be tried again. */
export async function fetchVideo(
  ctx: Context,
  job: JobIn<'running'>,
  phase: Extract<RunningPhase, { kind: 'fetching' }>,
  signal: AbortSignal,
): Promise<Job> {
  await using temp = await ctx.files.temp('mp4');
  const shape = await fetchOrGiveUp(ctx, job, phase, temp.path, signal);
  if (shape === 'gone') {
    return finish(ctx, job, 'failed', {
      failure: 'result-lost',
      costMicros: phase.costMicros ?? job.quote.micros,
    });
  }
  await using work = ctx.fileUse.begin();
  const video = { ...(await work.keep(temp.path, 'video/mp4')), ...shape };
  const { provider, submittedAt, operation, startedAt } = job;
  const costMicros = phase.costMicros ?? costBySeconds(ctx, job, shape.durationMs);
  const now = ctx.clock.now();
  await ctx.ledger.settle(job.id, { micros: costMicros, counts: true, provider, at: now });
  ctx.log.info(
    { job: job.code, provider, tookMs: now - submittedAt, renderMs: now - startedAt },
    'video is on our disk',
  );
  // Awaited here: until the job is saved, its video is needed by nothing but this work.
  const completed = await move(ctx, job, 'completed', {
    provider,
    submittedAt,
    operation,
    costMicros,
    video,
    completedAt: now,
    deliveryTries: 0,
    rungs: [],
  });
  // A crash before this leaves it to the provider's own sweep.
  await release(ctx, completed);
  return completed;
}

/** What the provider keeps of it on this machine goes; that it could not is no trouble of the job's. */
export async function release(ctx: Context, job: Job): Promise<void> {
  await providerOf(ctx, rendererOf(job))
    ?.release?.(job.id, job.inputs, 'operation' in job ? job.operation : undefined)
    .catch((err: unknown) => ctx.log.warn({ job: job.code, err }, 'a draft was not removed'));
}

async function fetchOrGiveUp(
  ctx: Context,
  job: JobIn<'running'>,
  phase: Extract<RunningPhase, { kind: 'fetching' }>,
  toPath: string,
  signal: AbortSignal,
): Promise<Shape | 'gone'> {
  try {
    const result = await placeOf(ctx, job, phase.result, signal);
    if (result === 'gone' || (await ctx.fetcher.fetch(result, toPath, signal)) === 'gone') return 'gone';
    return await measure(ctx, job, toPath, signal);
  } catch (error) {
    const hopeless = error instanceof Error && 'retryHelps' in error && error.retryHelps === false;
    const giveUpAfterMs = hopeless ? GIVE_UP_ON_NONSENSE_AFTER_MS : GIVE_UP_AFTER_MS;
    const stops = signal.aborted || ctx.stopping();
    if (stops || ctx.clock.now() - phase.since < giveUpAfterMs) throw error;
    ctx.log.error({ job: job.code, err: error }, 'a paid video could not be had');
    return 'gone';
  }
}

/** A file lies wherever this machine's data folder is by now: its provider knows, or makes it again. */
async function placeOf(
  ctx: Context,
  job: JobIn<'running'>,
  result: SavedResult,
  signal: AbortSignal,
): Promise<ResultRef | 'gone'> {
  if (result.kind === 'url') return result;
  const status = await providerOf(ctx, job.provider)?.status(job.operation, signal);
  if (status?.state === 'completed') return status.result;
  if (status?.state === 'failed' || status?.state === 'cancelled') return 'gone';
  throw new Error(status ? 'the video is made again' : 'nobody here knows where the video is');
}

/**
 * Measures what has come whole. It is paid for: only a decoder's word makes it worth fetching again, and what this
 * machine can't look at is handed over in the shape of the clip that it was made from.
 */
async function measure(ctx: Context, job: Job, path: string, signal: AbortSignal): Promise<Shape> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await ctx.media.probeVideo(path, signal);
    } catch (error) {
      // Broken off by our own end, it says nothing: the next start looks again.
      if (error instanceof BrokenVideo || signal.aborted || ctx.stopping()) throw error;
      if (!(error instanceof MachineBusy) || looks >= MAX_LOOKS) {
        ctx.log.warn(
          { job: job.code, provider: rendererOf(job), looks, err: error },
          'a paid video could not be looked at here and is taken on trust',
        );
        const { durationMs, width = USUAL_SIDES.width, height = USUAL_SIDES.height } = job.inputs.clip;
        return { width, height, durationMs };
      }
      const waitMs = backOffMs(looks, ctx.random, LOOK_PACE);
      ctx.log.warn({ job: job.code, looks, waitMs, err: error }, 'a paid video waits to be looked at');
      await pause(waitMs, signal);
      signal.throwIfAborted();
    }
  }
}

/** Ends early when the signal fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** A provider that names no figure bills the seconds of the video that came; one that can't say even that, its quote. */
function costBySeconds(ctx: Context, job: JobIn<'running'>, videoMs: number): number {
  return providerOf(ctx, job.provider)?.costOf?.(job.request, billedSeconds(videoMs)) ?? job.quote.micros;
}
