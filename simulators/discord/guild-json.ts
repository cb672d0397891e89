/** People, servers and channels as the API and the gateway give them. */
import { ChannelType } from 'discord-api-types/v10';
import { permissionsIn } from './permissions.ts';
import type { SimChannel, SimGuild, SimMember, SimUser, World } from './world.ts';

export const userJson = (user: SimUser) => ({
  id: user.id,
  username: user.username,
  global_name: user.bot ? null : user.globalName,
  discriminator: '0',
  avatar: null,
  bot: user.bot,
  primary_guild: null,
  system: false,
  public_flags: 0,
  flags: 0,
});

export const memberJson = ({ user, roleIds, joinedAt }: SimMember) => ({
  user: userJson(user),
  nick: null,
  avatar: null,
  roles: roleIds,
  joined_at: new Date(joinedAt).toISOString(),
  premium_since: null,
  deaf: false,
  mute: false,
  flags: 0,
  pending: false,
  communication_disabled_until: null,
});

export function channelJson(channel: SimChannel) {
  const { guild, parent, overwrites } = channel;
  const last = channel.messages.at(-1);
  if (!guild)
    return {
      id: channel.id,
      type: channel.type,
      last_message_id: last?.id ?? null,
      recipients: channel.recipients.map(userJson),
      ...(channel.type === ChannelType.GroupDM
        ? { name: channel.name, icon: null, owner_id: channel.recipients[0]?.id }
        : {}),
    };
  return {
    id: channel.id,
    type: channel.type,
    guild_id: guild.id,
    name: channel.name,
    position: 0,
    nsfw: channel.nsfw,
    topic: null,
    rate_limit_per_user: 0,
    parent_id: parent?.id ?? null,
    last_message_id: last?.id ?? null,
    flags: 0,
    permission_overwrites: overwrites.map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: String(allow),
      deny: String(deny),
    })),
    ...(parent
      ? {
          owner_id: guild.ownerId,
          message_count: channel.messages.length,
          member_count: 1,
          thread_metadata: {
            archived: false,
            auto_archive_duration: 1440,
            archive_timestamp: new Date(0).toISOString(),
            locked: false,
          },
        }
      : {}),
  };
}

/** The channel as an interaction carries it: with what the member may do there. */
export const interactionChannelJson = (channel: SimChannel, user: SimUser) => ({
  ...channelJson(channel),
  ...(channel.guild ? { permissions: String(permissionsIn(channel, user)) } : {}),
});

export function guildJson(world: World, guild: SimGuild) {
  const { channels } = guild;
  const bot = guild.members.get(world.bot.id);
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    icon: null,
    splash: null,
    discovery_splash: null,
    description: null,
    banner: null,
    vanity_url_code: null,
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    premium_tier: guild.tier,
    premium_subscription_count: [0, 2, 7, 14][guild.tier],
    premium_progress_bar_enabled: false,
    preferred_locale: guild.locale,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    safety_alerts_channel_id: null,
    features: [],
    emojis: [],
    stickers: [],
    roles: guild.roles.map(({ id, name, permissions }, position) => ({
      id,
      name,
      permissions: String(permissions),
      position,
      color: 0,
      colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
      hoist: false,
      managed: false,
      mentionable: false,
      flags: 0,
    })),
    joined_at: new Date(bot?.joinedAt ?? 0).toISOString(),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: bot ? [memberJson(bot)] : [],
    channels: channels.filter(({ parent }) => !parent).map(channelJson),
    threads: channels.filter(({ parent }) => parent).map(channelJson),
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
