/** Keeps the admission queue true to the jobs, whatever a crash left between a job's move and its place. */
import type { Context } from '../context.ts';
import { mayRender } from './may-render.ts';

/** Frees the places of jobs that render no more. */
export async function freePlaces(ctx: Context): Promise<void> {
  for (const id of await ctx.admissionQueue.ids('inside')) await seeOut(ctx, id, 'stays');
}

/** At a start, has everybody leave who renders no more, ended or is gone, whether inside or in line. */
export async function recountPlaces(ctx: Context): Promise<void> {
  const inside = new Set(await ctx.admissionQueue.ids('inside'));
  const strays = new Set(await ctx.admissionQueue.ids('all'));
  // Thousands may wait: that they are open is all that is asked of those.
  const wanted = async (open: readonly string[]): Promise<string[]> => {
    for (const id of open) if (!inside.has(id)) strays.delete(id);
    return open.filter((id) => inside.has(id));
  };
  for await (const job of ctx.store.open(wanted)) if (mayRender(job)) strays.delete(job.id);
  for (const id of strays) await seeOut(ctx, id, 'leaves');
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
