/** Looks up channels: a thread's parent, and whether the bot may write there. */
import { ChannelType, PermissionFlagsBits as P, type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Log } from '../../../core/ports.ts';
import { Recent } from '../../recent.ts';
import { WRITABLE } from '../channel-types.ts';
import { DiscordTrouble, troubleOf } from '../outbound/trouble.ts';

const overwrite = z.object({ id: z.string(), allow: z.string(), deny: z.string() });
const channelSchema = z.object({
  type: z.number(),
  guild_id: z.string().optional(),
  parent_id: z.string().nullish(),
  nsfw: z.boolean().default(false),
  permission_overwrites: z.array(overwrite).default([]),
});
const guildSchema = z.object({
  owner_id: z.string(),
  roles: z.array(z.object({ id: z.string(), permissions: z.string() })),
});
const memberSchema = z.object({ roles: z.array(z.string()) });

const THREADS: ReadonlySet<number> = new Set([
  ChannelType.AnnouncementThread,
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
]);
const REMEMBERED = 5_000;

export type Channels = {
  /** Undefined for what is no thread, or can't be looked at. */
  threadParent(channelId: string): Promise<string | undefined>;
  /** Whether Discord marks it, which is no thread, as for adults. Throws passing trouble. */
  isForAdults(channelId: string): Promise<boolean>;
  /** Whether the bot can see that channel of the server and write there. Throws passing trouble. */
  canPost(guildId: string, channelId: string): Promise<boolean>;
};

export function createChannels(parts: { rest: REST; botUserId(): string | undefined; log: Log }): Channels {
  const { rest, log } = parts;
  /** A thread stays where it is for good. */
  const parents = new Recent<string, string | undefined>(REMEMBERED);

  async function get<T>(schema: z.ZodType<T>, route: `/${string}`): Promise<T> {
    try {
      return schema.parse(await rest.get(route));
    } catch (error) {
      throw troubleOf(error);
    }
  }

  return {
    async threadParent(channelId) {
      if (parents.has(channelId)) return parents.get(channelId);
      try {
        const { type, parent_id } = await get(channelSchema, Routes.channel(channelId));
        const parent = THREADS.has(type) ? (parent_id ?? undefined) : undefined;
        parents.set(channelId, parent);
        return parent;
      } catch (err) {
        log.info({ err }, 'a channel could not be looked up');
        return undefined;
      }
    },

    async isForAdults(channelId) {
      try {
        return (await get(channelSchema, Routes.channel(channelId))).nsfw;
      } catch (error) {
        // Where it may not look, nobody can have asked it for anything but by a slip of Discord's own.
        if (error instanceof DiscordTrouble && error.closed) return false;
        throw error;
      }
    },

    async canPost(guildId, channelId) {
      const bot = parts.botUserId();
      if (bot === undefined) return false;
      try {
        const channel = await get(channelSchema, Routes.channel(channelId));
        if (channel.guild_id !== guildId || !WRITABLE.some((type) => type === channel.type)) return false;
        const isThread = THREADS.has(channel.type);
        const { permission_overwrites: overwrites } =
          isThread && channel.parent_id
            ? await get(channelSchema, Routes.channel(channel.parent_id))
            : channel;
        const guild = await get(guildSchema, Routes.guild(guildId));
        const { roles } = await get(memberSchema, Routes.guildMember(guildId, bot));
        const held = permissionsOf({ guildId, bot, ...guild, held: roles, overwrites });
        const needed = P.ViewChannel | (isThread ? P.SendMessagesInThreads : P.SendMessages);
        return (held & needed) === needed;
      } catch (error) {
        if (error instanceof DiscordTrouble && error.closed) return false;
        throw error;
      }
    },
  };
}

const EVERYTHING = Object.values(P).reduce((all, bit) => all | bit, 0n);

/** Worked out as developer docs, topics/permissions, 2026-11-21, say: everybody's, the roles', then the member's own. */
function permissionsOf(of: {
  guildId: string;
  bot: string;
  owner_id: string;
  roles: readonly { id: string; permissions: string }[];
  held: readonly string[];
  overwrites: readonly z.infer<typeof overwrite>[];
}): bigint {
  const { guildId, bot, held, overwrites } = of;
  const base = of.roles
    .filter(({ id }) => id === guildId || held.includes(id))
    .reduce((all, { permissions }) => all | BigInt(permissions), 0n);
  if (of.owner_id === bot || (base & P.Administrator) !== 0n) return EVERYTHING;
  const over = (before: bigint, fits: (id: string) => boolean): bigint => {
    const chosen = overwrites.filter(({ id }) => fits(id));
    const sum = (which: 'allow' | 'deny') => chosen.reduce((all, one) => all | BigInt(one[which]), 0n);
    return (before & ~sum('deny')) | sum('allow');
  };
  const forAll = over(base, (id) => id === guildId);
  const forRoles = over(forAll, (id) => held.includes(id));
  return over(forRoles, (id) => id === bot);
}
