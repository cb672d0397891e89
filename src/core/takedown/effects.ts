/** What hiding, restoring and removing a video do, effect by effect. Each may be repeated, and throws passing trouble. */
import type { Context } from '../context.ts';
import { handOver } from '../delivery/delivery.ts';
import type { Hidden, Job } from '../job/job.ts';
import { nudge } from '../job/lanes.ts';
import { keysOf } from '../library/item.ts';
import { picturesOf } from '../library/shelves.ts';
import type { Privacy } from '../upkeep/privacy.ts';
import { covers, EVERYWHERE, keptOf } from './blocks.ts';
import type { Case, Effect } from './case.ts';
import { tellOf } from './tell.ts';

/** What the case is like afterwards, or that it can't be done yet. `busy`: somebody is at work on the job. */
export type EffectOutcome = Partial<Case> | 'not-yet' | 'busy';

/** These wait for whoever is at work on the job, which may take minutes. */
const NEED_THE_JOB: readonly Effect[] = ['mark', 'bring-back', 'forget'];

export type EffectParts = { ctx: Context; privacy: Pick<Privacy, 'forgetJob' | 'dropArchives'> };

export async function perform(effect: Effect, one: Case, parts: EffectParts): Promise<EffectOutcome> {
  const { ctx } = parts;
  const { jobId } = one;
  const job = await ctx.store.get(jobId);
  if (NEED_THE_JOB.includes(effect) && (await ctx.locks.isBusy(jobId))) return 'busy';
  switch (effect) {
    case 'links':
      if (job && 'video' in job) await ctx.cases.hideFiles(jobId, made(job));
      await parts.privacy.dropArchives(one.asker.memberId);
      return {};
    // First at once, though the job may be busy; then once more, as what was busy may have been a delivery.
    case 'messages':
    case 'late-messages':
      return job ? retract(ctx, one, job) : {};
    case 'mark': {
      const { reason, since, locked } = one;
      await mark(ctx, jobId, one.hidden ? { reason, since, ...(locked ? { locked } : {}) } : undefined);
      return {};
    }
    case 'block':
      if (job) await ctx.providerCopies.forget(job.inputs.clip.key);
      if (job) await block(ctx, one, job);
      return {};
    case 'tell':
      await tellOf(ctx, one);
      return {};
    case 'lift':
      await ctx.blocks.lift(jobId);
      await ctx.cases.showFiles(jobId);
      return {};
    case 'bring-back':
      if (job) await bringBack(ctx, job);
      return {};
    case 'widen':
      await ctx.blocks.widen(jobId);
      return {};
    case 'forget':
      await removeItems(ctx, jobId);
      // While it is under way it may still cost something; nobody is given what comes of it.
      return (await parts.privacy.forgetJob(jobId)) ? {} : 'not-yet';
  }
}

/** Changes nothing else of the job: that it was hidden is no reason to keep it longer. */
async function mark(ctx: Context, jobId: string, hidden: Hidden | undefined): Promise<void> {
  await ctx.locks.run(jobId, async () => {
    const job = await ctx.store.get(jobId);
    if (!job || JSON.stringify(job.hidden) === JSON.stringify(hidden)) return;
    const { hidden: _, ...rest } = job;
    // Spread apart and put together again it is of the state that it was.
    const marked = await ctx.store.save({ ...rest, ...(hidden ? { hidden } : {}) } as Job);
    // For those who count jobs, nothing has happened.
    ctx.events.refresh(marked);
    if (!hidden && marked.state === 'completed') await nudge(ctx, marked);
  });
}

async function retract(ctx: Context, one: Case, job: Job): Promise<Partial<Case>> {
  const gone = await ctx.chats.get(job.requester.platform)?.retract?.(job);
  if (!gone) return {};
  const { deleted, emptied, left } = one.retracted;
  // Those who were told before read once more what is left for them to delete.
  const more: Partial<Case> =
    gone.left > 0 && left === 0 && one.state === 'open' ? { told: [], todo: ['tell'] } : {};
  return {
    ...more,
    retracted: { deleted: deleted + gone.deleted, emptied: emptied + gone.emptied, left: left + gone.left },
  };
}

async function block(ctx: Context, { jobId, asker, locked, since }: Case, job: Job): Promise<void> {
  const { image } = job.inputs;
  const { croppedFrom } = image;
  const seen = (await ctx.files.has(image))
    ? await ctx.media.pictureHash(await ctx.files.path(image))
    : undefined;
  await ctx.blocks.add({
    jobId,
    scope: locked ? EVERYWHERE : asker.spaceId,
    at: since,
    sha256: [
      ...[image.key, ...made(job)].map((key) => key.slice(0, 64)),
      ...(croppedFrom ? [croppedFrom.sha256] : []),
    ],
    pHashes: [seen, croppedFrom?.looks].flatMap((looks) => (looks ? keptOf(looks) : [])),
  });
}

/** What the library has of a picture goes with the video that was removed, there or everywhere. */
async function removeItems(ctx: Context, jobId: string): Promise<void> {
  const block = (await ctx.blocks.all()).find((one) => one.jobId === jobId);
  if (!block) return;
  for await (const item of ctx.library.all()) {
    const isThere = block.scope === EVERYWHERE || item.spaceId === block.scope;
    if (!isThere || !covers(block, picturesOf(item))) continue;
    await ctx.library.remove(item.id);
    await ctx.fileUse.release(keysOf(item));
  }
}

/** To where it was asked for. Whoever can't be reached there finds it in their list. */
async function bringBack(ctx: Context, { id }: Job): Promise<void> {
  await ctx.locks.run(id, async () => {
    const job = await ctx.store.get(id);
    if (job?.state !== 'delivered' || !(await ctx.files.has(job.video))) return;
    const receipt = await handOver(ctx, job, job.requester.target);
    // As it is by now: its marked video may have been made on the way.
    const now = await ctx.store.get(id);
    if (receipt && now?.state === 'delivered') await ctx.store.save({ ...now, receipt });
  });
}

/** The files that came of a job. */
const made = (job: Job): string[] =>
  'video' in job
    ? [job.video, job.marked?.video, job.smaller].flatMap((file) => (file ? [file.key] : []))
    : [];
