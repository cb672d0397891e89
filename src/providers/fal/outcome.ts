/** What became of a request that fal.ai calls COMPLETED: a video, a failure, or a cancel all look the same there. */

import type { z } from 'zod';
import type { ProviderStatus } from '../../core/ports.ts';
import type { FailureCode } from '../../core/refusals.ts';
import { type ApiAnswer, NoClearAnswer } from '../http.ts';
import type { Patience } from '../patience.ts';
import { failureOf } from './failures.ts';
import { errorAnswer, type FalOperation, resultAnswer, type statusAnswer } from './wire.ts';

/**
 * Reads the status and the result together. Throws NoClearAnswer while the result may still come: a paid video is
 * not given up for a fault of the moment.
 */
export function outcomeOf(args: {
  status: z.infer<typeof statusAnswer>;
  result: ApiAnswer;
  operation: FalOperation;
  unitMicros: number | undefined;
  patience: Patience;
}): ProviderStatus {
  const { status, result, operation, unitMicros, patience } = args;
  const billed = billedMicros(result, unitMicros);
  const ended = <T extends ProviderStatus>(outcome: T): T => {
    patience.forget(operation.requestId);
    return outcome;
  };
  const failed = (failure: FailureCode, costMicros = billed ?? 0) =>
    ended({ state: 'failed', failure, costMicros });

  const video = result.status === 200 ? resultAnswer.safeParse(result.json) : undefined;
  if (video?.success) {
    return ended({
      state: 'completed',
      result: { kind: 'url', url: video.data.video.url },
      ...(billed === undefined ? {} : { costMicros: billed }),
    });
  }
  const error = errorAnswer.catch({}).parse(result.json);
  const type = status.error_type ?? error.error_type ?? result.header('x-fal-error-type');
  if (type === 'client_cancelled' || type === 'client_disconnected')
    return ended({ state: 'cancelled', costMicros: billed ?? 0 });

  // The model's own refusal, and a failure that the status itself tells, are final.
  const isAccount = [401, 402, 403, 407, 408, 429].includes(result.status);
  const isRefusal = result.status >= 400 && result.status < 500 && !isAccount && result.status !== 404;
  if (isRefusal && (Array.isArray(error.detail) || type)) return failed(failureOf(error, type));
  if (status.error_type || status.error) return failed(failureOf(error, type));
  if (Array.isArray(error.detail) && result.header('x-fal-retryable') === 'false')
    return failed(failureOf(error, type));

  // The rest may be the moment's trouble. A structured error that keeps coming is the stored end of this request.
  const structured = Array.isArray(error.detail) || type !== undefined;
  const worthBelieving =
    structured || result.status === 404 || result.status === 410 || result.status === 200;
  if (!isAccount && worthBelieving && patience.believes(operation.requestId)) {
    return structured
      ? failed(failureOf(error, type))
      : failed('result-lost', billed ?? operation.quoteMicros ?? 0);
  }
  throw new NoClearAnswer(`fal.ai says completed, and answers ${result.status} for the result`);
}

/** What fal.ai counted, at the price per unit; undefined when it doesn't say. */
function billedMicros(result: ApiAnswer, unitMicros: number | undefined): number | undefined {
  const header = result.header('x-fal-billable-units');
  const units = header === undefined || header.trim() === '' ? Number.NaN : Number(header);
  if (!Number.isFinite(units) || units < 0) return undefined;
  if (units === 0) return 0;
  return unitMicros === undefined ? undefined : Math.round(units * unitMicros);
}
