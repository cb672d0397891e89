/**
 * Handles a provider's webhook: it only makes us look at the job at once. We believe nothing but what we read with our
 * own key.
 */
import { type Context, move, providerOf } from '../context.ts';
import type { Job, Operation } from './job.ts';
import { placeOf } from './lanes.ts';
import { isFirstTry } from './unfetched.ts';

/** `later`: the job is busy or the news can't be judged now; the provider should say it again. */
export type HookAnswer = 'taken' | 'later' | 'refused';

/** Providers want an answer within seconds and count a late one as none. */
const ANSWER_WITHIN_MS = 700;

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
  const asked = await ctx.store.get(news.jobId);
  const judged = provider.parseWebhook(news.headers, news.body, asked?.request).catch((error: unknown) => {
    ctx.log.warn({ provider: news.provider, err: error }, 'a webhook could not be judged');
    return undefined;
  });
  const verdict = await within(judged);
  if (!verdict) return 'later';
  if (verdict.kind === 'reject') return 'refused';
  const job = await ctx.store.get(news.jobId);
  if (!job || !('provider' in job) || job.provider !== provider.id) return 'refused';
  if (job.state === 'unknown' || job.state === 'submitting') {
    // The job may be held by its submit or its step for longer than the provider waits for our answer.
    const noted = verdict.kind === 'operation' ? propose(ctx, job, verdict.operation) : Promise.resolve(true);
    if (verdict.kind === 'look' && provider.find) await lookAtOnce(ctx, job);
    return (await within(noted)) && job.state === 'unknown' ? 'taken' : 'later';
  }
  if (job.state === 'queued' || job.state === 'running') {
    tellNews(ctx, job.id);
    await lookAtOnce(ctx, job);
  }
  return 'taken';
}

/** A space of many such jobs takes no more room by it than it may. */
const lookAtOnce = (ctx: Context, job: Job): Promise<void> =>
  ctx.scheduler.at(job.id, ctx.clock.now(), placeOf(job));

/** Longer than anybody asks for it. */
const NEWS_LAST_MS = 60_000;

const NEWS = 'job news';

function noteNews({ news, clock }: Context, jobId: string): void {
  const now = clock.now();
  for (const [id, at] of news) if (at < now - NEWS_LAST_MS) news.delete(id);
  news.set(jobId, now);
}

/** Whichever process looks at the job next is to know that its provider has just spoken of it. */
export const followNews = (ctx: Context): void =>
  void ctx.bus?.subscribe(NEWS, (jobId) => noteNews(ctx, jobId));

function tellNews(ctx: Context, jobId: string): void {
  if (ctx.bus) ctx.bus.publish(NEWS, jobId);
  else noteNews(ctx, jobId);
}

/** What has come by then; undefined when it takes longer, and goes on by itself. */
async function within<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Notes the handle on a job whose submit got no answer. It is not believed yet: any customer can have some providers
 * sign a body for any address. The job's next step reads its status with our own key, and only then binds it.
 */
async function propose(ctx: Context, asked: Job, candidate: Operation): Promise<boolean> {
  try {
    await ctx.locks.run(asked.id, async () => {
      const job = await ctx.store.get(asked.id);
      if (job?.state !== 'unknown' || isFirstTry(job, candidate)) return;
      const { provider, submittedAt, uploaded, account, firstSubmittedAt } = job;
      const traced = {
        ...(uploaded ? { uploaded } : {}),
        ...(account === undefined ? {} : { account }),
        ...(firstSubmittedAt === undefined ? {} : { firstSubmittedAt }),
      };
      await move(ctx, job, 'unknown', { provider, submittedAt, ...traced, candidate });
    });
    await lookAtOnce(ctx, asked);
    return true;
  } catch (error) {
    ctx.log.warn({ err: error }, 'the news of a webhook could not be noted');
    return false;
  }
}
