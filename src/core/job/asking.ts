/**
 * Nobody takes a job for what is held, but somebody would for more: the member is asked, and nothing is sent before
 * their yes. Only a job that no provider can have gets here (MOVES); without an answer it ends free of charge.
 */
import { type Context, move } from '../context.ts';
import type { Caller } from '../limits/access.ts';
import type { Micros } from '../price/money.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { finish } from './finish.ts';
import type { Attempt, Job, JobIn, Quote, Stop } from './job.ts';
import { bestLeft } from './left-offers.ts';
import { holdOf, noRoom } from './open-job.ts';

const WAITS_MS = 10 * 60_000;

/** What there is to ask: who would take it, and why that is not who was to. */
export type Question = { instead: Quote; stop: Stop; attempts: Attempt[] };

export const ask = (
  ctx: Context,
  job: JobIn<'created' | 'asking'>,
  question: Question,
): Promise<JobIn<'asking'>> => move(ctx, job, 'asking', { ...question, until: ctx.clock.now() + WAITS_MS });

/** Ends it where nobody has answered in time. */
export async function endUnanswered(ctx: Context, job: JobIn<'asking'>): Promise<Job> {
  if (ctx.clock.now() < job.until) return job;
  return finish(ctx, job, 'failed', { failure: 'not-confirmed', costMicros: 0 });
}

/**
 * The member's yes, to so much at most. What is held becomes the new price in one step of the ledger, or stays, with the
 * question, where a limit has no room. A price that rose meanwhile is asked anew. A second yes finds the job of the
 * first. The caller holds the job's lock.
 */
export async function goOn(
  ctx: Context,
  call: Caller,
  job: Job,
  agreedMicros: Micros,
): Promise<Outcome<Job>> {
  const { requester } = job;
  // It counts against the limits of whoever asked for it, so that nobody else may say yes.
  if (requester.memberId !== call.requester.memberId) return refuse({ code: 'not-allowed' });
  if (job.state !== 'asking') return decided(job);
  const isThere = call.requester.spaceId === requester.spaceId;
  // From a list in another channel of the same space it is as good as from its own message.
  const shut = ctx.access.refusalOfYes(isThere ? { ...call, requester } : call, requester);
  if (shut) return refuse(shut);
  const now = ctx.clock.now();
  if (job.until <= now) return refuse({ code: 'offer-expired' });
  const { stop, attempts } = job;
  const best = await bestLeft(ctx, job, attempts);
  if (!best) return refuse({ code: 'provider-down' });
  if (best.micros > agreedMicros) {
    if (best.micros !== job.instead.micros) await ask(ctx, job, { instead: best, stop, attempts });
    return refuse({ code: 'price-rose', micros: best.micros });
  }
  // Killed after this, the job still asks: another yes holds the same again, and its end frees what is held.
  const hold = await ctx.ledger.rehold(holdOf(ctx, job, { quote: best, inputs: job.inputs }, now));
  if (!hold.ok) return noRoom(hold);
  ctx.log.info({ job: job.code, provider: best.provider }, 'a dearer offer was agreed to');
  return accept(await move(ctx, { ...job, quote: best }, 'created', {}));
}

function decided(job: Job): Outcome<Job> {
  if (job.state === 'failed' && job.failure === 'not-confirmed') return refuse({ code: 'offer-expired' });
  return job.state === 'cancelled' ? refuse({ code: 'already-decided' }) : accept(job);
}
