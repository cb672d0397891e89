/** The other side of a provider that takes our id with a job, refuses its twin for free, and can be asked for it. */
import type { Operation } from '../../src/core/job/job.ts';
import type { Provider, SubmitOutcome } from '../../src/core/ports.ts';
import { createRemote, type Remote } from './remote.ts';

/**
 * What becomes of a submit. `lost`: taken, and the answer is lost. `vanished`: it never arrives, and nobody says so.
 * `late`: it arrives after the next two look-ups, and the answer is lost.
 */
type Fate = 'accepted' | 'refused' | 'full' | 'lost' | 'vanished' | 'late';

export type SameIdRemote = Remote & {
  /** What the next submits come to; `accepted` when empty. */
  fates: Fate[];
  /** Every call that was made to submit, by our id. */
  calls: string[];
  /** How many look-ups there were, and what the next ones throw. */
  looks: number;
  lookFails: number;
  uploads: number;
  /** So many look-ups show nothing of a job that is there. */
  unseenFor: number;
};

/**
 * `shows`: whether it answers for certain that there is no job, as Kling does; or shows none where one may be under way,
 * and says of a twin that the first was taken, as Runware does.
 */
export function createSameIdRemote(shows: 'all' | 'some' = 'all', id = 'kept'): SameIdRemote {
  const base = createRemote(id);
  const made = new Map<string, Operation>();
  /** How many look-ups a call still needs to arrive. */
  const underWay = new Map<string, number>();
  /** The first call for an id makes a job, which is billed; every other makes nothing. */
  const arrive = (jobId: string): Operation | undefined => {
    if (made.has(jobId)) return undefined;
    const operation = { id: `op-${made.size + 1}` };
    made.set(jobId, operation);
    base.submits.push(jobId);
    return operation;
  };
  const provider: Provider = {
    ...base.provider,
    capabilities: { ...base.provider.capabilities, repeat: 'same-id', neverCancels: true },
    async upload() {
      remote.uploads += 1;
      return { image: `up/image-${remote.uploads}`, clip: `up/clip-${remote.uploads}` };
    },
    async submit(jobId): Promise<SubmitOutcome> {
      remote.calls.push(jobId);
      const fate = remote.fates.shift() ?? 'accepted';
      if (fate === 'refused') return { kind: 'refused', failure: 'provider-out-of-balance' };
      if (fate === 'full') return { kind: 'full' };
      if (fate === 'vanished') return { kind: 'unknown' };
      if (fate === 'late') {
        underWay.set(jobId, 2);
        return { kind: 'unknown' };
      }
      const operation = arrive(jobId) ?? (shows === 'some' ? made.get(jobId) : undefined);
      return operation && fate === 'accepted' ? { kind: 'accepted', operation } : { kind: 'unknown' };
    },
    async find(jobId) {
      remote.looks += 1;
      if (remote.lookFails > 0) {
        remote.lookFails -= 1;
        throw new Error('503');
      }
      const isUnseen = made.has(jobId) && remote.unseenFor > 0;
      if (isUnseen) remote.unseenFor -= 1;
      const found = (isUnseen ? undefined : made.get(jobId)) ?? (shows === 'all' ? 'absent' : 'not-seen');
      const left = underWay.get(jobId);
      if (left !== undefined) underWay.set(jobId, left - 1);
      if (left === 1) arrive(jobId);
      return found;
    },
    cancel: async () => 'too-late',
  };
  const remote: SameIdRemote = {
    ...base,
    provider,
    fates: [],
    calls: [],
    looks: 0,
    lookFails: 0,
    uploads: 0,
    unseenFor: 0,
  };
  // The scripted statuses are the base's own.
  provider.status = async () => {
    const status = remote.statuses.length > 1 ? remote.statuses.shift() : remote.statuses[0];
    if (!status || status instanceof Error) throw status ?? new Error('no status scripted');
    return status;
  };
  return remote;
}
