/** The render is paid: its video is brought to our own disk, however long that takes, and only then is the job complete. */
import { type Context, move, providerOf } from './context.ts';
import { finish } from './finish.ts';
import { type Job, type JobIn, type RunningPhase, rendererOf, type StoredVideo } from './job.ts';
import { billedSeconds } from './seconds.ts';

/** Providers keep a result between 30 minutes and 7 days; past a day there is nothing left to hope for. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
/** What arrives whole and is no video may be a fault over there that passes; not one of days, at its full size each time. */
const GIVE_UP_ON_NONSENSE_AFTER_MS = 10 * 60_000;

type Shape = Pick<StoredVideo, 'width' | 'height' | 'durationMs'>;

/** Copies the video, settles the book, completes the job. Throws passing trouble, to be tried again. */
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
  await letGo(ctx, completed);
  return completed;
}

/** What the provider keeps of it on this machine goes; that it could not is no trouble of the job's. */
export async function letGo(ctx: Context, job: Job): Promise<void> {
  await providerOf(ctx, rendererOf(job))
    ?.letGo?.(job.id)
    .catch((err: unknown) => ctx.log.warn({ job: job.code, err }, 'a draft was not removed'));
}

async function fetchOrGiveUp(
  ctx: Context,
  job: Job,
  phase: Extract<RunningPhase, { kind: 'fetching' }>,
  toPath: string,
  signal: AbortSignal,
): Promise<Shape | 'gone'> {
  try {
    if ((await ctx.fetcher.fetch(phase.result, toPath, signal)) === 'gone') return 'gone';
    return await ctx.media.probeVideo(toPath, signal);
  } catch (error) {
    const hopeless = error instanceof Error && 'retryHelps' in error && error.retryHelps === false;
    const patienceMs = hopeless ? GIVE_UP_ON_NONSENSE_AFTER_MS : GIVE_UP_AFTER_MS;
    if (signal.aborted || ctx.clock.now() - phase.since < patienceMs) throw error;
    ctx.log.error({ job: job.code, err: error }, 'a paid video could not be had');
    return 'gone';
  }
}

/** A provider that names no figure bills the seconds of the video that came; one that can't say even that, its quote. */
function costBySeconds(ctx: Context, job: JobIn<'running'>, videoMs: number): number {
  return providerOf(ctx, job.provider)?.costOf?.(job.request, billedSeconds(videoMs)) ?? job.quote.micros;
}
