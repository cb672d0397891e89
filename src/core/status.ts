/** How the bot does just now, for members: is it them or the provider, and how long do videos take today? */
import type { Context } from './context.ts';
import type { Examination } from './diagnosis.ts';
import type { ProviderHealth } from './price/provider-health.ts';

const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
/** One job may fail anywhere. */
const FAILURES = 2;

export type ProviderStatus = {
  id: string;
  /** It takes jobs, and has not failed one after the other in the last hour. */
  works: boolean;
  /** Of today's renders, from submit to the video. */
  usualMs?: number;
};

/** `providers`: those that cost something, in the operator's order; none where this machine alone makes drafts. */
export type Status = { providers: ProviderStatus[]; found?: Examination };

export type StatusParts = {
  providerHealth: Pick<ProviderHealth, 'since'>;
  /** Looks at everything, for the operator. */
  examine(): Promise<Examination>;
};

/** `full`: with what an examination finds, which is the operator's alone. */
export const createStatus =
  ({ registry, clock }: Pick<Context, 'registry' | 'clock'>, { providerHealth, examine }: StatusParts) =>
  async (full: boolean): Promise<Status> => {
    const open = new Set(registry.open().map(({ id }) => id));
    const providers = registry.hosted().map((id): ProviderStatus => {
      const now = clock.now();
      const { ended, failed } = providerHealth.since(id, now - HOUR_MS);
      const isFailing = failed >= FAILURES && failed === ended;
      const { usualMs } = providerHealth.since(id, now - DAY_MS);
      return { id, works: open.has(id) && !isFailing, ...(usualMs === undefined ? {} : { usualMs }) };
    });
    return { providers, ...(full ? { found: await examine() } : {}) };
  };
