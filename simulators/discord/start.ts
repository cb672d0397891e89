/**
 * Discord on this machine, over real HTTP and WebSockets: what the bot talks to, and what people do there.
 *
 * ```ts
 * await using discord = await startDiscord();
 * const guild = discord.guild('Dancers', { tier: 2 });
 * const channel = discord.channel(guild, 'general');
 * const ada = discord.member(guild, 'Ada', { locale: 'de' });
 * // … the bot logs in with discord.token and rest.api = discord.apiUrl …
 * const asked = await discord.slash(ada, channel, 'animate', { image: { path }, prompt: 'x' });
 * await discord.waitFor(() => asked.original?.components.length);
 * discord.press(ada, asked.original, 'Cancel');
 * ```
 */
import { ChannelType } from 'discord-api-types/v10';
import { realTime, type SimTime } from '../sim-time.ts';
import { appRoutes } from './app-routes.ts';
import { callbackRoutes } from './callbacks.ts';
import { createCdn, type FileInput } from './cdn.ts';
import { channelRoutes } from './channels.ts';
import { createEndpoint } from './endpoint.ts';
import { NotPossible, no } from './errors.ts';
import { createFaults, type Fault, type FaultAt } from './faults.ts';
import { createGateway } from './gateway.ts';
import { channelJson, guildJson } from './guild-json.ts';
import { findRoute, type JournalEntry, listen } from './http.ts';
import { createIds } from './ids.ts';
import type { SimInteraction } from './interactions.ts';
import { createLimits } from './limits.ts';
import type { ModalValues } from './modals.ts';
import { officialCheck } from './official.ts';
import { pageApi } from './page-api.ts';
import * as people from './people.ts';
import { defaults, type Settings } from './settings.ts';
import type { Sim } from './sim.ts';
import { publishPage } from './unfurl.ts';
import { waiter } from './waiting.ts';
import { webhookRoutes } from './webhooks.ts';
import {
  addChannel,
  addGuild,
  addUser,
  bits,
  createWorld,
  dmOf,
  type GuildOptions,
  grant,
  join,
  type MemberOptions,
  type PermissionName,
  type SimChannel,
  type SimGuild,
  type SimMessage,
  type SimRole,
  type SimSticker,
  type SimUser,
  type UserOptions,
} from './world.ts';

export type DiscordOptions = {
  /** Of the API and the page; the CDN takes the next one. By default any that is free. */
  port?: number;
  /** By default a fresh one. */
  token?: string;
  /**
   * Turns the clock of tokens, signed addresses, nonces and ids; rate limits go by the machine's. Without it an
   * interaction may be answered as long as its token lives: whoever has no clock to turn must not be judged by the machine's.
   */
  time?: SimTime;
  settings?: Partial<Settings>;
  /** Where an address of the internet is to be found here, by its origin. */
  routes?: Record<string, string>;
};

export type DiscordSim = Awaited<ReturnType<typeof startDiscord>>;

export async function startDiscord(options: DiscordOptions = {}) {
  const { port = 0, time = realTime() } = options;
  const usual = defaults();
  const settings: Settings = {
    ...usual,
    ...(options.time ? {} : { ackMs: usual.tokenMs }),
    ...options.settings,
  };
  const ids = createIds(time);
  const world = createWorld(ids);
  const faults = createFaults();
  const journal: JournalEntry[] = [];
  const { waitFor, changed, onChange } = waiter(describe);
  let botToken =
    options.token ??
    `${Buffer.from(world.bot.id).toString('base64url')}.simul8.${'discord-simulator-secret-x0'}`;
  let apiOrigin = '';
  let cdnOrigin = '';
  const cdn = await createCdn({ time, ids, settings, origin: () => cdnOrigin });
  const gatewayUrl = () => apiOrigin.replace('http:', 'ws:');
  const routes = new Map(Object.entries(options.routes ?? {}));
  const endpoint = createEndpoint({ time, settings, routes, changed });
  const gateway = createGateway({
    world,
    time,
    settings,
    botToken: () => botToken,
    url: gatewayUrl,
    changed,
  });
  const sim: Sim = {
    world,
    ids,
    time,
    settings,
    cdn,
    web: new Map(),
    limits: createLimits(),
    gateway,
    endpoint,
    commands: [],
    interactions: new Map(),
    official: officialCheck(),
    changed,
  };

  const page = pageApi(() => discord);
  const open = [...callbackRoutes(sim), ...webhookRoutes(sim)];
  const own = [...appRoutes(sim, gatewayUrl), ...channelRoutes(sim)];
  const shared = {
    faults,
    journal,
    now: time.now,
    changed,
    maxBytes: () => settings.requestLimitBytes,
    tempPath: cdn.temp,
  };
  const api = await listen(
    {
      ...shared,
      server: 'api',
      async handle(call, { response }) {
        const ofPage = await page(call, response);
        if (ofPage !== 'other') return ofPage;
        const path = /^\/api(?:\/v(?:9|10))?(\/.*)$/.exec(call.path)?.[1];
        if (path === undefined) throw no.notFound();
        const inner = { ...call, path };
        if (/^\/(?:interactions|webhooks)\//.test(path)) return findRoute(open, inner);
        if (call.headers.authorization !== `Bot ${botToken}`) throw no.unauthorized();
        const { refused } = sim.limits.use('global', '', settings.globalLimit);
        return refused ?? findRoute(own, inner);
      },
    },
    port,
  );
  apiOrigin = api.origin;
  gateway.upgrade(api.server);
  const cdnServer = await listen(
    {
      ...shared,
      server: 'cdn',
      handle: async ({ path, query, headers }) => cdn.serve(path, query, headers.range),
    },
    port === 0 ? 0 : port + 1,
  );
  cdnOrigin = cdnServer.origin;

  /** For a wait that ran out: what was on the screen. */
  function describe(): string {
    const lines = [...world.channels.values()].flatMap(({ name, messages }) =>
      messages
        .slice(-8)
        .map(
          (m) =>
            `#${name} ${m.author.username}: ${m.deleted ? '(deleted)' : ''}${JSON.stringify(m.content || m.components).slice(0, 300)}`,
        ),
    );
    const last = journal
      .slice(-8)
      .map(
        ({ method, path, status, refusal }) =>
          `${method} ${path.slice(0, 60)} ${status ?? '…'} ${refusal ? JSON.stringify(refusal) : ''}`,
      );
    return [...lines, ...last].join('\n');
  }

  const mustFind = (message: SimMessage | undefined): SimMessage => {
    if (!message) throw new NotPossible('there is no such message');
    return message;
  };

  const discord = {
    apiUrl: `${apiOrigin}/api`,
    cdnUrl: cdnOrigin,
    /** Where the page is. */
    pageUrl: apiOrigin,
    get token() {
      return botToken;
    },
    /** The old token is refused from now on. */
    resetToken(token: string): void {
      botToken = token;
    },
    settings,
    bot: world.bot,
    /** How a text mentions the bot. */
    mention: `<@${world.bot.id}>`,
    world,
    gateway,
    endpoint,
    /** Where an address of the internet is to be found here, by its origin. */
    routes,
    journal,
    /** The commands registered now. */
    commands: () => sim.commands,
    interactions: sim.interactions,

    // ── The place ──────────────────────────────────────────────────────────────────────────────────────────────
    guild(name: string, guildOptions: GuildOptions = {}): SimGuild {
      const guild = addGuild(world, ids, name, time.now(), guildOptions);
      if (guild.botIn) gateway.dispatchGuild('GUILD_CREATE', guild, guildJson(world, guild));
      return guild;
    },
    channel(guild: SimGuild, name: string, parts: { nsfw?: boolean; parent?: SimChannel } = {}): SimChannel {
      const type = parts.parent ? ChannelType.PublicThread : ChannelType.GuildText;
      const channel = addChannel(world, ids, name, { ...parts, type, guild });
      const event = parts.parent ? 'THREAD_CREATE' : 'CHANNEL_CREATE';
      if (guild.botIn) gateway.dispatchGuild(event, guild, channelJson(channel));
      return channel;
    },
    /** Somebody who is in no server. */
    user: (name: string, userOptions: UserOptions = {}): SimUser => addUser(world, ids, name, userOptions),
    member(guild: SimGuild, name: string, { permissions = [], ...userOptions }: MemberOptions = {}): SimUser {
      const user = addUser(world, ids, name, userOptions);
      join(guild, user, time.now());
      grant(guild, user, ids, bits(permissions));
      return user;
    },
    join(guild: SimGuild, user: SimUser): void {
      join(guild, user, time.now());
    },
    /** A role above all that are there, and those who have it. */
    role(guild: SimGuild, name: string, holders: readonly SimUser[] = []): SimRole {
      const role = { id: ids(), name, permissions: 0n };
      guild.roles.push(role);
      for (const { id } of holders) guild.members.get(id)?.roleIds.push(role.id);
      return role;
    },
    /** The DM of this person and the bot. */
    dm: (user: SimUser): SimChannel => dmOf(world, ids, user),
    groupDm: (name: string, recipients: SimUser[]): SimChannel =>
      addChannel(world, ids, name, { type: ChannelType.GroupDM, recipients }),
    /** Takes rights in a channel from the bot or a person. */
    deny(channel: SimChannel, user: SimUser, ...permissions: PermissionName[]): void {
      channel.overwrites.push({ id: user.id, type: 1, allow: 0n, deny: bits(permissions) });
    },
    allow(channel: SimChannel, user: SimUser, ...permissions: PermissionName[]): void {
      channel.overwrites = channel.overwrites.filter(({ id }) => id !== user.id);
      channel.overwrites.push({ id: user.id, type: 1, allow: bits(permissions), deny: 0n });
    },
    invite(guild: SimGuild): void {
      guild.botIn = true;
      join(guild, world.bot, time.now());
      gateway.dispatchGuild('GUILD_CREATE', guild, guildJson(world, guild));
    },
    kick(guild: SimGuild): void {
      gateway.dispatchGuild('GUILD_DELETE', guild, { id: guild.id });
      guild.botIn = false;
      guild.members.delete(world.bot.id);
    },

    /** A sticker, and the file that Discord keeps of it. */
    async sticker(name: string, format: SimSticker['format'], file: FileInput): Promise<SimSticker> {
      const sticker = { id: ids(), name, format };
      const ending = format === 3 ? 'json' : format === 4 ? 'gif' : 'png';
      await cdn.publish(file, `/stickers/${sticker.id}.${ending}`);
      return sticker;
    },
    /** Puts something on the web outside of Discord, for links to lead to. */
    web: (link: string, page: Parameters<typeof publishPage>[2]): Promise<void> =>
      publishPage(sim, link, page),

    // ── What people do ─────────────────────────────────────────────────────────────────────────────────────────
    slash: (
      user: SimUser,
      channel: SimChannel,
      line: string,
      values: Record<string, people.OptionValue | undefined> = {},
    ): Promise<SimInteraction> => people.slash(sim, user, channel, line, values),
    /** The person types in `focused`; the answer comes as `choices`. */
    autocomplete: (
      user: SimUser,
      channel: SimChannel,
      line: string,
      focused: string,
      values: Record<string, people.OptionValue | undefined>,
    ): Promise<SimInteraction> => people.slash(sim, user, channel, line, values, { focused }),
    contextMenu: (user: SimUser, message: SimMessage | undefined, name: string): SimInteraction =>
      people.contextMenu(sim, user, mustFind(message), name),
    press: (user: SimUser, message: SimMessage | undefined, which: string): SimInteraction =>
      people.press(sim, user, mustFind(message), which),
    choose: (
      user: SimUser,
      message: SimMessage | undefined,
      customId: string,
      values: string[],
    ): SimInteraction => people.choose(sim, user, mustFind(message), customId, values),
    submitModal: (interaction: SimInteraction, values: ModalValues): Promise<SimInteraction> =>
      people.submitModal(sim, interaction, values),
    dismissModal(interaction: SimInteraction): void {
      interaction.modalOpen = false;
      changed();
    },
    say: (
      user: SimUser,
      channel: SimChannel,
      text: string,
      more: people.MessageDraft = {},
    ): Promise<SimMessage> => people.say(sim, user, channel, text, more),
    forward: (user: SimUser, message: SimMessage, channel: SimChannel): Promise<SimMessage> =>
      people.forward(sim, user, message, channel),
    erase: (user: SimUser, message: SimMessage): void => people.erase(sim, user, message),

    // ── What is there ──────────────────────────────────────────────────────────────────────────────────────────
    /** The messages of a channel, oldest first; only those that `as` can see, where given. */
    messages: (channel: SimChannel, as?: SimUser): SimMessage[] =>
      channel.messages.filter(
        ({ deleted, visibleTo }) =>
          !deleted && (as === undefined || visibleTo === undefined || visibleTo === as.id),
      ),
    waitFor,
    onChange,
    /** A fresh signed address of a file. */
    urlOf: cdn.urlOf,
    fileAt: cdn.fileAt,

    // ── What goes wrong ────────────────────────────────────────────────────────────────────────────────────────
    fault: (at: FaultAt, how: Fault, times = 1): void => faults.add(at, how, times),
    clearFaults: faults.clear,
    /** Every interaction's token dies now; those to come live as usual. */
    expireTokens(): void {
      for (const interaction of sim.interactions.values()) interaction.expiresAt = time.now();
    },
    closeGateway: gateway.close,
    requestsTo: (method: string, path: RegExp): JournalEntry[] =>
      journal.filter((entry) => entry.method === method && path.test(decodeURIComponent(entry.path))),
    sim,
    async [Symbol.asyncDispose]() {
      gateway.stop();
      for (const { server } of [api, cdnServer]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      await cdn.close();
    },
  };
  return discord;
}
