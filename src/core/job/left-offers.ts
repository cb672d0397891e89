/** Who may still be asked for a job that is on record, and for how much. */
import { type Context, providerOf } from '../context.ts';
import type { Provider } from '../ports.ts';
import { eligibleProviders } from '../price/eligible-providers.ts';
import { bestQuote } from '../price/quote.ts';
import type { Attempt, Job, Quote, QuoteNote } from './job.ts';

/** What its quote says of the request itself, whoever renders it. */
const OF_THE_REQUEST: readonly QuoteNote[] = [
  'orientation-from-camera',
  'orientation-ignored',
  'prompt-ignored',
  'sound-unsure',
  'trimmed',
  'looped',
];

/** The cheapest offer of those that were not tried yet, whatever it costs. */
export async function bestLeft(
  ctx: Context,
  { request, requester, quote }: Job,
  attempts: readonly Attempt[],
): Promise<Quote | undefined> {
  const tried = new Set(attempts.map(({ provider }) => provider));
  const market = eligibleProviders(ctx, requester.spaceId);
  const left = market.open().filter(({ id }) => !tried.has(id));
  const notes = quote.notes.filter((note) => OF_THE_REQUEST.includes(note));
  const offer = await bestQuote({ ...market, open: () => left }, { request, notes }, quote.warnings);
  return offer.ok ? offer.value : undefined;
}

/** The provider of the cheapest offer left, where that is not dearer than what is held. */
export async function nextProvider(
  ctx: Context,
  job: Job,
  attempts: readonly Attempt[],
): Promise<Provider | undefined> {
  const offer = await bestLeft(ctx, job, attempts);
  return offer && offer.micros <= job.quote.micros ? providerOf(ctx, offer.provider) : undefined;
}

/** The provider of the quote, at first, if its price still holds: the job may have waited in the queue for hours. */
export async function asQuoted(ctx: Context, job: Job): Promise<Provider | undefined> {
  if (job.attempts.length > 0) return undefined;
  const provider = providerOf(ctx, job.quote.provider);
  const now = await provider?.quote(job.request);
  return now && now.micros <= job.quote.micros ? provider : undefined;
}
