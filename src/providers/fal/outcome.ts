/** What became of a request that fal.ai calls COMPLETED: a video, a failure, or a cancel all look the same there. */

import type { z } from 'zod';
import { isAbsent, isFinalNo, type Reading } from '../doubts.ts';
import { fromUpstream, unfetchedIn } from '../failures.ts';
import { type ApiAnswer, NoClearAnswer } from '../http.ts';
import { lost } from '../queue-api.ts';
import { failureOf } from './failures.ts';
import { errorAnswer, type FalOperation, resultAnswer, type statusAnswer } from './wire.ts';

/** A result that is asked for too early is refused like a failure, but for these words (field reports, 2026-11-21). */
const TOO_EARLY = /still in progress|in queue|not (?:yet )?(?:ready|completed?|finished)/i;

export const isVideo = (result: ApiAnswer): boolean =>
  result.status === 200 && resultAnswer.safeParse(result.json).success;

/**
 * Reads the status and the result together. Throws NoClearAnswer while the result may still come: a paid video is
 * not given up for a fault of the moment.
 */
export function outcomeOf(args: {
  status: z.infer<typeof statusAnswer>;
  result: ApiAnswer;
  operation: FalOperation;
  unitMicros: number | undefined;
  /** Where the price of a unit is not sure, no more than was quoted is taken to be billed. */
  mostMicros?: number | undefined;
}): Reading {
  const { status, result, operation, unitMicros, mostMicros = Infinity } = args;
  const counted = billedMicros(result, unitMicros);
  const billed = counted === undefined ? undefined : Math.min(counted, mostMicros);
  const video = result.status === 200 ? resultAnswer.safeParse(result.json) : undefined;
  if (video?.success) {
    return {
      state: 'completed',
      result: { kind: 'url', url: video.data.video.url },
      ...(billed === undefined ? {} : { costMicros: billed }),
    };
  }
  const error = errorAnswer.catch({}).parse(result.json);
  const type = status.error_type ?? error.error_type ?? result.header('x-fal-error-type');
  if (type === 'client_cancelled' || type === 'client_disconnected')
    return { state: 'cancelled', costMicros: billed ?? 0 };

  const says = `fal.ai says completed, and answers ${result.status} for the result`;
  const failed = {
    state: 'failed',
    failure: failureOf(error, { type, text: status.error }),
    costMicros: billed ?? 0,
    // What is refused is mostly free, but not always: only a count says so.
    ...unfetchedIn([error, status.error], billed === 0),
  } as const;
  const isTold = Array.isArray(error.detail) || type !== undefined;

  // The model's own refusal, and a failure that the status itself tells, are final.
  if (isFinalNo(result.status)) {
    if (isTold) return failed;
    if (typeof error.detail === 'string') {
      if (TOO_EARLY.test(error.detail)) throw new NoClearAnswer(says);
      return failed;
    }
  }
  if (status.error_type || status.error) return failed;
  if (Array.isArray(error.detail) && result.header('x-fal-retryable') === 'false') return failed;
  if (isFinalNo(result.status)) {
    const failure = fromUpstream(result.json ?? '');
    // What is understood is a refusal, which costs nothing; of anything else nobody knows the bill.
    const costMicros = failure === 'provider-down' ? billed : (billed ?? 0);
    const end = { state: 'failed', failure, ...(costMicros === undefined ? {} : { costMicros }) } as const;
    return { doubt: 'unfamiliar', says, end };
  }
  // The video may come a little later than the word that it is there.
  if (result.status === 200 || isAbsent(result.status))
    return { doubt: 'may-pass', says, end: isTold ? failed : lost(operation, billed) };
  // A structured error of a server that keeps coming is the stored end of this request.
  if (isTold && result.status >= 500) return { doubt: 'may-pass', says, end: failed };
  throw new NoClearAnswer(says);
}

/** What fal.ai counted, at the price per unit; undefined when it doesn't say. */
function billedMicros(result: ApiAnswer, unitMicros: number | undefined): number | undefined {
  const header = result.header('x-fal-billable-units');
  const units = header === undefined || header.trim() === '' ? Number.NaN : Number(header);
  if (!Number.isFinite(units) || units < 0) return undefined;
  if (units === 0) return 0;
  return unitMicros === undefined ? undefined : Math.round(units * unitMicros);
}
