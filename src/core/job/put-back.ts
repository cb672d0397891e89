/**
 * After the records were put back from a copy: what was open when that was made may have been sent, answered and billed since,
 * and nobody here knows. So whatever may be at a provider by now becomes of unknown fate, as after a crash in the middle of
 * its submit, and is looked for, but never sent again. What a provider is known to have is looked at as ever, with its time
 * anew. Drafts cost nothing, and are simply made.
 */
import { type Context, move, providerOf } from '../context.ts';
import { deadlineMs } from './due.ts';
import { isOver, type Job, type JobIn } from './job.ts';

/** Before anything else is done with them. Safe to repeat. Answers how many there are, and of how many nobody knows the fate. */
export async function doubtOpenJobs(ctx: Context): Promise<{ open: number; unknown: number }> {
  const count = { open: 0, unknown: 0 };
  for await (const job of ctx.store.open()) {
    await ctx.locks.run(job.id, async () => {
      const now = await ctx.store.get(job.id);
      if (!now || isOver(now)) return;
      const next = await doubted(ctx, { ...now, deadlineAt: ctx.clock.now() + deadlineMs(ctx, now.request) });
      count.open += 1;
      if (next.state === 'unknown') count.unknown += 1;
    });
  }
  return count;
}

async function doubted(ctx: Context, job: Job): Promise<Job> {
  switch (job.state) {
    case 'created': {
      const provider = job.full?.provider ?? job.quote.provider;
      if (providerOf(ctx, provider)?.capabilities.free) return job;
      const { full } = job;
      const sent = { provider, submittedAt: ctx.clock.now() };
      const uploaded = full ? { uploaded: { image: full.image, clip: full.clip } } : {};
      return doubted(ctx, await move(ctx, job, 'submitting', { ...sent, ...uploaded }));
    }
    case 'asking':
      // The member may have said yes since.
      return doubted(ctx, await move(ctx, { ...job, quote: job.instead }, 'created', {}));
    case 'submitting':
    case 'unknown':
      return move(ctx, job, 'unknown', traced(job));
    case 'queued':
      return ctx.store.save(job);
    case 'running': {
      const { phase } = job;
      const now = ctx.clock.now();
      return ctx.store.save(phase.kind === 'fetching' ? { ...job, phase: { ...phase, since: now } } : job);
    }
    default:
      return job;
  }
}

/** What it may be found by. Without the account that it was sent by, it is not sent again, not even under its same id. */
function traced(job: JobIn<'submitting' | 'unknown'>) {
  const { provider, submittedAt, uploaded, firstSubmittedAt } = job;
  return {
    ...{ provider, submittedAt },
    ...(uploaded ? { uploaded } : {}),
    ...(firstSubmittedAt === undefined ? {} : { firstSubmittedAt }),
    ...(job.state === 'unknown' && job.candidate ? { candidate: job.candidate } : {}),
  };
}
