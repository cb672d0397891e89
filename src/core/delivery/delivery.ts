/**
 * Delivers the video to the member. Two ladders: here the forms (as it is, made smaller, a link), in each chat the
 * places (the answer, the channel, a private message, the member's own click). Every try is on record.
 */

import type { Delivery, SignedLink, Target } from '../chat-port.ts';
import { type Context, move } from '../context.ts';
import type { FileWork } from '../intake/file-use.ts';
import type {
  DeliveryAttempt,
  Form,
  JobIn,
  MarkedVideo,
  Receipt,
  ShrinkAttempts,
  StoredVideo,
} from '../job/job.ts';
import { retry } from '../job/retry.ts';
import { StaleJob } from '../job/stale-job.ts';
import { keptUntil } from '../upkeep/retention.ts';
import { handedOut, withMarks } from './marked.ts';
import { createSmaller, posterOf } from './smaller.ts';

/** Of the limit that the chat names: its own count of a file may differ a little from ours, and the marks come on top. */
const SHARE_OF_LIMIT = 0.95;
/** The longer side of each smaller form, tried in turn; the last one fits nearly everywhere. */
const SMALLER_SIDES = [1280, 854, 480] as const;
/** Records grow with every try; what matters is how it began and how it stands. */
const RUNGS_KEPT = { first: 8, last: 32 };
/** Long enough to bring back files that did not come along with the database. */
const LOST_AFTER_MS = 3 * 24 * 3_600_000;

type JobWithVideo = JobIn<'completed' | 'delivered'>;
/** What a walk has come to so far. It is kept also when the walk breaks off. */
type DeliveryProgress = {
  /** Of the record, which the walk may have saved. */
  rev?: number | undefined;
  rungs: DeliveryAttempt[];
  marked?: MarkedVideo | undefined;
  smaller?: StoredVideo | undefined;
  unshrunk?: ShrinkAttempts;
  receipt?: Receipt;
};

/** Hands a completed job to its chat, `to` another place than the one where it was asked for. Throws passing trouble. */
export async function deliver(
  ctx: Context,
  job: JobIn<'completed'>,
  to: Target = job.requester.target,
): Promise<JobIn<'completed' | 'delivered' | 'failed'>> {
  const missing = !(await ctx.files.has(job.video));
  if (missing && ctx.clock.now() - job.completedAt > LOST_AFTER_MS) return lose(ctx, job);
  const deliveryTries = job.deliveryTries + 1;
  const trying = await move(ctx, job, 'completed', { ...waitingFields(job, job), deliveryTries });
  await using work = ctx.fileUse.begin();
  const walked = startOf(trying);
  const walking = missing ? Promise.reject(new VideoMissing()) : walk(ctx, trying, to, walked, work);
  const broken = await walking.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  // Or what the walk was doing when it broke off would look like its end.
  if (broken && walked.rungs.at(-1)?.outcome !== 'failed') noteIn(ctx, walked, 'original', 'failed');
  const { receipt, rev } = walked;
  const after = { ...trying, ...(rev === undefined ? {} : { rev }) };
  const next = receipt
    ? // A receipt that is lost brings the video twice.
      await retry(ctx, { job: job.code }, () => saveReceipt(ctx, after, walked, receipt))
    : await move(ctx, after, 'completed', { ...waitingFields(after, walked), deliveryTries });
  if (job.smaller && job.smaller.key !== next.smaller?.key) await ctx.fileUse.release([job.smaller.key]);
  if (broken) throw broken.error;
  return next;
}

/** Also where somebody else has saved the job meanwhile, unless it is delivered by then: it was told so once. */
async function saveReceipt(
  ctx: Context,
  job: JobIn<'completed'>,
  walked: DeliveryProgress,
  receipt: Receipt,
): Promise<JobIn<'delivered'>> {
  const save = (on: JobIn<'completed'>) =>
    move(ctx, on, 'delivered', { ...finishedFields(on, walked), deliveredAt: ctx.clock.now(), receipt });
  return save(job).catch(async (error: unknown) => {
    const now = error instanceof StaleJob ? await ctx.store.get(job.id) : undefined;
    if (now?.state === 'completed') return save(now);
    if (now?.state === 'delivered') return now;
    throw error;
  });
}

/** A retry helps once the file is back: whoever moves a bot may start it before all of it has arrived. */
class VideoMissing extends Error {
  override name = 'VideoMissing';
}

/** Somebody took the file away, and did not bring it back: what was billed was billed. */
async function lose(ctx: Context, job: JobIn<'completed'>): Promise<JobIn<'failed'>> {
  ctx.log.error({ job: job.code }, 'a paid video is on our disk no more');
  const { provider, costMicros, video, marked, smaller } = job;
  const end = { failure: 'result-lost' as const, provider, costMicros, endedAt: ctx.clock.now() };
  const lost = await move(ctx, job, 'failed', end);
  await ctx.fileUse.release([
    video.key,
    ...(marked ? [marked.video.key] : []),
    ...(smaller ? [smaller.key] : []),
  ]);
  return lost;
}

/**
 * Hands over a video once more, at the place where it is asked for. Answers whether that worked. Where its owner is not
 * `reached` by that, an admin had a look, and the search for a place goes on.
 */
export async function sendAgain(
  ctx: Context,
  job: JobWithVideo,
  to: Target,
  reached: boolean,
): Promise<boolean> {
  if (job.state === 'completed' && reached) return (await deliver(ctx, job, to)).state === 'delivered';
  return (await handOver(ctx, job, to)) !== undefined;
}

/** One walk, of which only the receipt is told. */
export async function handOver(ctx: Context, job: JobWithVideo, to: Target): Promise<Receipt | undefined> {
  await using work = ctx.fileUse.begin();
  const walked = startOf(job);
  await walk(ctx, job, to, walked, work);
  return walked.receipt;
}

const startOf = (job: JobWithVideo): DeliveryProgress => {
  const { rungs, marked, smaller } = job;
  const unshrunk = job.state === 'completed' ? job.unshrunk : undefined;
  return {
    rungs,
    ...(marked ? { marked } : {}),
    ...(smaller ? { smaller } : {}),
    ...(unshrunk ? { unshrunk } : {}),
  };
};

/** Goes down the forms until one is taken, or until the chat says that no place is open for any. Writes into `walked`. */
async function walk(
  ctx: Context,
  found: JobWithVideo,
  to: Target,
  walked: DeliveryProgress,
  work: FileWork,
): Promise<void> {
  const chat = ctx.chats.get(found.requester.platform);
  const note = (form: Form, outcome: DeliveryAttempt['outcome']): void => noteIn(ctx, walked, form, outcome);
  // The operator took the chat's token out; it may come back with a later start.
  if (!chat) return note('original', 'nowhere');
  // Before anything else: nobody is handed a video without its marks.
  const job = await withMarks(ctx, found, work);
  walked.rev = job.rev;
  walked.marked = job.marked;
  walked.smaller = job.smaller;
  await using stack = new AsyncDisposableStack();
  const link = linkTo(ctx, job);
  let maxBytes = await chat.uploadLimitBytes(job, to);
  const poster = posterOf(ctx, job, stack);
  const smaller = createSmaller(ctx, job, work, walked, link !== undefined);

  /** True when the walk is over. */
  async function offer(delivery: Delivery, bytes: number): Promise<boolean> {
    const { form } = delivery;
    // It may have been reported since the walk began.
    if (await ctx.cases.hides(job.id)) return true;
    const outcome = await chat?.deliver(job, delivery, to).catch((error: unknown) => {
      note(form, 'failed');
      throw error;
    });
    if (!outcome) return true;
    note(form, outcome.kind);
    if (outcome.kind === 'delivered') walked.receipt = outcome.receipt;
    // A chat that refuses a file of a size that it promised to take is believed.
    if (outcome.kind === 'too-large') maxBytes = Math.min(outcome.maxBytes, Math.floor(bytes * 0.8));
    else ctx.log.info({ job: job.code, form, outcome: outcome.kind }, 'a delivery was tried');
    return outcome.kind !== 'too-large';
  }

  const video = handedOut(job);
  if (video.bytes <= maxBytes) {
    if (await offer({ form: 'original', video, path: await ctx.files.path(video), poster }, video.bytes))
      return;
  }
  for (const side of SMALLER_SIDES) {
    // A link to the whole video is better than a video in name only.
    if (link && side === SMALLER_SIDES.at(-1)) break;
    const limits = { maxBytes: Math.floor(maxBytes * SHARE_OF_LIMIT), maxSide: side };
    const made = await smaller.fit(limits);
    if (!made) continue;
    walked.smaller = made;
    const delivery = { form: 'smaller' as const, video: made, path: await ctx.files.path(made), poster };
    if (await offer(link ? { ...delivery, link } : delivery, made.bytes)) return;
  }
  const unshrunk = smaller.unshrunk();
  if (unshrunk) walked.unshrunk = unshrunk;
  if (link) await offer({ form: 'link', link, poster }, 0);
  // Nothing was made that fits: on record, or the next try would look like the first.
  else note('smaller', smaller.broke() ? 'failed' : 'too-large');
}

function noteIn(
  ctx: Context,
  walked: DeliveryProgress,
  form: Form,
  outcome: DeliveryAttempt['outcome'],
): void {
  const rungs = [...walked.rungs, { at: ctx.clock.now(), form, outcome }];
  const { first, last } = RUNGS_KEPT;
  walked.rungs = rungs.length > first + last ? [...rungs.slice(0, first), ...rungs.slice(-last)] : rungs;
}

/** Good for as long as the file is kept: from now on, where this is what the member gets it by. */
function linkTo(ctx: Context, job: JobWithVideo): SignedLink | undefined {
  const now = ctx.clock.now();
  const until = keptUntil(ctx, job, job.state === 'delivered' ? job.updatedAt : now);
  return ctx.links && until > now ? { url: ctx.links.media(handedOut(job), until), until } : undefined;
}

/** What a finished job keeps on its way from `completed` to `delivered`, with what a walk has found out. */
function finishedFields(job: JobIn<'completed'>, { rungs, marked, smaller }: DeliveryProgress) {
  const { provider, submittedAt, operation, costMicros, video, completedAt } = job;
  const kept = { provider, submittedAt, operation, costMicros, video, completedAt, rungs };
  return { ...kept, ...(marked ? { marked } : {}), ...(smaller ? { smaller } : {}) };
}

function waitingFields(job: JobIn<'completed'>, walked: DeliveryProgress) {
  const { unshrunk } = walked;
  return { ...finishedFields(job, walked), ...(unshrunk ? { unshrunk } : {}) };
}
