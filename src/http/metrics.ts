/** What a Prometheus server reads: jobs by end, how long renders take, what they cost. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { JobEvents } from '../core/events.ts';
import { isOver, type Job } from '../core/job.ts';
import { MICROS_PER_USD } from '../core/money.ts';

export type Metrics = { text(): Promise<string>; contentType: string; openJobs(count: () => number): void };

export function createMetrics(events: JobEvents): Metrics {
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

  events.subscribe('*', (job) => {
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

  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    openJobs(count) {
      new Gauge({
        name: 'strut_jobs_open',
        help: 'Jobs that are not over',
        registers,
        collect() {
          this.set(count());
        },
      });
    },
  };
}

const providerOf = (job: Job): string =>
  'provider' in job && job.provider ? job.provider : job.quote.provider;
