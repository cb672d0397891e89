/** The member gets the video: tried until it works, each try on record. */
import { type Context, move } from './context.ts';
import type { Job, JobIn } from './job.ts';

/** Hands a completed job to its chat. A failed try is saved and thrown, to be tried again later. */
export async function deliver(ctx: Context, job: JobIn<'completed'>): Promise<Job> {
  const { provider, submittedAt, operation, costMicros, video, completedAt } = job;
  const finished = { provider, submittedAt, operation, costMicros, video, completedAt };
  const chat = ctx.chats.get(job.requester.platform);
  if (!chat) throw new Error(`${job.requester.platform} is not configured any more`);
  const trying = await move(ctx, job, 'completed', { ...finished, deliveryTries: job.deliveryTries + 1 });
  const receipt = await chat.deliver(trying);
  return move(ctx, trying, 'delivered', { ...finished, deliveredAt: ctx.clock.now(), receipt });
}
