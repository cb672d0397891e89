/** Who may do what in which channel, worked out as Discord does (developer docs, topics/permissions, 2026-11-21). */
import { ChannelType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import type { PermissionName, SimChannel, SimGuild, SimUser } from './world.ts';

const ALL = Object.values(P).reduce((all, bit) => all | bit, 0n);
/** What everybody may do in a DM. */
const IN_DM =
  P.ViewChannel | P.SendMessages | P.ReadMessageHistory | P.AttachFiles | P.EmbedLinks | P.MentionEveryone;

export function guildPermissions(guild: SimGuild, user: SimUser): bigint {
  const member = guild.members.get(user.id);
  if (!member) return 0n;
  if (guild.ownerId === user.id) return ALL;
  const held = guild.roles
    .filter((role) => role.id === guild.id || member.roleIds.includes(role.id))
    .reduce((all, role) => all | role.permissions, 0n);
  return held & P.Administrator ? ALL : held;
}

/** What `user` may do in `channel`; nothing at all for somebody who is not in there. */
export function permissionsIn(channel: SimChannel, user: SimUser): bigint {
  const { guild, parent } = channel;
  if (!guild) return user.bot || channel.recipients.includes(user) ? IN_DM : 0n;
  const member = guild.members.get(user.id);
  const base = guildPermissions(guild, user);
  if (!member || base === ALL) return base;
  const { overwrites } = parent ?? channel;
  const apply = (held: bigint, fits: (id: string) => boolean): bigint => {
    const chosen = overwrites.filter(({ id }) => fits(id));
    const deny = chosen.reduce((all, overwrite) => all | overwrite.deny, 0n);
    const allow = chosen.reduce((all, overwrite) => all | overwrite.allow, 0n);
    return (held & ~deny) | allow;
  };
  let held = apply(base, (id) => id === guild.id);
  held = apply(held, (id) => member.roleIds.includes(id));
  held = apply(held, (id) => id === user.id);
  return held & P.ViewChannel ? held : 0n;
}

/** Threads ask for a permission of their own. */
export const sendPermission = (channel: SimChannel): PermissionName =>
  channel.type === ChannelType.PublicThread ? 'SendMessagesInThreads' : 'SendMessages';

export const may = (channel: SimChannel, user: SimUser, name: PermissionName): boolean =>
  (permissionsIn(channel, user) & P[name]) !== 0n;
