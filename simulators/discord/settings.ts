/** How this Discord behaves; each may be changed while it runs. */
import { GatewayIntentBits } from 'discord-api-types/v10';

export type Limit = { limit: number; perMs: number };

export type Settings = {
  /** The first answer to an interaction must come within this. */
  ackMs: number;
  /** How long an interaction's token lives. */
  tokenMs: number;
  /** How long a signed CDN address serves. */
  cdnLifeMs: number;
  /** What one file may have where nobody's Nitro or boosts give more. */
  fileLimitBytes: number;
  /** What one file may have in a server, by its boost tier. */
  tierLimitBytes: [number, number, number, number];
  /** What the proxy in front lets through at all. */
  requestLimitBytes: number;
  /** How a file that is too large is refused: with 40005, or by the proxy without JSON. */
  tooLarge: 'json' | 'proxy';
  /** Follow-ups per interaction where only the user installed the app. */
  followUps: number;
  /** Per interaction token. */
  webhookLimit: Limit | 'none';
  /** Messages sent to one channel. */
  channelLimit: Limit | 'none';
  /** Requests of the bot in all; interaction routes don't count. */
  globalLimit: Limit | 'none';
  /** How long a nonce with enforce_nonce is remembered. */
  nonceMs: number;
  /** The privileged intents that the app was granted, as bits. */
  privilegedIntents: number;
  /** Whether a mention lets the bot read the message that its message replies to. No primary source says. */
  mentionShowsReferenced: boolean;
  /** How often the bot may still log in today. */
  loginsLeft: number;
  heartbeatMs: number;
  /** How many shards may identify at once; the next ones five seconds later. */
  maxConcurrency: number;
  /** How many shards the gateway is to have; by the number of servers when undefined. */
  shards?: number;
};

const MIB = 2 ** 20;

export const defaults = (): Settings => ({
  ackMs: 3_000,
  tokenMs: 15 * 60_000,
  cdnLifeMs: 24 * 3_600_000,
  fileLimitBytes: 10 * MIB,
  tierLimitBytes: [10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB],
  requestLimitBytes: 200 * MIB,
  tooLarge: 'json',
  followUps: 5,
  webhookLimit: { limit: 5, perMs: 2_000 },
  channelLimit: { limit: 5, perMs: 5_000 },
  globalLimit: { limit: 50, perMs: 1_000 },
  nonceMs: 5 * 60_000,
  privilegedIntents: 0,
  mentionShowsReferenced: true,
  loginsLeft: 999,
  heartbeatMs: 41_250,
  maxConcurrency: 1,
});

export const PRIVILEGED =
  GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences | GatewayIntentBits.MessageContent;
