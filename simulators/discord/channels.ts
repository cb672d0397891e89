/** What the bot does with its own token: messages in channels and DMs, and looking at what is there. */
import { ChannelType } from 'discord-api-types/v10';
import { z } from 'zod';
import { invalid, no, parse } from './errors.ts';
import { channelJson, guildJson, memberJson, userJson } from './guild-json.ts';
import { type Answer, type Call, type Handler, type Route, route } from './http.ts';
import { botMayRead, messageJson } from './message-json.ts';
import {
  channelLimitBytes,
  createMessage,
  deleteMessage,
  editMessage,
  findMessage,
  parseMessage,
} from './messages.ts';
import { may, sendPermission } from './permissions.ts';
import { snowflake } from './schema/common.ts';
import type { MessageBody } from './schema/message.ts';
import type { Sim } from './sim.ts';
import { dmOf, type PermissionName, type SimChannel, type SimMessage } from './world.ts';

export function channelRoutes(sim: Sim): Route[] {
  const nonces = new Map<string, { message: SimMessage; at: number }>();
  const { bot } = sim.world;

  const json = (message: SimMessage): object =>
    messageJson(sim, message, botMayRead(sim, message) || (sim.settings.privilegedIntents & (1 << 15)) !== 0);
  const give = (message: SimMessage): Answer => ({ status: 200, json: json(message) });

  /** The channel of the address, where the bot has what it needs there. */
  const inChannel =
    (
      permissions: PermissionName[],
      act: (channel: SimChannel, call: Call) => Promise<Answer> | Answer,
    ): Handler =>
    (call) => {
      const channel = sim.world.channels.get(call.params.channel ?? '');
      if (!channel) throw no.unknownChannel();
      if (channel.guild ? !may(channel, bot, 'ViewChannel') : channel.type !== ChannelType.DM)
        throw no.missingAccess();
      need(channel, permissions);
      return act(channel, call);
    };
  function need(channel: SimChannel, permissions: readonly PermissionName[]): void {
    if (!permissions.every((name) => may(channel, bot, name))) throw no.missingPermissions();
  }

  /** What a DM is refused for. */
  function checkDm({ guild, recipients: [user] }: SimChannel): void {
    if (guild || !user) return;
    const shared = [...sim.world.guilds.values()].some(({ botIn, members }) => botIn && members.has(user.id));
    if (!shared && !user.installed) throw no.noMutualGuild();
    if (!user.dmsOpen) throw no.closedDms();
  }

  function answered(channel: SimChannel, body: MessageBody): SimMessage | undefined {
    const reference = body.message_reference;
    if (!reference) return undefined;
    if (!may(channel, bot, 'ReadMessageHistory')) throw no.cannotReply();
    const message = findMessage(channel, reference.message_id);
    if (message && message.visibleTo === undefined) return message;
    if (reference.fail_if_not_exists === false) return undefined;
    throw invalid(['message_reference'], 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
  }

  async function send(channel: SimChannel, call: Call): Promise<Answer> {
    const { headers, refused } = sim.limits.use('channel', channel.id, sim.settings.channelLimit);
    if (refused) return refused;
    const body = parseMessage(call.body.json);
    sim.official('POST', '/channels/{channel_id}/messages', call.body.json);
    need(channel, [sendPermission(channel), ...(call.body.files.length ? (['AttachFiles'] as const) : [])]);
    checkDm(channel);
    const key = body.enforce_nonce && body.nonce != null ? `${channel.id}:${body.nonce}` : undefined;
    const known = key === undefined ? undefined : nonces.get(key);
    if (known && sim.time.now() - known.at < sim.settings.nonceMs) return { ...give(known.message), headers };
    const message = await createMessage(sim, {
      channel,
      author: bot,
      body,
      uploads: call.body.files,
      limitBytes: channelLimitBytes(sim, channel),
      replyTo: answered(channel, body),
    });
    if (key !== undefined) nonces.set(key, { message, at: sim.time.now() });
    return { ...give(message), headers };
  }

  const inMessage =
    (act: (message: SimMessage, call: Call) => Promise<Answer> | Answer) =>
    (channel: SimChannel, call: Call): Promise<Answer> | Answer => {
      const message = findMessage(channel, call.params.message);
      if (!message || message.visibleTo !== undefined) throw no.unknownMessage();
      return act(message, call);
    };

  const at = '/channels/:channel/messages';
  return [
    route('POST', at, inChannel([], send)),
    route(
      'GET',
      at,
      inChannel(['ReadMessageHistory'], (channel, { query }) => ({
        status: 200,
        json: page(channel, query).map(json),
      })),
    ),
    route('GET', `${at}/:message`, inChannel(['ReadMessageHistory'], inMessage(give))),
    route(
      'PATCH',
      `${at}/:message`,
      inChannel(
        [],
        inMessage(async (message, call) => {
          if (message.author !== bot) throw no.notYourMessage();
          sim.official('PATCH', '/channels/{channel_id}/messages/{message_id}', call.body.json);
          const limitBytes = channelLimitBytes(sim, message.channel);
          await editMessage(sim, message, {
            body: parseMessage(call.body.json),
            uploads: call.body.files,
            limitBytes,
          });
          return give(message);
        }),
      ),
    ),
    route(
      'DELETE',
      `${at}/:message`,
      inChannel(
        [],
        inMessage((message) => {
          if (message.author !== bot) need(message.channel, ['ManageMessages']);
          deleteMessage(sim, message);
          return { status: 204 };
        }),
      ),
    ),
    route(
      'POST',
      '/channels/:channel/typing',
      inChannel([], (channel) => {
        need(channel, [sendPermission(channel)]);
        return { status: 204 };
      }),
    ),
    route(
      'GET',
      '/channels/:channel',
      inChannel([], (channel) => ({ status: 200, json: channelJson(channel) })),
    ),
    route('POST', '/users/@me/channels', ({ body }) => {
      const { recipient_id } = parse(z.object({ recipient_id: snowflake }), body.json);
      const user = sim.world.users.get(recipient_id);
      if (!user || user.bot) throw no.unknownUser();
      return { status: 200, json: channelJson(dmOf(sim.world, sim.ids, user)) };
    }),
    route('GET', '/users/:user', ({ params }) => {
      const user = params.user === '@me' ? bot : sim.world.users.get(params.user ?? '');
      if (!user) throw no.unknownUser();
      return { status: 200, json: userJson(user) };
    }),
    route('GET', '/guilds/:guild', ({ params }) => ({
      status: 200,
      json: guildJson(sim.world, guildOf(params.guild)),
    })),
    route('GET', '/guilds/:guild/members/:user', ({ params }) => {
      const member = guildOf(params.guild).members.get(params.user ?? '');
      if (!member) throw no.unknownMember();
      return { status: 200, json: memberJson(member) };
    }),
  ];

  function guildOf(id: string | undefined) {
    const guild = sim.world.guilds.get(id ?? '');
    if (!guild) throw no.unknownGuild();
    if (!guild.botIn) throw no.missingAccess();
    return guild;
  }
}

/** The newest first, as the API pages them. */
function page(channel: SimChannel, query: URLSearchParams): SimMessage[] {
  const limit = Number(query.get('limit') ?? 50);
  if (!(limit >= 1 && limit <= 100))
    throw invalid(['limit'], 'NUMBER_TYPE_MAX', 'int value should be 1 to 100.');
  const [before, after] = [query.get('before'), query.get('after')];
  const seen = channel.messages.filter(
    ({ id, deleted, visibleTo }) =>
      !deleted &&
      visibleTo === undefined &&
      (before === null || BigInt(id) < BigInt(before)) &&
      (after === null || BigInt(id) > BigInt(after)),
  );
  const newestFirst = seen.toReversed();
  return after === null ? newestFirst.slice(0, limit) : newestFirst.slice(-limit);
}
