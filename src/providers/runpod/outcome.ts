/** How a job stands, from a status whose word alone does not say it. */
import { microsFromUsd } from '../../core/money.ts';
import type { ProviderStatus } from '../../core/ports.ts';
import { fromUpstream } from '../failures.ts';
import { NoClearAnswer } from '../http.ts';
import type { Patience } from '../patience.ts';
import { errorOutput, type RunpodOperation, type statusAnswer, videoOutput } from './wire.ts';

/** Throws NoClearAnswer while a video that is paid for may still show up. */
export function outcomeOf(
  { status, output, error }: ReturnType<typeof statusAnswer.parse>,
  job: RunpodOperation,
  { believes }: Patience,
): ProviderStatus {
  const hidden = errorOutput.safeParse(output);
  switch (status) {
    case 'IN_QUEUE':
      return { state: 'queued' };
    case 'IN_PROGRESS':
    case 'RUNNING':
      // Some jobs never leave this state though their output already says what went wrong.
      return hidden.success ? failed(hidden.data.error) : { state: 'running' };
    case 'FAILED':
      return failed(error ?? (hidden.success ? hidden.data.error : ''));
    case 'TIMED_OUT':
      return { state: 'failed', failure: 'timed-out', costMicros: 0 };
    case 'CANCELLED':
      return { state: 'cancelled', costMicros: 0 };
    case 'COMPLETED': {
      const video = videoOutput.safeParse(output);
      if (video.success) {
        const { url, cost } = video.data;
        const costMicros = cost === undefined ? job.quoteMicros : microsFromUsd(cost);
        return {
          state: 'completed',
          result: { kind: 'url', url },
          ...(costMicros === undefined ? {} : { costMicros }),
        };
      }
      if (hidden.success) return failed(hidden.data.error);
      if (!believes(job.id)) throw new NoClearAnswer('RunPod says completed, and names no video');
      return { state: 'failed', failure: 'result-lost', costMicros: job.quoteMicros ?? 0 };
    }
  }
}

const failed = (error: unknown): ProviderStatus => ({
  state: 'failed',
  failure: fromUpstream(error),
  costMicros: 0,
});
