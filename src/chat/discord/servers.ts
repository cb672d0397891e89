/** What is worth knowing of servers: how large a file the bot's own messages may carry there, and its language. */
import { type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Clock, Log, Shelf } from '../../core/ports.ts';
import { troubleOf } from './outbound/trouble.ts';

/** Boosts come and go, but not by the hour. */
const KNOWN_FOR_MS = 6 * 3_600_000;
const KEY = 'tiers';

const guild = z.object({ premium_tier: z.int().min(0).max(3), preferred_locale: z.string() });
type Known = Record<string, { tier: number; locale: string; at: number }>;

export type Servers = {
  load(): Promise<void>;
  /** The server's boost tier, as far as it was ever asked for. */
  tierOf(guildId: string): number | undefined;
  /** For those whose own language is not told, as with messages. */
  localeOf(guildId: string): string | undefined;
  /** Asks for it unless it is known well enough. What fails is only logged: the least is assumed then. */
  learn(guildId: string): Promise<void>;
};

export function createServers(parts: { rest: REST; shelf: Shelf; clock: Clock; log: Log }): Servers {
  const { rest, shelf, clock, log } = parts;
  let known: Known = {};
  const asking = new Map<string, Promise<void>>();

  async function ask(guildId: string): Promise<void> {
    try {
      const { premium_tier: tier, preferred_locale: locale } = guild.parse(
        await rest.get(Routes.guild(guildId)),
      );
      known = { ...known, [guildId]: { tier, locale, at: clock.now() } };
      await shelf.set(KEY, known);
    } catch (error) {
      log.debug({ err: troubleOf(error) }, 'nothing could be learnt of a server');
    }
  }

  return {
    async load() {
      known = { ...(await shelf.get<Known>(KEY)), ...known };
    },
    tierOf: (guildId) => known[guildId]?.tier,
    localeOf: (guildId) => known[guildId]?.locale,
    async learn(guildId) {
      if ((known[guildId]?.at ?? 0) + KNOWN_FOR_MS > clock.now()) return;
      const now = asking.get(guildId) ?? ask(guildId).finally(() => asking.delete(guildId));
      asking.set(guildId, now);
      await now;
    },
  };
}
