/** What must be known of a request to the admins until it is decided: where the member's own message is, and its words. */
import type { Shelf } from '../../../core/ports.ts';
import type { DiscordTarget } from '../target.ts';

export type Request = {
  jobId: string;
  /** Of the member who asked. */
  target: DiscordTarget;
  /** The member's own message, which says what becomes of it. */
  channelId: string;
  messageId: string;
  /** What the admins read, once they were asked. */
  texts?: string[];
  decided?: true;
};

/** Longer than anybody may still decide. */
const KEPT_MS = 8 * 24 * 3_600_000;

export type Requests = ReturnType<typeof createRequests>;

/** By the offer's code. */
export function createRequests(shelf: Shelf) {
  const keyOf = (code: string): string => `request:${code}`;
  const get = (code: string): Promise<Request | undefined> => shelf.get<Request>(keyOf(code));
  return {
    get,
    async put(code: string, request: Request): Promise<void> {
      await shelf.set(keyOf(code), request, KEPT_MS);
    },
    async note(code: string, change: Pick<Request, 'texts' | 'decided'>): Promise<void> {
      const known = await get(code);
      if (known) await shelf.set(keyOf(code), { ...known, ...change }, KEPT_MS);
    },
  };
}
