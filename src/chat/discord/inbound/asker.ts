/** Who is calling, from where, with which rights, all of it from the event itself: rights change between two clicks. */

import { ChannelType, MessageFlags, PermissionFlagsBits } from 'discord.js';
import type { Call, Core } from '../../../core/command.ts';
import type { Standing } from '../../../core/limits/access.ts';
import type { Servers } from '../servers.ts';
import type { DiscordTarget } from '../target.ts';
import { memberIdOf } from '../text.ts';
import type { Base, FormSent, Message, Press } from './wire.ts';

/** Who asked, where the answer goes, and what they may do there. Plain JSON. */
export type Asker = {
  target: DiscordTarget;
  moderator: boolean;
  /** Where limits may stand: of a thread, the channel that it hangs under. */
  channelId?: string | undefined;
  /** Discord marks the channel, of a thread that one, as for adults. */
  forAdults?: boolean | undefined;
  /** Everybody's own role, which has the server's id, comes last. */
  roles?: string[] | undefined;
};

/** Everybody's limit since 2025-01-16 (developer docs, reference#uploading-files). */
const LEAST_UPLOAD_BYTES = 10 * 2 ** 20;
const THREADS: readonly (number | undefined)[] = [
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
  ChannelType.AnnouncementThread,
];

export function askerOf(event: Base): Asker | undefined {
  const userId = event.member?.user.id ?? event.user?.id;
  const channelId = event.channel_id ?? event.channel?.id;
  if (userId === undefined || channelId === undefined) return undefined;
  // Key 0 names the server (or, in a DM with the bot, nothing) that the app was added to.
  const botIsHere = '0' in event.authorizing_integration_owners;
  const held = BigInt(event.app_permissions);
  const send = THREADS.includes(event.channel?.type)
    ? PermissionFlagsBits.SendMessagesInThreads
    : PermissionFlagsBits.SendMessages;
  const needed = PermissionFlagsBits.ViewChannel | send | PermissionFlagsBits.AttachFiles;
  return {
    target: {
      kind: 'interaction',
      eventId: event.id,
      userId,
      channelId,
      ...(event.guild_id ? { guildId: event.guild_id } : {}),
      locale: event.locale,
      private: false,
      botIsHere,
      canPost: botIsHere && (has(held, PermissionFlagsBits.Administrator) || has(held, needed)),
      uploadLimitBytes: event.attachment_size_limit ?? LEAST_UPLOAD_BYTES,
    },
    moderator: event.guild_id !== undefined && manages(BigInt(event.member?.permissions ?? '0')),
    channelId: (THREADS.includes(event.channel?.type) && event.channel?.parent_id) || channelId,
    ...(event.channel?.nsfw ? { forAdults: true } : {}),
    ...(event.guild_id ? { roles: [...(event.member?.roles ?? []), event.guild_id] } : {}),
  };
}

/** What answers a message that only one member sees is for that member alone, too. */
export function asSeen(asker: Asker, { message }: Press | FormSent): Asker {
  const isPrivate = ((message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  return { ...asker, target: { ...asker.target, private: isPrivate } };
}

const manages = (held: bigint): boolean =>
  has(held, PermissionFlagsBits.ManageGuild) || has(held, PermissionFlagsBits.Administrator);

/**
 * Of a mention. Which rights the author's roles give is not part of a message, so nobody is a moderator by it; and
 * whether the bot may post shows when it answers. Nor is it told whether the channel is a thread.
 */
export const mentionerOf = (
  { id, author, member, channel_id, guild_id }: Message,
  locale: string,
): Asker => ({
  target: {
    kind: 'message',
    eventId: id,
    userId: author.id,
    channelId: channel_id,
    ...(guild_id ? { guildId: guild_id } : {}),
    locale,
    private: false,
    botIsHere: true,
    canPost: true,
    uploadLimitBytes: LEAST_UPLOAD_BYTES,
  },
  moderator: false,
  channelId: channel_id,
  ...(guild_id ? { roles: [...(member?.roles ?? []), guild_id] } : {}),
});

const has = (held: bigint, needed: bigint): boolean => (held & needed) === needed;

/** The job of an event has an id made of the event's own. */
const callIdOf = ({ eventId }: DiscordTarget): string => `discord-${eventId}`;

/** Whose message it is, but for ours. */
export const posterOf = (author: { id: string } | undefined, botId: string): string | undefined =>
  author && author.id !== botId ? memberIdOf(author.id) : undefined;

/** A server is a space where the bot is a member; whoever brings the app along is alone with it. */
export function callOf(
  { target, moderator, channelId = target.channelId, forAdults, roles = [] }: Asker,
  { options = {}, files = {} }: Partial<Pick<Call, 'options' | 'files'>> = {},
): Call {
  const { guildId, userId, botIsHere } = target;
  const inSpace = botIsHere && guildId !== undefined;
  const standing: Standing = { moderator: inSpace && moderator, private: !inSpace };
  return {
    id: callIdOf(target),
    requester: {
      platform: 'discord',
      spaceId: inSpace ? `discord:${guildId}` : `discord:dm-${userId}`,
      memberId: memberIdOf(userId),
      ...(inSpace ? { channelId, roles } : {}),
      ...(forAdults ? { forAdults } : {}),
      target,
    },
    standing,
    options,
    files,
  };
}

/** Roles are moved seldom, and limits by role are no matter of seconds. */
const KNOWN_FOR_MS = 5 * 60_000;

/**
 * Sorts a member's roles by rank where limits stand on roles: that of the highest one applies, and only the server
 * knows the order. Everywhere else it is nobody's business.
 */
export async function inRank<A extends Asker>(
  parts: { core: Pick<Core, 'settings'>; servers: Servers },
  asked: A,
): Promise<A> {
  const { roles, target } = asked;
  const { guildId, botIsHere } = target;
  // One role beside everybody's own is in order already.
  if (!roles || roles.length <= 2 || !guildId || !botIsHere) return asked;
  const { limits } = parts.core.settings.of(`discord:${guildId}`);
  if (!limits.some(({ who }) => who.kind === 'role')) return asked;
  await parts.servers.learn(guildId, KNOWN_FOR_MS);
  return { ...asked, roles: parts.servers.highestFirst(guildId, roles) };
}
