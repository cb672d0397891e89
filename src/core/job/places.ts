/** Keeps the admission queue true to the jobs, whatever a crash left between a job's move and its place. */
import type { Context } from '../context.ts';
import type { Job } from './job.ts';
import { isAtRender, mayRender } from './may-render.ts';

/** Frees the places of jobs that render no more. */
export async function freePlaces(ctx: Context): Promise<void> {
  for (const id of await ctx.admissionQueue.ids('inside')) await seeOut(ctx, id, 'stays');
}

/** At a start, which looks at each open job: those that a provider has get a place, and who is not among them leaves. */
export async function recountPlaces(ctx: Context) {
  const inside = new Set(await ctx.admissionQueue.ids('inside'));
  const open = new Set<string>();
  return {
    async count(job: Job): Promise<void> {
      if (mayRender(job)) open.add(job.id);
      if (isAtRender(job) && !inside.has(job.id)) await ctx.admissionQueue.enter(job);
    },
    async end(): Promise<void> {
      for (const id of await ctx.admissionQueue.ids('all'))
        if (!open.has(id)) await seeOut(ctx, id, 'leaves');
    },
  };
}

/** `unreadable`: what becomes of one whose record can't be read. */
async function seeOut(ctx: Context, id: string, unreadable: 'stays' | 'leaves'): Promise<void> {
  const hasPlace = async (): Promise<boolean> => {
    const job = await ctx.store.get(id).catch((err: unknown) => {
      if (unreadable === 'leaves') return undefined;
      throw err;
    });
    return job !== undefined && mayRender(job);
  };
  try {
    if (await hasPlace()) return;
    await ctx.locks.run(id, async () => {
      if (!(await hasPlace())) await ctx.admissionQueue.leave(id);
    });
  } catch (err) {
    ctx.log.warn({ id, err }, 'a place in the queue stays taken for now');
  }
}
