/** The app itself: who it is, where the gateway is, and its commands. */
import { GatewayIntentBits } from 'discord-api-types/v10';
import { z } from 'zod';
import { no, parse } from './errors.ts';
import { userJson } from './guild-json.ts';
import { type Answer, type Call, type Route, route } from './http.ts';
import { commandList } from './schema/command.ts';
import type { RegisteredCommand, Sim } from './sim.ts';

/** What of the application is edited here. */
const edit = z.object({ interactions_endpoint_url: z.url().max(2048).nullable().optional() });

/** Discord's flags of an application, by the intents that are turned on (developer docs, resources/application). */
const flagsOf = (intents: number): number =>
  (intents & GatewayIntentBits.GuildPresences ? 1 << 13 : 0) |
  (intents & GatewayIntentBits.GuildMembers ? 1 << 15 : 0) |
  (intents & GatewayIntentBits.MessageContent ? 1 << 19 : 0);

export function appRoutes(sim: Sim, gatewayUrl: () => string): Route[] {
  const { bot, guilds } = sim.world;
  const application = () => ({
    id: bot.id,
    name: bot.globalName,
    icon: null,
    description: '',
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: sim.endpoint.verifyKey,
    interactions_endpoint_url: sim.endpoint.url(),
    // The privileged intents, as a bot in few servers has them.
    flags: flagsOf(sim.settings.privilegedIntents),
    approximate_guild_count: [...guilds.values()].filter(({ botIn }) => botIn).length,
    bot: userJson(bot),
  });

  async function patch({ body }: Call): Promise<Answer> {
    const { interactions_endpoint_url: url } = parse(edit, body.json);
    sim.official('PATCH', '/applications/@me', body.json);
    if (url !== undefined) await sim.endpoint.set(url);
    return { status: 200, json: application() };
  }

  function put({ params, body }: Call): Answer {
    own(params);
    const { guild } = params;
    if (guild !== undefined && !guilds.get(guild)) throw no.missingAccess();
    const parsed = parse(commandList, body.json);
    sim.official(
      'PUT',
      guild === undefined
        ? '/applications/{application_id}/commands'
        : '/applications/{application_id}/guilds/{guild_id}/commands',
      // The description wants a number for what every client and the documentation write as a string.
      (body.json as Record<string, unknown>[]).map((one) => ({
        ...one,
        default_member_permissions:
          one.default_member_permissions == null ? null : Number(one.default_member_permissions),
      })),
    );
    const before = commandsOf(guild);
    const after = parsed.map((command): RegisteredCommand => {
      const same = before.find(({ name, type }) => name === command.name && type === command.type);
      return {
        ...command,
        id: same?.id ?? sim.ids(),
        version: sim.ids(),
        ...(guild ? { guildId: guild } : {}),
      };
    });
    sim.commands = [...sim.commands.filter(({ guildId }) => guildId !== guild), ...after];
    sim.changed();
    return { status: 200, json: after.map(json) };
  }

  const commandsOf = (guild: string | undefined) => sim.commands.filter(({ guildId }) => guildId === guild);
  const json = ({ guildId, ...command }: RegisteredCommand) => ({
    ...command,
    application_id: bot.id,
    default_member_permissions: command.default_member_permissions ?? null,
    nsfw: command.nsfw ?? false,
    ...(guildId ? { guild_id: guildId } : {}),
  });
  function own({ app }: Record<string, string>): void {
    if (app !== bot.id) throw no.missingAccess();
  }
  function list({ params }: Call): Answer {
    own(params);
    return { status: 200, json: commandsOf(params.guild).map(json) };
  }

  return [
    route('GET', '/gateway/bot', () => ({
      status: 200,
      json: {
        url: gatewayUrl(),
        shards:
          sim.settings.shards ??
          Math.max(1, Math.ceil([...guilds.values()].filter(({ botIn }) => botIn).length / 1000)),
        session_start_limit: {
          total: 1000,
          remaining: sim.settings.loginsLeft,
          reset_after: 86_400_000,
          max_concurrency: sim.settings.maxConcurrency,
        },
      },
    })),
    route('GET', '/gateway', () => ({ status: 200, json: { url: gatewayUrl() } })),
    route('GET', '/applications/@me', () => ({ status: 200, json: application() })),
    route('PATCH', '/applications/@me', patch),
    route('GET', '/oauth2/applications/@me', () => ({ status: 200, json: application() })),
    route('GET', '/applications/:app/commands', list),
    // In no documentation; bots may ask for it as the app itself does.
    route('POST', '/attachments/refresh-urls', ({ body }) => {
      const { attachment_urls } = parse(
        z.object({ attachment_urls: z.array(z.url()).min(1).max(50) }),
        body.json,
      );
      const refreshed_urls = attachment_urls.map((original) => {
        const file = sim.cdn.fileAt(original);
        return { original, refreshed: file ? sim.cdn.urlOf(file) : null };
      });
      return { status: 200, json: { refreshed_urls } };
    }),
    route('PUT', '/applications/:app/commands', put),
    route('GET', '/applications/:app/guilds/:guild/commands', list),
    route('PUT', '/applications/:app/guilds/:guild/commands', put),
  ];
}
