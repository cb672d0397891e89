/** Facts about a server: its upload limit for the bot's own messages, its language, its roles. */
import { type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Clock, KeyValueStore, Log } from '../../core/ports.ts';
import { troubleOf } from './outbound/trouble.ts';

/** Boosts come and go, but not by the hour. */
const KNOWN_FOR_MS = 6 * 3_600_000;
const PREFIX = 'server:';

const guild = z.object({
  premium_tier: z.int().min(0).max(3),
  preferred_locale: z.string(),
  roles: z.array(z.object({ id: z.string(), position: z.number() })).catch([]),
});
type ServerFacts = { tier: number; locale: string; at: number };

export type Servers = {
  load(): Promise<void>;
  /** The server's boost tier, as far as it was ever asked for. */
  tierOf(guildId: string): number | undefined;
  /** For those whose own language is not told, as with messages. */
  localeOf(guildId: string): string | undefined;
  /** These roles, the highest first; in the order given where the server's own is not known. */
  highestFirst(guildId: string, roles: readonly string[]): string[];
  /**
   * Asks for it unless it is known well enough; `ranksWithinMs`: so long ago at the most, where the order of the roles
   * matters. What fails is only logged: the least is assumed then.
   */
  learn(guildId: string, ranksWithinMs?: number): Promise<void>;
};

export function createServers(parts: { rest: REST; kv: KeyValueStore; clock: Clock; log: Log }): Servers {
  const { rest, kv, clock, log } = parts;
  const known = new Map<string, ServerFacts>();
  const asking = new Map<string, Promise<void>>();
  /** In memory alone, and only of servers where it matters: there may be hundreds in each. */
  const ranks = new Map<string, { at: number; places: Map<string, number> }>();

  async function ask(guildId: string, withRanks: boolean): Promise<void> {
    try {
      const {
        premium_tier: tier,
        preferred_locale: locale,
        roles,
      } = guild.parse(await rest.get(Routes.guild(guildId)));
      if (withRanks) ranks.set(guildId, { at: clock.now(), places: placesOf(roles) });
      const now: ServerFacts = { tier, locale, at: clock.now() };
      known.set(guildId, now);
      await kv.set(PREFIX + guildId, now);
    } catch (error) {
      log.debug({ err: troubleOf(error) }, 'nothing could be learnt of a server');
    }
  }

  return {
    async load() {
      for (const [key, kept] of await kv.startingWith<ServerFacts>(PREFIX)) {
        const guildId = key.slice(PREFIX.length);
        if (!known.has(guildId)) known.set(guildId, kept);
      }
    },
    tierOf: (guildId) => known.get(guildId)?.tier,
    localeOf: (guildId) => known.get(guildId)?.locale,
    highestFirst(guildId, roles) {
      const places = ranks.get(guildId)?.places;
      const placeOf = (id: string): number => places?.get(id) ?? Number.POSITIVE_INFINITY;
      return places ? roles.toSorted((a, b) => placeOf(a) - placeOf(b) || 0) : [...roles];
    },
    async learn(guildId, ranksWithinMs) {
      const now = clock.now();
      const isKnown = (known.get(guildId)?.at ?? 0) + KNOWN_FOR_MS > now;
      const areRanked = ranksWithinMs === undefined || (ranks.get(guildId)?.at ?? 0) + ranksWithinMs > now;
      if (isKnown && areRanked) return;
      const withRanks = ranksWithinMs !== undefined;
      const key = `${guildId} ${withRanks}`;
      const underWay = asking.get(key) ?? ask(guildId, withRanks).finally(() => asking.delete(key));
      asking.set(key, underWay);
      await underWay;
    },
  };
}

/** By role: how many stand above it. Of two at the same height, the older one does. */
function placesOf(roles: readonly { id: string; position: number }[]): Map<string, number> {
  const sorted = roles.toSorted((a, b) => b.position - a.position || (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  return new Map(sorted.map(({ id }, place) => [id, place]));
}
