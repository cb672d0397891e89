/**
 * The tokens that Discord gives with each interaction: whoever has one can answer in the bot's name, so they are kept
 * apart from jobs, never logged, and gone when they are dead.
 */
import type { Clock, KeyValueStore } from '../../core/ports.ts';

/** interactions/receiving-and-responding: "Interaction tokens are valid for 15 minutes", read 2026-11-21. */
const LIVES_MS = 15 * 60_000;
/** Our clock and Discord's may differ, and a request takes its time: a token used too late counts against the bot. */
const MARGIN_MS = 10_000;
const DISCORD_EPOCH_MS = 1_420_070_400_000;

export type StoredToken = { applicationId: string; token: string; receivedAt: number };
type LiveToken = { applicationId: string; token: string; expiresAt: number };

export type Tokens = {
  /** Keeps the token until it dies. A later one for the same event takes its place: its `@original` is the same message. */
  remember(eventId: string, token: StoredToken): Promise<void>;
  /** Undefined once it is dead, or so near to it that a request may come too late. */
  get(eventId: string): Promise<LiveToken | undefined>;
  /** Discord has said that it is dead. */
  drop(eventId: string): Promise<void>;
  /** Without a look at the disk: whether `get` should find one now, by the event's own age where nothing else is known. */
  seemsAlive(eventId: string): boolean;
};

export function createTokens({ kv, clock }: { kv: KeyValueStore; clock: Clock }): Tokens {
  /** When each dies, as far as this process has seen them, the oldest first. */
  const ends = new Map<string, number>();
  const keyOf = (eventId: string): string => `token:${eventId}`;
  const dead = (expiresAt: number): boolean => clock.now() >= expiresAt - MARGIN_MS;

  function note(eventId: string, expiresAt: number): void {
    for (const [id, end] of ends) {
      // Long dead ones only: until then it must be known that they are dead.
      if (end + LIVES_MS > clock.now()) break;
      ends.delete(id);
    }
    ends.delete(eventId);
    ends.set(eventId, expiresAt);
  }

  return {
    async remember(eventId, { applicationId, token, receivedAt }) {
      const expiresAt = receivedAt + LIVES_MS;
      note(eventId, expiresAt);
      const leftMs = expiresAt - clock.now();
      if (leftMs > 0)
        await kv.set(keyOf(eventId), { applicationId, token, expiresAt } satisfies LiveToken, leftMs);
    },
    async get(eventId) {
      const kept = await kv.get<LiveToken>(keyOf(eventId));
      return kept && !dead(kept.expiresAt) ? kept : undefined;
    },
    async drop(eventId) {
      note(eventId, 0);
      await kv.delete(keyOf(eventId));
    },
    seemsAlive(eventId) {
      return !dead(ends.get(eventId) ?? createdAt(eventId) + LIVES_MS);
    },
  };
}

/** A snowflake holds the time of its making (developer docs, reference#snowflakes, read 2026-11-21). */
function createdAt(id: string): number {
  return /^\d{1,20}$/.test(id) ? Number(BigInt(id) >> 22n) + DISCORD_EPOCH_MS : 0;
}
