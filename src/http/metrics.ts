/** What a Prometheus server reads: jobs by end, how long renders take, what they cost. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { JobEvents } from '../core/events.ts';
import { isOver, type Job } from '../core/job/job.ts';
import { MICROS_PER_USD } from '../core/price/money.ts';
import type { ProviderStats } from '../core/price/provider-health.ts';
import type { Takedown } from '../core/takedown/takedown.ts';

/** What is asked for at each scrape. */
export type Gauges = {
  openJobs(): Promise<number>;
  providerStats(): ProviderStats[];
  takedown: Pick<Takedown, 'counts' | 'open'>;
};

export type Metrics = { text(): Promise<string>; contentType: string };

export function createMetrics(events: JobEvents, asked: Gauges): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const ends = new Counter({
    name: 'strut_jobs_ended_total',
    help: 'Jobs by how they ended',
    labelNames: ['provider', 'end'],
    registers,
  });
  const cost = new Counter({
    name: 'strut_cost_usd_total',
    help: 'What providers billed',
    labelNames: ['provider'],
    registers,
  });
  const took = new Histogram({
    name: 'strut_render_seconds',
    help: 'From submit to the video on our disk',
    labelNames: ['provider'],
    buckets: [5, 15, 30, 60, 120, 240, 480, 900, 1800, 3600],
    registers,
  });

  events.onMove((job) => {
    if (job.state === 'completed' && job.deliveryTries === 0) {
      took.observe({ provider: job.provider }, (job.completedAt - job.submittedAt) / 1000);
      cost.inc({ provider: job.provider }, job.costMicros / MICROS_PER_USD);
    }
    if (isOver(job)) {
      ends.inc({ provider: providerOf(job), end: job.state });
      if (job.state !== 'delivered' && 'costMicros' in job)
        cost.inc({ provider: providerOf(job) }, job.costMicros / MICROS_PER_USD);
    }
  });

  new Gauge({
    name: 'strut_jobs_open',
    help: 'Jobs that are not over',
    registers,
    async collect() {
      this.set(await asked.openJobs());
    },
  });
  providerGauges(asked, registers);
  reportCounters(asked, registers);
  return { text: () => registry.metrics(), contentType: registry.contentType };
}

function reportCounters({ takedown }: Gauges, registers: Registry[]): void {
  new Counter({
    name: 'strut_reports_total',
    help: 'Reports of videos by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(takedown.counts().reports)) this.inc({ reason }, count);
    },
  });
  new Counter({
    name: 'strut_reported_messages_total',
    help: 'Messages with reported videos: deleted, emptied, or left where they are',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(takedown.counts().messages)) this.inc({ outcome }, count);
    },
  });
  new Gauge({
    name: 'strut_reports_open',
    help: 'Reported videos that wait for a decision',
    registers,
    async collect() {
      this.set(await takedown.open());
    },
  });
}

/** The same figures that the page shows: of the last jobs only, so that they tell how things are now. */
function providerGauges({ providerStats: weather }: Gauges, registers: Registry[]): void {
  const each = (set: (gauge: Gauge, one: ProviderStats) => void) =>
    function collect(this: Gauge): void {
      this.reset();
      for (const one of weather()) set(this, one);
    };
  new Gauge({
    name: 'strut_provider_seconds',
    help: 'Typical (0.5) and long (0.9) time from submit to the video on our disk',
    labelNames: ['provider', 'quantile'],
    registers,
    collect: each((gauge, { provider, p50Seconds, p90Seconds }) => {
      if (p50Seconds !== undefined) gauge.set({ provider, quantile: '0.5' }, p50Seconds);
      if (p90Seconds !== undefined) gauge.set({ provider, quantile: '0.9' }, p90Seconds);
    }),
  });
  new Gauge({
    name: 'strut_provider_usd_per_second',
    help: 'What a second of video came to',
    labelNames: ['provider'],
    registers,
    collect: each((gauge, { provider, microsPerSecond }) => {
      if (microsPerSecond !== undefined) gauge.set({ provider }, microsPerSecond / MICROS_PER_USD);
    }),
  });
  new Gauge({
    name: 'strut_provider_last_failure_timestamp_seconds',
    help: 'When a job last failed there, by its reason',
    labelNames: ['provider', 'code'],
    registers,
    collect: each((gauge, { provider, lastFailure }) => {
      if (lastFailure) gauge.set({ provider, code: lastFailure.code }, lastFailure.at / 1000);
    }),
  });
}

const providerOf = (job: Job): string =>
  'provider' in job && job.provider ? job.provider : job.quote.provider;
