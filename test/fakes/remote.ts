/** A provider's own side: what it was sent, what it bills, how its jobs stand. It lives on when our process dies. */
import type { Operation } from '../../src/core/job/job.ts';
import type { CancelOutcome, Offer, Provider, ProviderStatus, SubmitOutcome } from '../../src/core/ports.ts';

export type Remote = {
  provider: Provider;
  /** Every billable call that arrived, by our job id. */
  submits: string[];
  /** What the next submits come to; `accepted` when empty. `lost` is accepted there, but the answer never comes. */
  answers: (SubmitOutcome['kind'] | 'lost')[];
  /** What status calls say, in turn; the last one stays. */
  statuses: (ProviderStatus | Error)[];
  cancels: CancelOutcome[];
  cancelled: Operation[];
  billedMicros(): number;
};

export const PRICE = 280_000;
export const COMPLETED = {
  state: 'completed',
  result: { kind: 'url', url: 'https://cdn.test/v.mp4' },
  costMicros: PRICE,
} satisfies ProviderStatus;

export function createRemote(
  id: string,
  {
    micros = PRICE,
    free = false,
    offers = [{ model: 'kling-2.6', quality: 'standard' }],
  }: { micros?: number; free?: boolean; offers?: readonly Offer[] } = {},
): Remote {
  const submits: string[] = [];
  const remote: Remote = {
    submits,
    answers: [],
    statuses: [{ state: 'queued', position: 1 }, { state: 'running' }, { ...COMPLETED, costMicros: micros }],
    cancels: [],
    cancelled: [],
    billedMicros: () => submits.length * micros,
    provider: {
      id,
      capabilities: {
        offers,
        negativePrompt: false,
        free,
        pollFloorMs: 2_000,
      },
      quote: async () => ({ micros, notes: [] }),
      upload: async () => ({ image: 'up/image', clip: 'up/clip' }),
      async submit(jobId): Promise<SubmitOutcome> {
        const kind = remote.answers.shift() ?? 'accepted';
        if (kind === 'not-sent') return { kind };
        if (kind === 'refused') return { kind, failure: 'provider-busy' };
        submits.push(jobId);
        if (kind === 'lost') throw new Error('socket hang up');
        if (kind === 'unknown') return { kind };
        return { kind: 'accepted', operation: { id: `op-${submits.length}` } };
      },
      async status() {
        const status = remote.statuses.length > 1 ? remote.statuses.shift() : remote.statuses[0];
        if (!status) throw new Error('no status scripted');
        if (status instanceof Error) throw status;
        return status;
      },
      async cancel(operation) {
        remote.cancelled.push(operation);
        return remote.cancels.shift() ?? 'cancelled';
      },
    },
  };
  return remote;
}

/** The first says no, and the other has the video at once, for $0.42. */
export function withDearer(first: Remote): [Remote, Remote] {
  const micros = 420_000;
  const dear = createRemote('dear', { micros });
  dear.provider.capabilities.pollFloorMs = 20;
  dear.statuses = [{ ...COMPLETED, costMicros: micros }];
  first.answers = ['refused'];
  return [first, dear];
}
