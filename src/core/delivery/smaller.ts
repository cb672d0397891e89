/** Makes the smaller forms of a finished video when they are needed. */
import type { Delivery } from '../chat-port.ts';
import type { Context } from '../context.ts';
import type { FileWork } from '../intake/file-use.ts';
import type { JobIn, ShrinkAttempts, StoredVideo } from '../job/job.ts';
import { backOffMs } from '../job/pace.ts';
import { MachineBusy } from '../media.ts';
import { handedOut, markAtLast } from './marked.ts';

type JobWithVideo = JobIn<'completed' | 'delivered'>;
type Limits = { maxBytes: number; maxSide: number };

/** Each try may take minutes of a core, and most of what was in the way stays. */
const AGAIN_PACE = { firstMs: 10 * 60_000, ceilingMs: 12 * 3_600_000 };

/**
 * The video made smaller, within one walk through the forms. `before`: what earlier walks came to; `mayLink`: the member
 * gets a link to all of it where nothing smaller can be made.
 */
export function createSmaller(
  ctx: Context,
  job: JobWithVideo,
  work: FileWork,
  before: { smaller?: StoredVideo | undefined; unshrunk?: ShrinkAttempts },
  mayLink: boolean,
) {
  const { unshrunk } = before;
  let kept = before.smaller;
  let asked: number | undefined;
  let broke = false;

  async function make(limits: Limits): Promise<StoredVideo | undefined> {
    await using temp = await ctx.files.temp('mp4');
    const shape = await ctx.media
      .shrink(await ctx.files.path(handedOut(job)), temp.path, limits)
      .catch((error: unknown) => {
        // A machine without time is no reason to hand over less than can be had a little later.
        if (ctx.stopping() || (error instanceof MachineBusy && !mayLink)) throw error;
        broke = true;
        // There are forms that need no shrinking, and a later try.
        ctx.log.warn({ job: job.code, err: error }, 'no smaller video could be made');
      });
    if (!shape) return undefined;
    const { width, height, durationMs } = shape;
    // The shrinking left every mark behind but the plate.
    const form = { path: temp.path, origin: await ctx.files.path(handedOut(job)), plate: false };
    const marked = await markAtLast(ctx, job, form, work).catch((error: unknown) => {
      if (ctx.stopping() || !mayLink) throw error;
      return 'later' as const;
    });
    if (marked === 'later' || (!marked && job.marked && mayLink)) {
      // The link leads to the video with its marks.
      broke = true;
      return undefined;
    }
    if (marked) return marked.video;
    // What goes out without marks at its full size may do so in a smaller one.
    if (job.marked)
      ctx.log.error(
        { job: job.code },
        'a smaller video goes out WITHOUT a mark for machines: nothing could be put into it',
      );
    return { ...(await work.keep(temp.path, 'video/mp4')), width, height, durationMs };
  }

  return {
    /** The kept one where it fits, else a new one; undefined when it can't be made that small. */
    async fit(limits: Limits): Promise<StoredVideo | undefined> {
      if (kept && kept.bytes <= limits.maxBytes && (await ctx.files.has(kept))) return kept;
      if (unshrunk && limits.maxBytes <= unshrunk.maxBytes && ctx.clock.now() < unshrunk.until)
        return undefined;
      asked ??= limits.maxBytes;
      const made = await make(limits);
      kept = made ?? kept;
      return made;
    },
    /** Whether a try failed, so that nobody knows how small it can be made. */
    broke: (): boolean => broke,
    /** What is to be remembered when nothing that was made could be handed over. */
    unshrunk(): ShrinkAttempts | undefined {
      if (asked === undefined) return unshrunk;
      const tries = (unshrunk?.tries ?? 0) + 1;
      return { maxBytes: asked, tries, until: ctx.clock.now() + backOffMs(tries, ctx.random, AGAIN_PACE) };
    },
  };
}

/** Made when first asked for, and once for each size; a video without one is still a video. */
export function posterOf(ctx: Context, job: JobWithVideo, stack: AsyncDisposableStack): Delivery['poster'] {
  const made = new Map<number, Promise<string | undefined>>();
  async function make(maxSide: number): Promise<string | undefined> {
    const temp = stack.use(await ctx.files.temp('jpg'));
    try {
      await ctx.media.poster(await ctx.files.path(handedOut(job)), temp.path, { maxSide });
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
