/** What became of a request that RunComfy calls completed; its result has its own words for that. */
import { type Micros, microsFromUsd } from '../../core/money.ts';
import type { ProviderStatus } from '../../core/ports.ts';
import { fromUpstream } from '../failures.ts';
import { NoClearAnswer } from '../http.ts';
import type { Patience } from '../patience.ts';
import type { RuncomfyOperation, resultAnswer } from './wire.ts';

/** Throws NoClearAnswer while a video that is paid for may still show up. */
export function outcomeOf(
  { status, output, error, cost }: ReturnType<typeof resultAnswer.parse>,
  job: RuncomfyOperation,
  { believes }: Patience,
): ProviderStatus {
  switch (status) {
    case 'in_queue':
    case 'in_progress':
      return { state: 'running' };
    case 'cancelled':
      return { state: 'cancelled', costMicros: microsOf(cost) ?? 0 };
    case 'failed':
      return { state: 'failed', failure: fromUpstream(error ?? ''), costMicros: microsOf(cost) ?? 0 };
    default: {
      const url = output?.video ?? output?.videos?.[0];
      const costMicros = microsOf(cost);
      if (url)
        return {
          state: 'completed',
          result: { kind: 'url', url },
          ...(costMicros === undefined ? {} : { costMicros }),
        };
      if (!believes(job.requestId)) throw new NoClearAnswer('RunComfy says succeeded, and names no video');
      return { state: 'failed', failure: 'result-lost', costMicros: costMicros ?? job.quoteMicros ?? 0 };
    }
  }
}

const microsOf = (usd: number | null | undefined): Micros | undefined =>
  typeof usd === 'number' ? microsFromUsd(usd) : undefined;
