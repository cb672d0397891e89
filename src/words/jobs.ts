/** How a job stands, how it ended and what it cost: the truth, even when it is unpleasant. */
import { type Job, type JobIn, type JobState, type Quote, waitsForRoom } from '../core/job/job.ts';
import type { Micros } from '../core/price/money.ts';
import { providerName } from './provider-name.ts';
import type { Speech } from './speech.ts';

/** What is told of a job that failed. */
export type FailedJob = Pick<JobIn<'failed'>, 'failure' | 'costMicros' | 'unsettledMicros'>;

/** `free` for a draft, else the price. */
export const priceText = ({ t, money }: Speech, micros: Micros): string =>
  micros === 0 ? t('cost.free') : money(micros);

/** The same of a quote, which may be a guess. */
export function offerPrice(speech: Speech, { micros, notes }: Pick<Quote, 'micros' | 'notes'>): string {
  const price = priceText(speech, micros);
  return notes.includes('price-is-approximate') ? speech.t('card.about', { price }) : price;
}

/** Why a job failed, and what that cost. */
export const failureText = (speech: Speech, ended: FailedJob): string =>
  `${speech.t(`failure.${ended.failure}`)} ${costText(speech, ended)}`;

export function costText(
  { t, money }: Speech,
  { costMicros, unsettledMicros }: Omit<FailedJob, 'failure'>,
): string {
  if (costMicros > 0) return t('cost.billed', { cost: money(costMicros) });
  if (unsettledMicros) return t('cost.unsettled', { cost: money(unsettledMicros) });
  return t('cost.nothing');
}

/** `finished`, `in line`: one or two words. */
export const stateWord = ({ t }: Speech, state: JobState | 'gone' | 'hidden'): string => t(`state.${state}`);

/** One sentence on how a job stands. */
export function jobText(speech: Speech, job: Job): string {
  const { t, money } = speech;
  if (job.hidden && 'video' in job) return t('job.hidden');
  switch (job.state) {
    case 'asking':
      return t(`job.asking-${job.stop.why}`, {
        provider: providerName(speech, job.stop.provider),
        other: providerName(speech, job.instead.provider),
        price: offerPrice(speech, job.instead),
      });
    case 'created':
      if (job.unanswered)
        return t('job.unanswered', { provider: providerName(speech, job.unanswered.provider) });
      return t(waitsForRoom(job) ? 'job.queued' : 'job.created');
    case 'submitting':
      return t(waitsForRoom(job) ? 'job.queued' : 'job.submitting');
    case 'unknown':
    case 'completed':
      return t(`job.${job.state}`);
    case 'queued':
      if (job.cancelAskedAt) return t('job.queued-cancelling');
      return job.position ? t('job.queued-at', { position: job.position }) : t('job.queued');
    case 'running':
      if (job.phase.kind === 'fetching') return t('job.fetching');
      return t(job.cancelAskedAt ? 'job.running-cancelling' : 'job.running');
    case 'delivered':
      return job.costMicros === 0
        ? t('job.delivered-free')
        : t('job.delivered', { cost: money(job.costMicros) });
    case 'failed':
      return failureText(speech, job);
    case 'cancelled': {
      const by = job.by === 'provider' ? 'cancelled-by-provider' : 'cancelled';
      return job.costMicros > 0 ? t(`job.${by}-billed`, { cost: money(job.costMicros) }) : t(`job.${by}`);
    }
  }
}
