/** How a job stands, from a status whose word alone does not say it. */

import type { ProviderStatus } from '../../core/ports.ts';
import { microsFromUsd } from '../../core/price/money.ts';
import type { Reading } from '../doubts.ts';
import { fromUpstream, unfetchedIn } from '../failures.ts';
import { NoClearAnswer } from '../http.ts';
import { lost } from '../queue-api.ts';
import { errorOutput, type RunpodOperation, type statusAnswer, videoOutput } from './wire.ts';

/** Throws NoClearAnswer while a video that is paid for may still show up. */
export function outcomeOf(
  { status, output, error }: ReturnType<typeof statusAnswer.parse>,
  job: RunpodOperation,
): Reading {
  const hidden = errorOutput.safeParse(output).data?.error;
  switch (status) {
    case 'IN_QUEUE':
      return { state: 'queued' };
    case 'IN_PROGRESS':
    case 'RUNNING':
      // Some jobs never leave this state though their output already says what went wrong.
      return hidden === undefined ? { state: 'running' } : failed(hidden);
    case 'FAILED':
      return failed(error ?? hidden ?? '');
    case 'TIMED_OUT':
      return { state: 'failed', failure: 'timed-out', costMicros: 0 };
    case 'CANCELLED':
      return { state: 'cancelled', costMicros: 0 };
    case 'COMPLETED': {
      const says = 'RunPod says completed, and names no video';
      const told = videoIn(output, job) ?? (hidden === undefined ? undefined : failed(hidden));
      return told ?? { doubt: 'may-pass', says, end: lost(job) };
    }
    default: {
      // A word that is new here: a video or an error beside it says that it is over.
      const says = 'RunPod answers with a state that is not known';
      const why = error || hidden;
      const video = videoIn(output, job);
      if (video) return video;
      if (!why) throw new NoClearAnswer(says);
      return { doubt: 'unfamiliar', says, end: failed(why) };
    }
  }
}

function videoIn(output: unknown, { quoteMicros }: RunpodOperation): ProviderStatus | undefined {
  const { data: video } = videoOutput.safeParse(output);
  if (!video) return undefined;
  const costMicros = video.cost === undefined ? quoteMicros : microsFromUsd(video.cost);
  return {
    state: 'completed',
    result: { kind: 'url', url: video.url },
    ...(costMicros === undefined ? {} : { costMicros }),
  };
}

const failed = (error: unknown): ProviderStatus => ({
  state: 'failed',
  failure: fromUpstream(error),
  costMicros: 0,
  ...unfetchedIn(error, true),
});
