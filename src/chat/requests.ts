/**
 * Stores members' requests to the admins until they are decided: where the member's message is, and what the admins
 * read.
 */
import { type AskedOffer, jobIdsOf } from '../core/library/cast-offer.ts';
import type { KeyValueStore } from '../core/ports.ts';
import type { Line } from './page.ts';

/** `jobId`: of the first of what a yes would make. `place`: opaque JSON of the chat, where the member's own message stands, which says what becomes of it. */
export type Request = {
  jobId: string;
  /** Where it was asked; earlier versions have not noted it. */
  spaceId?: string;
  /** The note goes when that member wants to be forgotten. */
  memberId: string;
  place: Record<string, unknown>;
  /** What the admins read, once they were asked. */
  lines?: readonly Line[];
  decided?: true;
};

/** Longer than anybody may still decide. */
const KEPT_MS = 8 * 24 * 3_600_000;

export type Requests = ReturnType<typeof createRequests>;

/** By the offer's code. `read` makes one of what an earlier version has noted. */
export function createRequests(
  kv: KeyValueStore,
  read: (noted: Record<string, unknown>) => Partial<Request>,
) {
  const keyOf = (code: string): string => `request:${code}`;
  async function get(code: string): Promise<Partial<Request> | undefined> {
    const noted = await kv.get<Record<string, unknown>>(keyOf(code));
    return noted && ('place' in noted ? noted : read(noted));
  }
  const change = async (code: string, news: Partial<Request>): Promise<void> => {
    await kv.set(keyOf(code), { ...(await get(code)), ...news }, KEPT_MS);
  };
  return {
    get,
    /** The member asks, on that message. */
    ask(offer: AskedOffer, place: Request['place']): Promise<void> {
      const { code, requester } = offer;
      const [jobId] = jobIdsOf(offer);
      return change(code, { jobId, spaceId: requester.spaceId, memberId: requester.memberId, place });
    },
    /** The admins were asked, with these words. */
    told: (code: string, lines: readonly Line[]): Promise<void> => change(code, { lines }),
    decided: (code: string): Promise<void> => change(code, { decided: true }),
  };
}
