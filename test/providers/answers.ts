/** What becomes of a job by what its provider keeps answering. */
import type { Operation } from '../../src/core/job/job.ts';
import type { Provider, ProviderStatus } from '../../src/core/ports.ts';
import type { FailureCode } from '../../src/core/refusals.ts';

/** More looks than anything but a fault of the moment needs. */
const LOOKS = 12;

export type Fate = { looks: number; status: ProviderStatus } | 'asked again';

/** The usual time between two looks once answers fail. */
const LOOK_EVERY_MS = 30_000;

/** Looks at the job until something is said of it: how many looks that took; or that it is asked again and again. */
export async function fateOf(
  provider: Provider,
  operation: Operation,
  time: { advance(ms: number): Promise<void> },
): Promise<Fate> {
  for (let looks = 1; looks <= LOOKS; looks += 1) {
    if (looks > 1) await time.advance(LOOK_EVERY_MS);
    const status = await provider.status(operation, new AbortController().signal).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'NoClearAnswer') return undefined;
      throw error;
    });
    if (status) return { looks, status };
  }
  return 'asked again';
}

/** How a table says it. */
export const failed = (failure: FailureCode, looks = 1, costMicros = 0): Fate => ({
  looks,
  status: { state: 'failed', failure, costMicros },
});
/** Of what nobody knows whether it is billed. */
export const unsettled = (failure: FailureCode, looks: number): Fate => ({
  looks,
  status: { state: 'failed', failure },
});
export const cancelled: Fate = { looks: 1, status: { state: 'cancelled', costMicros: 0 } };
export const stands = (status: ProviderStatus): Fate => ({ looks: 1, status });
