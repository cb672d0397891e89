/**
 * Members whose files nobody else may animate, by their account. It holds wherever this bot is, and outlives what else is
 * kept of them: it is their own wish.
 */
import type { Requester } from '../job/job.ts';
import type { Clock, KeyValueStore } from '../ports.ts';
import type { Refusal } from '../refusals.ts';
import type { AuditLog } from './audit.ts';
import { messengerOf } from './consent.ts';

export type OptOuts = {
  has(memberId: string): Promise<boolean>;
  /** Answers whether that is news. */
  set(memberId: string, out: boolean): Promise<boolean>;
};

export function createOptOuts(kv: KeyValueStore): OptOuts {
  const keyOf = (memberId: string): string => `member:${memberId}`;
  const has = async (memberId: string): Promise<boolean> => (await kv.get(keyOf(memberId))) !== undefined;
  return {
    has,
    async set(memberId, out) {
      if ((await has(memberId)) === out) return false;
      if (out) await kv.set(keyOf(memberId), true);
      else await kv.delete(keyOf(memberId));
      return true;
    },
  };
}

/** On record where it is news; the record comes last, so that one that is missing tells of nothing that did not happen. */
export async function optOut(
  { optOuts, audit, clock }: { optOuts: OptOuts; audit: AuditLog; clock: Clock },
  { memberId, spaceId }: Requester,
  out: boolean,
): Promise<void> {
  if (!(await optOuts.set(memberId, out))) return;
  await audit.append({ kind: out ? 'opted-out' : 'opted-in', atMs: clock.now(), spaceId, by: memberId });
}

type Given = { postedBy?: string };

/** Why one of the files can't be used, said so that it tells nothing of whoever does not want it. */
export async function refusalByOwner(
  optOuts: OptOuts,
  requester: Requester,
  files: { image: Given; clip: Given },
): Promise<Extract<Refusal, { code: 'not-usable' }> | undefined> {
  for (const what of ['image', 'clip'] as const) {
    const { postedBy } = files[what];
    const owner = postedBy === undefined ? requester.memberId : messengerOf(postedBy);
    if (owner !== requester.memberId && (await optOuts.has(owner))) return { code: 'not-usable', what };
  }
  return undefined;
}
