/** The largest file that each place takes: what Discord named, what servers of that tier have, and what it refused. */
import type { Clock, KeyValueStore } from '../../../core/ports.ts';
import type { DiscordTarget } from '../target.ts';

const MIB = 2 ** 20;
/** For what the bot posts itself, by the server's boosts (Discord's help pages, 2026-11-21; a 413 is believed instead). */
const BY_TIER = [10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB] as const;
/** What a private message takes, and everybody everywhere: a refusal of less says nothing of the next file. */
const LEAST_BYTES = BY_TIER[0];
/** Boosts come and go. */
const LEARNT_FOR_MS = 24 * 3_600_000;
const PREFIX = 'limit:';

export type PostingPlace = 'follow-up' | 'channel' | 'dm';

export type Limits = {
  load(): Promise<void>;
  /** In bytes, as far as is known now. */
  of(rung: PostingPlace, to: DiscordTarget): number;
  /** A file of so many bytes was refused there. Answers with what may be tried instead. */
  refused(rung: PostingPlace, to: DiscordTarget, bytes: number): Promise<number>;
};

type LearntLimit = { bytes: number; until: number };

export function createLimits(parts: {
  kv: KeyValueStore;
  clock: Clock;
  tierOf: (guildId: string) => number | undefined;
}): Limits {
  const { kv, clock } = parts;
  const learnt = new Map<string, LearntLimit>();
  const keyOf = (rung: PostingPlace, { guildId = '' }: DiscordTarget): string =>
    rung === 'dm' ? 'dm' : `${rung}:${guildId}`;

  function named(rung: PostingPlace, { guildId, uploadLimitBytes }: DiscordTarget): number {
    if (rung === 'follow-up') return uploadLimitBytes;
    if (rung === 'dm' || guildId === undefined) return LEAST_BYTES;
    return BY_TIER[parts.tierOf(guildId) ?? 0] ?? BY_TIER[0];
  }

  return {
    async load() {
      for (const [key, kept] of await kv.startingWith<LearntLimit>(PREFIX)) {
        const place = key.slice(PREFIX.length);
        if (!learnt.has(place)) learnt.set(place, kept);
      }
    },
    of(rung, to) {
      const known = learnt.get(keyOf(rung, to));
      const learntBytes =
        known && known.until > clock.now() ? Math.max(LEAST_BYTES, known.bytes) : Number.POSITIVE_INFINITY;
      return Math.min(named(rung, to), learntBytes);
    },
    async refused(rung, to, bytes) {
      const place = keyOf(rung, to);
      const until = clock.now() + LEARNT_FOR_MS;
      const entry: LearntLimit = { bytes: Math.min(bytes - 1, this.of(rung, to)), until };
      learnt.set(place, entry);
      await kv.set(PREFIX + place, entry, LEARNT_FOR_MS);
      return Math.min(bytes - 1, this.of(rung, to));
    },
  };
}
