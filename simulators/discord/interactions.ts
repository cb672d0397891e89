/** An interaction: what a person did, its token, and how the bot has answered so far. */
import { randomBytes } from 'node:crypto';
import {
  ChannelType,
  InteractionContextType as Context,
  InteractionType,
  MessageFlags,
} from 'discord-api-types/v10';
import { NotPossible, no } from './errors.ts';
import { interactionChannelJson, memberJson, userJson } from './guild-json.ts';
import { messageJson } from './message-json.ts';
import { may, permissionsIn } from './permissions.ts';
import type { Sim } from './sim.ts';
import type { SimChannel, SimInteraction, SimMessage, SimUser } from './world.ts';

export type { SimInteraction } from './world.ts';

type Owners = Partial<Record<'0' | '1', string>>;

function ownersOf(channel: SimChannel, user: SimUser): Owners {
  const owners: Owners = {};
  if (channel.guild?.botIn) owners['0'] = channel.guild.id;
  if (channel.type === ChannelType.DM) owners['0'] = '0';
  if (user.installed) owners['1'] = user.id;
  return owners;
}

const contextOf = ({ guild, type }: SimChannel): Context => {
  if (guild) return Context.Guild;
  return type === ChannelType.DM ? Context.BotDM : Context.PrivateChannel;
};

/** Makes it and sends it to the app's own address, or to every session where there is none. Throws NotPossible where the app can't be used there at all. */
export function dispatchInteraction(
  sim: Sim,
  what: {
    type: InteractionType;
    user: SimUser;
    channel: SimChannel;
    name: string;
    data: object;
    source?: SimMessage;
  },
): SimInteraction {
  const { user, channel, source } = what;
  const { guild } = channel;
  const owners = ownersOf(channel, user);
  if (Object.keys(owners).length === 0)
    throw new NotPossible(
      `the app is neither in ${guild?.name ?? channel.name} nor installed by ${user.username}`,
    );
  const member = guild?.members.get(user.id);
  if (guild && !may(channel, user, 'ViewChannel'))
    throw new NotPossible(`${user.username} can't see ${channel.name}`);
  const { fileLimitBytes, tierLimitBytes, tokenMs, ackMs } = sim.settings;
  const id = sim.ids();
  const now = sim.time.now();
  const onlyUserInstalled = owners['0'] === undefined;
  const interaction: SimInteraction = {
    id,
    token: Buffer.from(`interaction:${id}:${randomBytes(48).toString('base64url')}`).toString('base64url'),
    type: what.type,
    user,
    channel,
    name: what.name,
    createdAt: now,
    answering: false,
    failed: false,
    followUps: [],
    modalOpen: false,
    onlyUserInstalled,
    limitBytes: Math.max(fileLimitBytes, user.uploadLimitBytes ?? 0, guild ? tierLimitBytes[guild.tier] : 0),
    forcedEphemeral:
      onlyUserInstalled &&
      guild !== undefined &&
      !(may(channel, user, 'UseExternalApps') && may(channel, user, 'SendMessages')),
    expiresAt: now + tokenMs,
    ...(source ? { source } : {}),
  };
  sim.interactions.set(interaction.token, interaction);
  const payload = {
    id,
    application_id: sim.world.bot.id,
    type: what.type,
    token: interaction.token,
    version: 1,
    channel_id: channel.id,
    channel: interactionChannelJson(channel, user),
    ...(guild
      ? {
          guild_id: guild.id,
          guild: { id: guild.id, locale: guild.locale, features: [] },
          guild_locale: guild.locale,
        }
      : {}),
    ...(member
      ? { member: { ...memberJson(member), permissions: String(permissionsIn(channel, user)) } }
      : { user: userJson(user) }),
    locale: user.locale,
    app_permissions: String(appPermissions(sim, channel, user, onlyUserInstalled)),
    context: contextOf(channel),
    attachment_size_limit: interaction.limitBytes,
    authorizing_integration_owners: owners,
    entitlements: [],
    entitlement_sku_ids: [],
    data: what.data,
    ...(source ? { message: messageJson(sim, source, true) } : {}),
  };
  const byGateway = () => sim.gateway.dispatchInteraction(guild, payload);
  const overHttp = sim.endpoint.deliver(payload, byGateway, (status) => {
    if (status >= 300 && interaction.answer === undefined) interaction.failed = true;
  });
  if (!overHttp) byGateway();
  sim.time.after(ackMs + 1, async () => {
    if (interaction.answer === undefined) interaction.failed = true;
    sim.changed();
  });
  sim.changed();
  return interaction;
}

/** An app that only the user installed can do what the user lets it. */
function appPermissions(sim: Sim, channel: SimChannel, user: SimUser, onlyUserInstalled: boolean): bigint {
  return permissionsIn(channel, onlyUserInstalled ? user : sim.world.bot);
}

/** The interaction behind a webhook address. Throws 50027 when its token is dead, 10015 when there was none. */
export function byToken(sim: Sim, token: string): SimInteraction {
  const interaction = sim.interactions.get(token);
  if (!interaction) throw no.unknownWebhook();
  if (sim.time.now() >= interaction.expiresAt) throw no.deadToken();
  if (interaction.answer === undefined) throw no.unknownWebhook();
  return interaction;
}

/** What a message that answers this interaction carries of it. */
export const originOf = ({
  id,
  type,
  user,
  name,
}: SimInteraction): NonNullable<SimMessage['interaction']> => ({
  id,
  type,
  userId: user.id,
  ...(type === InteractionType.ApplicationCommand ? { name } : {}),
});

/** Whether an answer with these flags is for one person alone. */
export const isEphemeral = (interaction: SimInteraction, flags: number | null | undefined): boolean =>
  interaction.forcedEphemeral || ((flags ?? 0) & MessageFlags.Ephemeral) !== 0;
