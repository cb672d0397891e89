/**
 * What is kept of a member, and how it goes: jobs with their files, offers, notes of the chats, what admins granted.
 * The sums in the book stay without the name, as they are money; and what keeps a member within bounds stays, a block,
 * a limit, a list of those who may: it is the admins' word, and this must be no way around it.
 */
import type { Context } from './context.ts';
import { isOver, type Job } from './job.ts';
import type { Offers } from './offers.ts';

/** More than any member has; the rest goes with the next time. */
const AT_ONCE = 10_000;

export type Forgotten = {
  jobs: number;
  /** Still under way: they can be forgotten once they have ended. */
  underWay: number;
};

export type Privacy = {
  /** Removes a member's offers and the jobs that are rendered or over, with pictures, clips, videos and words. */
  forget(memberId: string): Promise<Forgotten>;
  /** Removes one such job, in the same way; who may is for the caller to know. False while it is under way. */
  forgetJob(id: string): Promise<boolean>;
};

export function createPrivacy(ctx: Context, offers: Pick<Offers, 'forget'>): Privacy {
  function forgetJob(id: string): Promise<'forgotten' | 'under-way' | 'gone'> {
    return ctx.locks.run(id, async () => {
      const job = await ctx.store.get(id);
      if (!job) return 'gone';
      // A video that nobody could be given yet is paid and settled: its owner may do without.
      if (!isOver(job) && job.state !== 'completed') return 'under-way';
      ctx.scheduler.remove(id);
      await forgetKept(ctx, job);
      return 'forgotten';
    });
  }

  return {
    async forget(memberId) {
      await offers.forget(memberId);
      for (const chat of ctx.chats.values()) await chat.forgetMember?.(memberId);
      let jobs = 0;
      let underWay = 0;
      for (const { id } of await ctx.store.ofMember(memberId, AT_ONCE)) {
        const how = await forgetJob(id);
        if (how === 'forgotten') jobs += 1;
        if (how === 'under-way') underWay += 1;
      }
      await ctx.settings.forget(memberId);
      // Last: the book keeps the name of what is still on record.
      await ctx.traces.forget(memberId);
      ctx.log.info({ jobs, underWay }, 'a member was forgotten');
      return { jobs, underWay };
    },
    forgetJob: async (id) => (await forgetJob(id)) !== 'under-way',
  };
}

/** The record first: a crash in between leaves a file that nobody names, never a job whose files are gone. */
async function forgetKept(ctx: Context, job: Job): Promise<void> {
  await ctx.chats.get(job.requester.platform)?.forget?.(job);
  await ctx.store.remove(job.id);
  await ctx.fileUse.release(filesOf(job));
}

function filesOf(job: Job): string[] {
  const made = 'video' in job ? [job.video.key, ...(job.smaller ? [job.smaller.key] : [])] : [];
  return [job.inputs.image.key, job.inputs.clip.key, ...made];
}
