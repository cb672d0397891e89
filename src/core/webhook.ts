/** A provider says that a job has news. Whatever it says, only what our own key can read is believed. */
import { type Context, move, providerOf } from './context.ts';
import type { Operation } from './job.ts';

/** `later`: the job is busy or the news can't be judged now; the provider should say it again. */
export type HookAnswer = 'taken' | 'later' | 'refused';

/** The caller has checked that the address is one that we gave out for this job at this provider. */
export async function takeWebhook(
  ctx: Context,
  news: {
    provider: string;
    jobId: string;
    headers: Readonly<Record<string, string | undefined>>;
    body: Buffer;
  },
): Promise<HookAnswer> {
  const provider = providerOf(ctx, news.provider);
  if (!provider?.parseWebhook) return 'refused';
  const verdict = await provider.parseWebhook(news.headers, news.body).catch((error: unknown) => {
    ctx.log.warn({ provider: news.provider, err: error }, 'a webhook could not be judged');
    return undefined;
  });
  if (!verdict) return 'later';
  if (verdict.kind === 'reject') return 'refused';
  const job = await ctx.store.get(news.jobId);
  if (!job || !('provider' in job) || job.provider !== provider.id) return 'refused';
  // Its submit is still under way and holds the job: that answer comes first, the news is due again after it.
  if (job.state === 'submitting') return 'later';
  if (verdict.kind === 'operation' && job.state === 'unknown')
    await propose(ctx, news.jobId, verdict.operation);
  if (job.state === 'queued' || job.state === 'running' || job.state === 'unknown') {
    ctx.scheduler.at(job.id, ctx.clock.now());
  }
  return 'taken';
}

/**
 * Notes the handle on a job whose submit got no answer. It is not believed yet: any customer can have some providers
 * sign a body for any address. The job's next step reads its status with our own key, and only then binds it.
 */
function propose(ctx: Context, jobId: string, candidate: Operation): Promise<unknown> {
  return ctx.locks.run(jobId, async () => {
    const job = await ctx.store.get(jobId);
    if (job?.state !== 'unknown') return;
    const { provider, submittedAt } = job;
    await move(ctx, job, 'unknown', { provider, submittedAt, candidate });
  });
}
