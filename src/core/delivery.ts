/**
 * The member gets the video. Two ladders: here the forms (as it is, made smaller, a link), in each chat the places
 * (the answer, the channel, a private message, the member's own click). Every try is on record.
 */

import type { Delivery, SignedLink, Target } from './chat-port.ts';
import { type Context, move } from './context.ts';
import type { FileWork } from './file-use.ts';
import { insist } from './insist.ts';
import type { Form, JobIn, Receipt, Rung, StoredVideo } from './job.ts';

/** Of the limit that the chat names: its own count of a file may differ a little from ours. */
const SHARE_OF_LIMIT = 0.95;
/** The longer side of each smaller form, tried in turn; the last one fits nearly everywhere. */
const SMALLER_SIDES = [1280, 854, 480] as const;
/** Records grow with every try; what matters is how it began and how it stands. */
const RUNGS_KEPT = 40;
const DAY_MS = 24 * 3_600_000;

type WithVideo = JobIn<'completed' | 'delivered'>;
/** What a walk has come to so far. It is kept also when the walk breaks off. */
type Walk = { rungs: Rung[]; smaller?: StoredVideo; receipt?: Receipt };

/** Hands a completed job to its chat, `to` another place than the one where it was asked for. Throws passing trouble. */
export async function deliver(
  ctx: Context,
  job: JobIn<'completed'>,
  to: Target = job.requester.target,
): Promise<JobIn<'completed' | 'delivered'>> {
  const deliveryTries = job.deliveryTries + 1;
  const trying = await move(ctx, job, 'completed', { ...finishedFields(job), deliveryTries });
  await using work = ctx.fileUse.begin();
  const walked = startOf(trying);
  try {
    await walk(ctx, trying, to, walked, work);
  } catch (error) {
    const { receipt: _none, ...found } = walked;
    await move(ctx, trying, 'completed', { ...finishedFields(trying), ...found, deliveryTries });
    throw error;
  }
  const { receipt, ...found } = walked;
  const fields = { ...finishedFields(trying), ...found };
  const next = receipt
    ? await insist(ctx, { job: job.code }, () =>
        // A receipt that is lost brings the video twice.
        move(ctx, trying, 'delivered', { ...fields, deliveredAt: ctx.clock.now(), receipt }),
      )
    : await move(ctx, trying, 'completed', { ...fields, deliveryTries });
  if (job.smaller && job.smaller.key !== next.smaller?.key) await ctx.fileUse.release([job.smaller.key]);
  return next;
}

/** Hands over a video once more, at the place where the member asks for it. Answers whether that worked. */
export async function sendAgain(ctx: Context, job: WithVideo, to: Target): Promise<boolean> {
  if (job.state === 'completed') return (await deliver(ctx, job, to)).state === 'delivered';
  await using work = ctx.fileUse.begin();
  const walked = startOf(job);
  await walk(ctx, job, to, walked, work);
  return walked.receipt !== undefined;
}

const startOf = ({ rungs, smaller }: WithVideo): Walk => (smaller ? { rungs, smaller } : { rungs });

/** Goes down the forms until one is taken, or until the chat says that no place is open for any. Writes into `walked`. */
async function walk(ctx: Context, job: WithVideo, to: Target, walked: Walk, work: FileWork): Promise<void> {
  const chat = ctx.chats.get(job.requester.platform);
  const note = (form: Form, outcome: Rung['outcome']): void => {
    walked.rungs = [...walked.rungs, { at: ctx.clock.now(), form, outcome }].slice(-RUNGS_KEPT);
  };
  // The operator took the chat's token out; it may come back with a later start.
  if (!chat) return note('original', 'nowhere');
  await using stack = new AsyncDisposableStack();
  const link = linkTo(ctx, job);
  let maxBytes = chat.uploadLimitBytes(job, to);
  const poster = posterOf(ctx, job, stack);

  /** True when the walk is over. */
  async function offer(delivery: Delivery, bytes: number): Promise<boolean> {
    const { form } = delivery;
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

  const { video } = job;
  if (video.bytes <= maxBytes) {
    if (await offer({ form: 'original', video, path: ctx.files.pathOf(video), poster }, video.bytes)) return;
  }
  for (const side of SMALLER_SIDES) {
    // A link to the whole video is better than a video in name only.
    if (link && side === SMALLER_SIDES.at(-1)) break;
    const limits = { maxBytes: Math.floor(maxBytes * SHARE_OF_LIMIT), maxSide: side };
    const made = await smallerVideo(ctx, job, walked.smaller, limits, work);
    if (!made) continue;
    walked.smaller = made;
    const delivery = { form: 'smaller' as const, video: made, path: ctx.files.pathOf(made), poster };
    if (await offer(link ? { ...delivery, link } : delivery, made.bytes)) return;
  }
  if (link) await offer({ form: 'link', link, poster }, 0);
  // Nothing was made that fits: on record, or the next try would look like the first.
  else note('smaller', 'too-large');
}

/** The kept one where it fits, else a new one; undefined when it can't be made that small. */
async function smallerVideo(
  ctx: Context,
  job: WithVideo,
  kept: StoredVideo | undefined,
  limits: { maxBytes: number; maxSide: number },
  work: FileWork,
): Promise<StoredVideo | undefined> {
  if (kept && kept.bytes <= limits.maxBytes && (await ctx.files.has(kept))) return kept;
  await using temp = await ctx.files.temp('mp4');
  const shape = await ctx.media
    .shrink(ctx.files.pathOf(job.video), temp.path, limits)
    .catch((error: unknown) => {
      if (ctx.stopping()) throw error;
      // There are forms that need no shrinking, and a later try.
      ctx.log.warn({ job: job.code, err: error }, 'no smaller video could be made');
    });
  if (!shape) return undefined;
  const { width, height, durationMs } = shape;
  return { ...(await work.keep(temp.path, 'video/mp4')), width, height, durationMs };
}

/** Made when first asked for, and once for each size; a video without one is still a video. */
function posterOf(ctx: Context, job: WithVideo, stack: AsyncDisposableStack): Delivery['poster'] {
  const made = new Map<number, Promise<string | undefined>>();
  async function make(maxSide: number): Promise<string | undefined> {
    const temp = stack.use(await ctx.files.temp('jpg'));
    try {
      await ctx.media.poster(ctx.files.pathOf(job.video), temp.path, { maxSide });
      return temp.path;
    } catch (error) {
      ctx.log.warn({ job: job.code, err: error }, 'no poster could be made');
      return undefined;
    }
  }
  return (maxSide) => {
    const known = made.get(maxSide) ?? make(maxSide);
    made.set(maxSide, known);
    return known;
  };
}

/** Good for as long as the file is kept. */
function linkTo(ctx: Context, { requester, video, completedAt }: WithVideo): SignedLink | undefined {
  const until = completedAt + ctx.settings.of(requester.spaceId).retentionDays * DAY_MS;
  return ctx.links && { url: ctx.links.media(video, until), until };
}

/** What a finished job keeps on its way from `completed` to `delivered`. */
function finishedFields({ provider, submittedAt, operation, ...job }: JobIn<'completed'>) {
  const { costMicros, video, completedAt, smaller, rungs } = job;
  const kept = { provider, submittedAt, operation, costMicros, video, completedAt, rungs };
  return smaller ? { ...kept, smaller } : kept;
}
