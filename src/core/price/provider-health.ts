/**
 * Tracks each provider's recent health from our own jobs: it decides between equal prices, and the operator sees it.
 */
import type { JobEvents } from '../events.ts';
import type { Job } from '../job/job.ts';
import { isOver } from '../job/job.ts';
import { openLessons } from '../lessons.ts';
import type { KeyValueStore, Log } from '../ports.ts';
import type { FailureCode } from '../refusals.ts';
import type { Sharing } from '../sharing.ts';

type End = {
  at: number;
  end: 'delivered' | 'failed' | 'cancelled';
  failure?: FailureCode;
  seconds?: number;
  micros: number;
  videoSeconds: number;
};

export type ProviderStats = {
  provider: string;
  delivered: number;
  failed: number;
  cancelled: number;
  /** Of renders that went well, from submit to the video on our disk. */
  p50Seconds?: number;
  p90Seconds?: number;
  microsPerSecond?: number;
  lastFailure?: { code: FailureCode; at: number };
};

export type ProviderHealth = {
  /** Of a job that this process has just ended: each is noted by one process. */
  note(job: Job): Promise<void>;
  of(provider: string): ProviderStats;
  /** Of the jobs that ended from then on, and whose end says something of the provider. */
  since(
    provider: string,
    at: number,
  ): { ended: number; failed: number; lastFailure?: FailureCode; usualMs?: number };
  /** Smaller is better; equal for providers about which nothing speaks. */
  rank(provider: string): number;
};

const KEPT = 50;
/** These speak of the member's files and wishes, not of the provider's health. */
const MEMBERS_OWN: readonly FailureCode[] = [
  'no-person-in-image',
  'no-person-in-clip',
  'content-refused',
  'image-rejected',
  'clip-rejected',
  'not-usable',
  'not-confirmed',
];

export async function createProviderHealth(kv: KeyValueStore, sharing?: Sharing): Promise<ProviderHealth> {
  const ends = await openLessons<End>(kv, 'weather', KEPT, sharing);
  const { of } = ends;

  return {
    async note(job) {
      const provider = 'provider' in job && job.provider ? job.provider : undefined;
      if (!isOver(job) || !provider) return;
      await ends.add(provider, endOf(job));
    },
    of: (provider) => statsOf(provider, of(provider)),
    since(provider, at) {
      const judged = of(provider).filter((one) => one.at >= at && saysOfIt(one));
      const failed = judged.filter(({ end }) => end !== 'delivered');
      const lastFailure = failed.at(-1)?.failure;
      const usual = quantile(
        judged.flatMap((one) => one.seconds ?? []),
        0.5,
      );
      return {
        ended: judged.length,
        failed: failed.length,
        ...(lastFailure ? { lastFailure } : {}),
        ...(usual === undefined ? {} : { usualMs: usual * 1000 }),
      };
    },
    rank(provider) {
      const judged = of(provider).filter(saysOfIt);
      if (judged.length === 0) return 0;
      const bad = judged.filter(({ end }) => end !== 'delivered').length / judged.length;
      const typical =
        quantile(
          judged.flatMap(({ seconds }) => seconds ?? []),
          0.5,
        ) ?? 0;
      // Steps, not nuances: a tenth of failures weighs more than any time, half a minute of time is a step.
      return Math.round(bad * 10) * 1000 + Math.min(999, Math.round(typical / 30));
    },
  };
}

/** Notes each job that this process brings to its end. */
export function noteEnds(
  events: Pick<JobEvents, 'onMove'>,
  providerHealth: Pick<ProviderHealth, 'note'>,
  log: Log,
): void {
  events.onMove((job) => {
    providerHealth.note(job).catch((err: unknown) => log.warn({ err }, 'the provider stats were not kept'));
  });
}

const saysOfIt = ({ end, failure }: End): boolean =>
  end === 'delivered' || (failure !== undefined && !MEMBERS_OWN.includes(failure));

function endOf(job: Job): End {
  const base = { at: job.updatedAt, micros: 'costMicros' in job ? job.costMicros : 0 };
  if (job.state === 'delivered') {
    const seconds = (job.completedAt - job.submittedAt) / 1000;
    return { ...base, end: 'delivered', seconds, videoSeconds: job.video.durationMs / 1000 };
  }
  if (job.state === 'failed') return { ...base, end: 'failed', failure: job.failure, videoSeconds: 0 };
  return { ...base, end: 'cancelled', videoSeconds: 0 };
}

function statsOf(provider: string, ends: readonly End[]): ProviderStats {
  const count = (end: End['end']) => ends.filter((one) => one.end === end).length;
  const seconds = ends.flatMap((one) => one.seconds ?? []);
  const [p50, p90] = [quantile(seconds, 0.5), quantile(seconds, 0.9)];
  const rendered = ends.reduce((sum, one) => sum + one.videoSeconds, 0);
  const micros = ends.reduce((sum, one) => sum + one.micros, 0);
  const failed = ends.findLast((one) => one.failure !== undefined);
  return {
    provider,
    delivered: count('delivered'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    ...(p50 === undefined ? {} : { p50Seconds: p50 }),
    ...(p90 === undefined ? {} : { p90Seconds: p90 }),
    ...(rendered > 0 ? { microsPerSecond: Math.round(micros / rendered) } : {}),
    ...(failed?.failure ? { lastFailure: { code: failed.failure, at: failed.at } } : {}),
  };
}

function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
