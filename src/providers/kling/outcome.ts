/** How a job stands, from Kling's own word for it and what lies beside. */
import type { ProviderStatus } from '../../core/ports.ts';
import type { Reading } from '../doubts.ts';
import { unfetchedIn } from '../failures.ts';
import { NoClearAnswer } from '../http.ts';
import { lost } from '../queue-api.ts';
import { failureOf } from './account.ts';
import type { KlingOperation, KlingTask } from './wire.ts';

/** Throws NoClearAnswer while a video that is paid for may still show up. */
export function outcomeOf(task: KlingTask, job: KlingOperation): Reading {
  const { status, billing, message } = task;
  switch (status) {
    case 'submitted':
      return { state: 'queued' };
    case 'processing':
      return { state: 'running' };
    case 'succeeded':
    // The word of its older paths.
    case 'succeed': {
      const says = 'Kling says succeeded, and names no video';
      return videoOf(task) ?? { doubt: 'may-pass', says, end: lost(job, billing) };
    }
    case 'failed':
      return failed(task);
    default: {
      const says = 'Kling answers with a state that is not known';
      const video = videoOf(task);
      if (video) return video;
      if (!message) throw new NoClearAnswer(says);
      return { doubt: 'unfamiliar', says, end: failed(task) };
    }
  }
}

/** Without a bill in the answer, the video's own seconds are counted. */
function videoOf({ outputs = [], billing: costMicros }: KlingTask): ProviderStatus | undefined {
  const url = outputs.find((one) => one.url && (one.type ?? 'video') === 'video')?.url;
  if (!url) return undefined;
  return {
    state: 'completed',
    result: { kind: 'url', url },
    ...(costMicros === undefined ? {} : { costMicros }),
  };
}

/** Whether Kling bills what failed is written nowhere: without a bill in the answer nobody knows. */
const failed = ({ message, billing: costMicros }: KlingTask): ProviderStatus => ({
  state: 'failed',
  failure: failureOf(message ?? ''),
  ...(costMicros === undefined ? {} : { costMicros }),
  ...unfetchedIn(message, costMicros === 0),
});
