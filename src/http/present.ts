/** Jobs and quotes as scripts and the page read them. */

import { cancellable } from '../core/job/cancel.ts';
import { isOperatorsOwn, type Job, type JobIn, type Quote } from '../core/job/job.ts';
import { etaSeconds } from '../core/job/progress.ts';
import type { ModelFacts } from '../core/models/list.ts';
import { modelOfJob } from '../core/models/registry.ts';
import { usdFromMicros } from '../core/price/money.ts';
import type { ProviderStats } from '../core/price/provider-health.ts';
import { CONSENT_ANSWERS, type ConsentReason } from '../core/trust/consent-answers.ts';
import { consentLines } from '../words/consent.ts';
import { labelText, modelName, noteText } from '../words/facts.ts';
import { wordsFor } from '../words/index.ts';
import { offerPrice } from '../words/jobs.ts';
import { abilities, modelCost } from '../words/models.ts';
import type { ConsentView, JobView, ModelView, ProviderStatsView, QuoteView } from './page/contract.ts';

const words = wordsFor('en');

type Shape = Pick<Job['request'], 'orientation' | 'quality'>;

export function presentQuote(quote: Quote, { orientation, quality }: Shape): QuoteView {
  return {
    usd: usdFromMicros(quote.micros),
    price: offerPrice(words, quote),
    seconds: quote.seconds,
    provider: quote.provider,
    orientation,
    quality,
    notes: quote.notes.map((code) => ({ code, message: noteText(words, code, quote) })),
    warnings: quote.warnings.map((code) => ({ code, message: words.warning(code) })),
  };
}

/** What is asked before the first job, and of a picture that somebody else posted. */
export const presentConsent = (why: ConsentReason, provider: string): { consent: ConsentView } => ({
  consent: { why, answers: [...CONSENT_ANSWERS], lines: consentLines(words, why, provider) },
});

/** Everything about a job but what only its provider understands. */
export function presentJob(job: Job, usualMs: number | undefined, now: number): JobView {
  const { id, code, state, createdAt, updatedAt } = job;
  const { quality, orientation, scene, speed, sound, prompt } = job.request;
  const rendering = job.state === 'running' && job.phase.kind === 'rendering' ? job.phase : undefined;
  const eta = etaSeconds(job, usualMs, now);
  const ended = endOf(job);
  const cost = 'costMicros' in job ? job.costMicros : undefined;
  const self = `/api/jobs/${id}`;
  return {
    id,
    code,
    state,
    ...(job.state === 'running' ? { phase: job.phase.kind } : {}),
    ...(rendering?.progress === undefined ? {} : { progress: rendering.progress }),
    ...(job.state === 'queued' && job.position !== undefined ? { position: job.position } : {}),
    ...(eta === undefined ? {} : { etaSeconds: eta }),
    quote: presentQuote(job.quote, job.request),
    ...(cost === undefined ? {} : { costUsd: usdFromMicros(cost), cost: words.price(cost) }),
    ...('provider' in job && job.provider ? { provider: job.provider } : {}),
    ...(job.state === 'failed' ? { failure: { code: job.failure, message: words.failure(job) } } : {}),
    request: {
      model: modelOfJob(job).id,
      ...(scene ? { scene } : {}),
      ...(speed ? { speed } : {}),
      quality,
      orientation,
      sound,
      ...(prompt ? { prompt } : {}),
    },
    seconds: 'video' in job ? Math.round(job.video.durationMs / 100) / 10 : job.request.clipSeconds,
    createdAt,
    updatedAt,
    ...(ended === undefined
      ? {}
      : { endedAt: ended, tookSeconds: Math.max(0, Math.round((ended - createdAt) / 100) / 10) }),
    ...(job.hidden ? { hidden: true } : {}),
    cancellable: cancellable(job) && !('cancelAskedAt' in job && job.cancelAskedAt !== undefined),
    ...('video' in job ? { label: labelText(words, job) } : {}),
    message: words.job(job),
    ...(job.state === 'asking' ? { question: presentQuestion(job) } : {}),
    links: {
      self,
      events: `${self}/events`,
      ...(job.hidden ? {} : { image: `${self}/image` }),
      cancel: `${self}/cancel`,
      again: `${self}/again`,
      // Its yes is its member's alone.
      ...(job.state === 'asking' && isOperatorsOwn(job.requester.platform)
        ? { goOn: `${self}/go-on?micros=${job.instead.micros}` }
        : {}),
      ...('video' in job && !job.hidden ? { video: `${self}/video` } : {}),
    },
  };
}

const presentQuestion = ({ instead, until }: JobIn<'asking'>): NonNullable<JobView['question']> => ({
  provider: instead.provider,
  usd: usdFromMicros(instead.micros),
  price: offerPrice(words, instead),
  until,
});

export function presentModel(facts: ModelFacts): ModelView {
  const { model, qualities, scenes, perSecondMicros } = facts;
  const { scenes: _, ...understands } = model.understands;
  return {
    id: model.id,
    name: modelName(words, model),
    qualities: [...qualities],
    scenes: [...scenes],
    relaxed: facts.relaxed !== undefined,
    ...(perSecondMicros === undefined ? {} : { pricePerSecond: words.money(perSecondMicros) }),
    facts: [...modelCost(words, facts), ...abilities(words, facts)],
    ...(model.goodPair ? { pair: words.t(`model.pair-${model.goodPair}`) } : {}),
    understands,
  };
}

/** Undefined for a provider that had no jobs yet. */
export function presentProviderStats(weather: ProviderStats): ProviderStatsView | undefined {
  const { delivered, failed, cancelled, microsPerSecond, lastFailure, p50Seconds, p90Seconds } = weather;
  if (delivered + failed + cancelled === 0) return undefined;
  const round = (seconds: number) => Math.round(seconds * 10) / 10;
  return {
    delivered,
    failed,
    cancelled,
    ...(p50Seconds === undefined ? {} : { p50Seconds: round(p50Seconds) }),
    ...(p90Seconds === undefined ? {} : { p90Seconds: round(p90Seconds) }),
    ...(microsPerSecond === undefined ? {} : { pricePerSecond: words.price(microsPerSecond) }),
    ...(lastFailure
      ? { lastFailure: { ...lastFailure, message: words.failureReason(lastFailure.code) } }
      : {}),
  };
}

function endOf(job: Job): number | undefined {
  if (job.state === 'delivered') return job.deliveredAt;
  return job.state === 'failed' || job.state === 'cancelled' ? job.endedAt : undefined;
}
