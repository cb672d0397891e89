/** What the page asks for: the state of one channel as one person sees it, and everything they can do there. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { ApplicationCommandType, ChannelType } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Body } from './body.ts';
import { NotPossible } from './errors.ts';
import type { Fault, FaultAt } from './faults.ts';
import type { Answer, Call } from './http.ts';
import { textsOf } from './mentions.ts';
import { messageJson } from './message-json.ts';
import * as people from './people.ts';
import { may } from './permissions.ts';
import type { Sim } from './sim.ts';
import type { PermissionName, SimChannel, SimMessage, SimUser } from './world.ts';

const FOLDER = new URL('./page/', import.meta.url);
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

const text = z.string();
const action = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('slash'),
    line: text,
    values: z.record(text, z.union([text, z.number(), z.boolean()])),
  }),
  z.object({ do: z.literal('menu'), message: text, name: text }),
  z.object({ do: z.literal('press'), message: text, customId: text }),
  z.object({ do: z.literal('choose'), message: text, customId: text, values: z.array(text) }),
  z.object({
    do: z.literal('modal'),
    interaction: text,
    values: z.record(text, z.union([text, z.boolean(), z.array(text)])),
  }),
  z.object({ do: z.literal('dismiss'), interaction: text }),
  z.object({ do: z.literal('say'), text, replyTo: text.optional(), ping: z.boolean().optional() }),
  z.object({ do: z.literal('erase'), message: text }),
  z.object({
    do: z.literal('trouble'),
    kind: z.enum(['tokens', 'gateway', 'dms', 'send', 'attach', 'down']),
  }),
]);
const request = z.object({ as: text, channel: text }).and(action);
type Action = z.output<typeof action>;

/** What the page needs to see, and what it can bring about. */
type PageParts = {
  sim: Sim;
  onChange(listener: () => void): () => void;
  dm(user: SimUser): SimChannel;
  messages(channel: SimChannel, as: SimUser): SimMessage[];
  deny(channel: SimChannel, user: SimUser, permission: PermissionName): void;
  allow(channel: SimChannel, user: SimUser, permission: PermissionName): void;
  expireTokens(): void;
  fault(at: FaultAt, how: Fault, times: number): void;
};

/** Answers nothing for a path that is not the page's. */
export function pageApi(discord: () => PageParts) {
  async function handle(
    call: Omit<Call, 'params'>,
    response: ServerResponse,
  ): Promise<Answer | undefined | 'other'> {
    const { method, path, query, body } = call;
    if (path === '/') return file('index.html');
    const asset = /^\/_sim\/page\/([\w-]+\.(?:js|css))$/.exec(path)?.[1];
    if (asset) return file(asset);
    if (path === '/_sim/state') return { status: 200, json: state(query.get('as'), query.get('channel')) };
    if (path === '/_sim/events') return events(response);
    if (path === '/_sim/do' && method === 'POST') return act(body);
    return 'other';
  }

  async function file(name: string): Promise<Answer> {
    const headers = { 'content-type': TYPES[extname(name)] ?? 'text/plain', 'cache-control': 'no-store' };
    const content = await readFile(new URL(name, FOLDER), 'utf8').catch(() => undefined);
    return content === undefined ? { status: 404 } : { status: 200, headers, text: content };
  }

  /** One line for each burst of changes. */
  function events(response: ServerResponse): undefined {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('data: hello\n\n');
    let waiting = false;
    const stop = discord().onChange(() => {
      if (waiting) return;
      waiting = true;
      setTimeout(() => {
        waiting = false;
        response.write('data: changed\n\n');
      }, 50);
    });
    response.on('close', stop);
  }

  function state(as: string | null, at: string | null) {
    const { world } = discord().sim;
    const people = [...world.users.values()].filter(({ bot }) => !bot);
    const user = people.find(({ id }) => id === as) ?? people[0];
    if (!user) return { people: [], channels: [] };
    const channels = [discord().dm(user), ...world.channels.values()].filter(
      (one, index, all) => all.indexOf(one) === index && canSee(user, one),
    );
    const channel =
      channels.find(({ id }) => id === at) ?? channels.find(({ guild }) => guild) ?? channels[0];
    return {
      people: people.map(({ id, globalName, locale, dmsOpen, installed }) => ({
        id,
        name: globalName,
        locale,
        dmsOpen,
        installed,
      })),
      as: user.id,
      bot: world.bot,
      connected: discord().sim.gateway.connected(),
      channels: channels.map((one) => ({
        id: one.id,
        name: one.type === ChannelType.DM ? world.bot.globalName : one.name,
        place: one.guild?.name ?? 'Direct messages',
        thread: one.parent !== undefined,
        count: discord().messages(one, user).length,
      })),
      ...(channel ? inside(user, channel) : {}),
    };
  }

  function inside(user: SimUser, channel: SimChannel) {
    const { sim } = discord();
    const { world, interactions } = sim;
    const mine = [...interactions.values()].filter((one) => one.user === user && one.channel === channel);
    const name = (id: string) => world.users.get(id)?.globalName ?? id;
    return {
      channel: channel.id,
      botMay: {
        send: may(channel, world.bot, 'SendMessages'),
        attach: may(channel, world.bot, 'AttachFiles'),
      },
      messages: discord()
        .messages(channel, user)
        .map((message) => ({
          ...messageJson(sim, message, true),
          authorName: message.author.globalName,
          isBot: message.author.bot,
          ephemeral: message.visibleTo !== undefined,
          thinking: message.thinking,
          edits: message.edits,
          notifiedNames: message.notified.map(name),
          ...(message.interaction
            ? { askedBy: name(message.interaction.userId), askedWith: message.interaction.name ?? null }
            : {}),
          ...(message.replyTo ? { answers: preview(message.replyTo, name) } : {}),
        })),
      failed: mine
        .filter(({ failed }) => failed)
        .map(({ id, name: what, createdAt }) => ({ id, what, createdAt })),
      modals: mine.flatMap(({ token, modal, modalOpen }) =>
        modal && modalOpen ? [{ interaction: token, modal }] : [],
      ),
      commands: discord()
        .sim.commands.filter(({ guildId }) => !guildId || guildId === channel.guild?.id)
        .map((command) => ({ ...command, isMenu: command.type === ApplicationCommandType.Message })),
      /** What menus and options of people, roles and channels offer. */
      entities: entitiesOf(channel),
      names: Object.fromEntries([
        ...[...world.users.values()].map(({ id, globalName }) => [id, globalName]),
        ...(channel.guild?.roles ?? []).map((role) => [role.id, role.name]),
        ...(channel.guild?.channels ?? []).map((one) => [one.id, one.name]),
      ]),
    };
  }

  function entitiesOf({ guild, recipients }: SimChannel) {
    const people = guild ? [...guild.members.values()].map((member) => member.user) : recipients;
    return {
      users: people.map(({ id, globalName }) => ({ id, name: `@${globalName}` })),
      roles: (guild?.roles ?? []).map(({ id, name }) => ({ id, name: `@${name.replace(/^@/, '')}` })),
      channels: (guild?.channels ?? []).map(({ id, name, type }) => ({ id, name: `#${name}`, type })),
    };
  }

  /** The first line of what a message answers. */
  function preview({ author, content, components, deleted }: SimMessage, name: (id: string) => string) {
    const line = textsOf({ content, components }).join(' ').split('\n')[0] ?? '';
    const named = line.replaceAll(/<@!?(\d+)>/g, (_, id: string) => `@${name(id)}`);
    return { name: author.globalName, text: named.slice(0, 80) || 'a message', deleted };
  }

  const canSee = (user: SimUser, channel: SimChannel): boolean =>
    channel.guild ? may(channel, user, 'ViewChannel') : channel.recipients.includes(user);

  async function act({ json, files }: Body): Promise<Answer> {
    const asked = request.safeParse(json);
    if (!asked.success) return { status: 400, json: { message: z.prettifyError(asked.error) } };
    const { world } = discord().sim;
    const user = world.users.get(asked.data.as);
    const channel = world.channels.get(asked.data.channel);
    if (!user || !channel) return { status: 404, json: { message: 'no such person or channel' } };
    try {
      await perform(user, channel, asked.data, files);
      return { status: 200, json: {} };
    } catch (error) {
      if (error instanceof NotPossible) return { status: 409, json: { message: error.message } };
      throw error;
    }
  }

  async function perform(
    user: SimUser,
    channel: SimChannel,
    what: Action,
    files: Body['files'],
  ): Promise<void> {
    const { sim } = discord();
    const picked = (field: string) =>
      files.filter(({ index }) => index === field).map(({ path, filename }) => ({ path, name: filename }));
    const message = (id: string): SimMessage | undefined => channel.messages.find((one) => one.id === id);
    const found = (id: string): SimMessage => {
      const one = message(id);
      if (!one) throw new NotPossible('there is no such message');
      return one;
    };
    switch (what.do) {
      case 'slash': {
        const chosen = Object.fromEntries(files.map(({ index }) => [index, picked(index)[0]]));
        const named = Object.fromEntries(
          Object.entries(what.values).map(([name, value]) => [name, entity(channel, value) ?? value]),
        );
        await people.slash(sim, user, channel, what.line, { ...named, ...chosen });
        return;
      }
      case 'menu':
        return void people.contextMenu(sim, user, found(what.message), what.name);
      case 'press':
        return void people.press(sim, user, found(what.message), what.customId);
      case 'choose':
        return void people.choose(sim, user, found(what.message), what.customId, what.values);
      case 'dismiss':
      case 'modal': {
        const interaction = sim.interactions.get(what.interaction);
        if (!interaction) throw new NotPossible('there is no such form');
        if (what.do === 'dismiss') {
          interaction.modalOpen = false;
          return sim.changed();
        }
        const chosen = Object.fromEntries(files.map(({ index }) => [index, picked(index)]));
        await people.submitModal(sim, interaction, { ...what.values, ...chosen });
        return;
      }
      case 'say': {
        const replyTo = what.replyTo === undefined ? undefined : message(what.replyTo);
        await people.say(sim, user, channel, what.text, {
          files: picked('files'),
          ...(replyTo ? { replyTo, ping: what.ping ?? true } : {}),
        });
        return;
      }
      case 'erase': {
        const target = message(what.message);
        if (target) people.erase(sim, user, target);
        return;
      }
      default:
        trouble(user, channel, what.kind);
    }
  }

  /** Who or what an option of the page names by its id. */
  function entity({ guild }: SimChannel, value: unknown) {
    const { users, channels } = discord().sim.world;
    if (typeof value !== 'string' || !/^\d{17,20}$/.test(value)) return undefined;
    return users.get(value) ?? channels.get(value) ?? guild?.roles.find(({ id }) => id === value);
  }

  function trouble(
    user: SimUser,
    channel: SimChannel,
    kind: Extract<Action, { do: 'trouble' }>['kind'],
  ): void {
    const { sim, deny, allow, expireTokens, fault } = discord();
    const { bot } = sim.world;
    const toggle = (name: 'SendMessages' | 'AttachFiles') =>
      may(channel, bot, name) ? deny(channel, bot, name) : allow(channel, bot, name);
    if (kind === 'tokens') expireTokens();
    if (kind === 'gateway') sim.gateway.close();
    if (kind === 'dms') user.dmsOpen = !user.dmsOpen;
    if (kind === 'send') toggle('SendMessages');
    if (kind === 'attach') toggle('AttachFiles');
    if (kind === 'down') fault({ path: /^\/api\// }, { status: 503, text: 'upstream connect error' }, 3);
    sim.changed();
  }

  return handle;
}
