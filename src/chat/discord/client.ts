/**
 * The connection to Discord. The library keeps the connection; what comes over it is read from the packets themselves,
 * as its own objects of a server's message need the whole server in memory.
 *
 * * Intents, the fewest that serve: commands, menus, buttons and forms come without any. `GuildMessages` is there for
 * mentions; of messages that mention the bot, Discord shows text and files without the privileged Message Content
 * intent. `Guilds` would bring every channel and role of every server, of which we need one number now and then: it is
 * asked for (servers.ts).
 */
import { Client, GatewayIntentBits, Options, REST, SimpleShardingStrategy } from 'discord.js';
import type { Shards } from './shards.ts';

/** The library's own version of the API, named so that an update of it can't change ours by the way. */
const VERSION = '10';
const TIMEOUT_MS = 15_000;

/** For everything that the bot asks or tells, apart from first answers and files. */
export const createRest = (apiUrl: string, token: string): REST =>
  new REST({ api: apiUrl, version: VERSION, timeout: TIMEOUT_MS }).setToken(token);

/**
 * For answers by an interaction's token. They don't count among the bot's own 50 requests a second (developer docs,
 * topics/rate-limits, 2026-11-21), and must not wait for those.
 */
export const createTokenRest = (apiUrl: string): REST =>
  new REST({
    api: apiUrl,
    version: VERSION,
    timeout: TIMEOUT_MS,
    globalRequestsPerSecond: Number.POSITIVE_INFINITY,
  });

/** `close` ends it for good, at whatever point of its making it is. */
export type Connection = { client: Client; close(): Promise<void> };

export type ConnectionOptions = {
  intents?: GatewayIntentBits[];
  shards?: Shards | undefined;
  /**
   * Waits until this shard may log in, where other processes log in too; `atOnce`: so many at once, one for each rest
   * that a shard's number leaves.
   */
  identify?: ((shard: number, atOnce: number, signal: AbortSignal) => Promise<void>) | undefined;
};

/** A connection that is not made yet. One that has ended can't be made again: each try takes a new one. */
export function createConnection(
  apiUrl: string,
  { intents = [GatewayIntentBits.GuildMessages], shards = 'auto', identify }: ConnectionOptions = {},
): Connection {
  let sockets: SimpleShardingStrategy | undefined;
  let closing: Promise<void> = Promise.resolve();
  const client = new Client({
    intents,
    // From 2,500 servers on, one connection is not enough; Discord says how many are.
    ...(shards === 'auto' ? { shards } : shards),
    rest: { api: apiUrl, version: VERSION, timeout: TIMEOUT_MS },
    allowedMentions: { parse: [] },
    // Nothing is looked up in the library's memory, so nothing needs to be there.
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      ApplicationCommandManager: 0,
      DMMessageManager: 0,
      GuildMemberManager: 0,
      GuildMessageManager: 0,
      MessageManager: 0,
      UserManager: { maxSize: 0, keepOverLimit: (user) => user.id === user.client.user?.id },
    }),
    sweepers: Options.DefaultSweeperSettings,
    ws: {
      buildStrategy(given) {
        sockets = new SimpleShardingStrategy(given);
        return sockets;
      },
      ...(identify
        ? {
            async buildIdentifyThrottler(manager) {
              const { session_start_limit } = await manager.fetchGatewayInformation();
              return {
                waitForIdentify: (shard, signal) =>
                  identify(shard, session_start_limit.max_concurrency, signal),
              };
            },
          }
        : {}),
    },
  });
  async function end(): Promise<void> {
    await client.destroy();
    // The library forgets connections that it was about to make when it was told to end.
    await sockets?.destroy({ reason: 'stopping' });
  }
  return {
    client,
    close() {
      // One after the other: two at once wait for each other in the library.
      closing = closing.then(end, end);
      return closing;
    },
  };
}
