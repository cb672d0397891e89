/** A finished video for whoever fetches it from here rather than from a chat: the page, and scripts. */
import type { Context } from '../context.ts';
import type { StoredFile } from '../job/job.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { handedOut, withMarks } from './marked.ts';

/** The job's video with its marks, made now where nobody has needed it yet. The caller knows who may have it. */
export type HandOut = (jobId: string) => Promise<Outcome<StoredFile>>;

export const createHandOut =
  (ctx: Context): HandOut =>
  async (jobId) => {
    const ready = await ctx.store.get(jobId);
    if (!ready || !('video' in ready)) return refuse({ code: 'no-such-job' });
    if (ready.marked && (await ctx.files.has(ready.marked.video))) return accept(ready.marked.video);
    // Its delivery may be about to make it.
    return ctx.locks.run(jobId, async () => {
      const job = await ctx.store.get(jobId);
      if (!job || !('video' in job) || !(await ctx.files.has(job.video)))
        return refuse({ code: 'no-such-job' });
      await using work = ctx.fileUse.begin();
      try {
        return accept(handedOut(await withMarks(ctx, job, work)));
      } catch (err) {
        ctx.log.warn({ job: job.code, err }, 'a video was asked for that could not be marked yet');
        return refuse({ code: 'busy' });
      }
    });
  };
