/**
 * What is handed out in the place of the provider's own file: the same video with its marks, made once and kept as long.
 * docs/decisions/0008-marks.md says what they are, and why a paid video goes out even where none can be made.
 */
import type { Context } from '../context.ts';
import type { FileWork } from '../intake/file-use.ts';
import type { JobIn, Label, MarkedVideo, StoredVideo } from '../job/job.ts';
import { MachineBusy } from '../media.ts';
import { modelOfJob } from '../models/registry.ts';

type JobWithVideo = JobIn<'completed' | 'delivered'>;

/**
 * What fails is tried so often, in a walk of the delivery each. A machine without time has more of them, but no end of
 * them: it says so too where the kernel kills whatever signs.
 */
const TRIES = 3;
const TRIES_WHEN_BUSY = 5;

type Form = { path: string; origin?: string; plate: boolean; unsigned?: boolean };

/** The file that people are handed: the provider's own only where no mark could be put into it. */
export const handedOut = ({ marked, video }: Pick<JobWithVideo, 'marked' | 'video'>): StoredVideo =>
  marked?.video ?? video;

/**
 * The job with its marked video, on record before anybody is handed it; without where it can't be made. Throws passing
 * trouble. The caller holds the job's lock.
 */
export async function withMarks(ctx: Context, job: JobWithVideo, work: FileWork): Promise<JobWithVideo> {
  if (job.marked && (await ctx.files.has(job.marked.video))) return job;
  const label = job.marked?.label ?? (await labelOf(ctx, job));
  const [made, seen] = await Promise.all([make(ctx, job, label, work), lookOf(ctx, job)]);
  if (seen) await ctx.fingerprints.keepFrames(job.code, ctx.clock.now(), seen.reference);
  // A smaller form was made of a video without these marks, or of one that is gone.
  const { smaller, marked, ...rest } = job;
  const next = await ctx.store.save(made ? { ...rest, marked: made } : rest);
  if (smaller) await ctx.fileUse.release([smaller.key]);
  return next;
}

/** To know it again by; a video is handed out without as well. */
const lookOf = (ctx: Context, job: JobWithVideo) =>
  ctx.files
    .path(job.video)
    .then((path) => ctx.media.frameHashes(path, { asked: false }))
    .catch(
      (err: unknown) => void ctx.log.warn({ job: job.code, err }, 'no fingerprint of a video was taken'),
    );

/** The stricter of what the space and the operator ask for; by itself, a plate where somebody may be taken for real. */
async function labelOf(ctx: Context, job: JobWithVideo): Promise<Label> {
  const asked = [ctx.settings.of(job.requester.spaceId).label, ctx.rules.labelMinimum];
  if (asked.includes('plate')) return 'plate';
  if (!asked.includes('auto')) return 'caption';
  const { image } = job.inputs;
  // Where nobody can look, the stricter label does no harm.
  if (!(await ctx.files.has(image))) return 'plate';
  return (await ctx.media.showsRealPerson(await ctx.files.path(image))) === false ? 'caption' : 'plate';
}

async function make(
  ctx: Context,
  job: JobWithVideo,
  label: Label,
  work: FileWork,
): Promise<MarkedVideo | undefined> {
  const path = await ctx.files.path(job.video);
  // What can't be drawn on can still carry what machines read.
  for (const one of label === 'plate' ? (['plate', 'caption'] as const) : (['caption'] as const)) {
    const found = await markAtLast(ctx, job, { path, plate: one === 'plate' }, work);
    if (found) return { ...found, label: one };
    if (one === 'plate')
      ctx.log.warn({ job: job.code }, 'no plate could be drawn; the words above the video stay');
  }
  // It is paid for: its member gets it, with the words above it.
  ctx.log.error(
    { job: job.code },
    'a video goes out WITHOUT a mark for machines: nothing could be put into it',
  );
  return undefined;
}

/** As `mark`, and without the signature where that fails for good. Undefined also where that does too; throws what may pass. */
export async function markAtLast(
  ctx: Context,
  job: JobWithVideo,
  form: Form,
  work: FileWork,
): Promise<Pick<MarkedVideo, 'video' | 'marks'> | undefined> {
  for (const unsigned of [false, true]) {
    try {
      return await mark(ctx, job, { ...form, unsigned }, work);
    } catch (err) {
      ctx.log.warn({ job: job.code, unsigned, err }, 'a video could not be marked');
      if (await mayPass(ctx, job, err, unsigned)) throw err;
    }
  }
  return undefined;
}

async function mayPass(ctx: Context, job: JobWithVideo, error: unknown, unsigned: boolean): Promise<boolean> {
  if (ctx.stopping() || !(await ctx.files.hasRoom())) return true;
  const busy = error instanceof MachineBusy;
  // Whoever asks for it once more has had it already, so nothing is lost by waiting.
  if (job.state === 'delivered') return busy && unsigned;
  return job.deliveryTries < (busy ? TRIES_WHEN_BUSY : TRIES);
}

/** Files of ours are named by it. */
const hashOf = ({ key }: StoredVideo): string => key.split('.')[0] ?? key;

/** Marks one form of the job's video; `origin` is what it was made of. Undefined when this file can't carry any. */
async function mark(
  ctx: Context,
  job: JobWithVideo,
  { path, ...how }: Form,
  work: FileWork,
): Promise<Pick<MarkedVideo, 'video' | 'marks'> | undefined> {
  const { code, provider, completedAt } = job;
  const { name: model } = modelOfJob(job);
  await using temp = await ctx.files.temp('mp4');
  const made = await ctx.media.mark(path, temp.path, {
    facts: { code, provider, ...(model ? { model } : {}), at: completedAt },
    ...how,
  });
  if (!made) return undefined;
  const { unsigned, ...shape } = made;
  if (unsigned !== undefined)
    ctx.log.warn({ job: code, why: unsigned }, 'a video was not signed; it carries the XMP mark alone');
  const video = { ...(await work.keep(temp.path, 'video/mp4')), ...shape };
  await ctx.fingerprints.keepFile(code, ctx.clock.now(), hashOf(video));
  return { video, marks: unsigned === undefined ? 'signed' : 'xmp' };
}
