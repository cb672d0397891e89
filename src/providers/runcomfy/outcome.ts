/** What became of a request that RunComfy calls completed; its result has its own words for that. */
import { type Micros, microsFromUsd } from '../../core/price/money.ts';
import type { Reading } from '../doubts.ts';
import { fromUpstream, unfetchedIn } from '../failures.ts';
import { NoClearAnswer } from '../http.ts';
import { lost } from '../queue-api.ts';
import type { RuncomfyOperation, resultAnswer } from './wire.ts';

/** `isOver`: the status said so. Throws NoClearAnswer while a video that is paid for may still show up. */
export function outcomeOf(
  { status, output, error, cost }: ReturnType<typeof resultAnswer.parse>,
  job: RuncomfyOperation,
  isOver: boolean,
): Reading {
  const costMicros = microsOf(cost);
  const failed = {
    state: 'failed',
    failure: fromUpstream(error ?? ''),
    costMicros: costMicros ?? 0,
    ...unfetchedIn(error, costMicros === 0),
  } as const;
  switch (status) {
    case 'in_queue':
    case 'in_progress':
      return { state: 'running' };
    case 'cancelled':
      return { state: 'cancelled', costMicros: costMicros ?? 0 };
    case 'failed':
      return failed;
    default: {
      const url = output?.video ?? output?.videos?.[0];
      if (url)
        return {
          state: 'completed',
          result: { kind: 'url', url },
          ...(costMicros === undefined ? {} : { costMicros }),
        };
      // No video, and perhaps a word that is new here: an error beside it says that it is over, too.
      const says = 'RunComfy names no video';
      if (error) return { doubt: 'unfamiliar', says, end: failed };
      if (!isOver && status !== 'succeeded' && status !== 'completed') throw new NoClearAnswer(says);
      return { doubt: 'may-pass', says, end: lost(job, costMicros) };
    }
  }
}

const microsOf = (usd: number | null | undefined): Micros | undefined =>
  typeof usd === 'number' ? microsFromUsd(usd) : undefined;
