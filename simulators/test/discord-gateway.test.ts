import { type Client, type ClientOptions, Events } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rateLimited } from '../discord/faults.ts';
import { logIn } from '../discord/log-in.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';
import type { SimChannel, SimUser } from '../discord/world.ts';

let discord: DiscordSim;
let channel: SimChannel;
let ada: SimUser;
const clients: AsyncDisposable[] = [];

beforeEach(async () => {
  discord = await startDiscord();
  const guild = discord.guild('Dancers');
  channel = discord.channel(guild, 'general');
  ada = discord.member(guild, 'Ada');
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client[Symbol.asyncDispose]()));
  await discord[Symbol.asyncDispose]();
});

/** A client that notes the names of the commands it hears of. */
async function listener(options: Partial<ClientOptions> = {}) {
  const heard: string[] = [];
  const logged = await logIn(
    discord,
    (interaction) => interaction.isCommand() && heard.push(interaction.commandName),
    options,
  );
  clients.push(logged);
  await logged.client.application?.commands.set([{ name: 'go', description: 'x' }]);
  return { ...logged, heard };
}
const once = (client: Client, event: Parameters<Client['once']>[0]) =>
  new Promise((resolve) => client.once(event, resolve));

/** Sends one thing and answers what comes back until the end, or until the session stands. */
function talk(what: unknown): Promise<unknown[]> {
  const socket = new WebSocket(discord.apiUrl.replace('http', 'ws').replace('/api', '/?v=10&encoding=json'));
  const heard: { op: number; t?: string }[] = [];
  return new Promise((resolve) => {
    socket.addEventListener('open', () =>
      socket.send(typeof what === 'string' ? what : JSON.stringify(what)),
    );
    socket.addEventListener('close', () => resolve(heard));
    socket.addEventListener('message', ({ data }) => {
      const said = JSON.parse(String(data)) as { op: number; t?: string };
      heard.push(said);
      if (said.op === 9 || said.t === 'RESUMED' || said.t === 'READY') socket.close();
    });
  });
}

describe('a gateway session', () => {
  it('goes on after a drop, and hears what it missed', async () => {
    const { client, heard } = await listener();
    const resumed = once(client, Events.ShardResume);
    discord.closeGateway(4000);
    await discord.slash(ada, channel, 'go');
    await resumed;
    await discord.waitFor(() => heard.length === 1);
    expect(discord.gateway.received.filter(({ op }) => op === 6)).toHaveLength(1);
    expect(discord.gateway.sessions).toHaveLength(1);
  });

  it('goes on when Discord asks for a new connection', async () => {
    const { client } = await listener();
    const resumed = once(client, Events.ShardResume);
    discord.gateway.askToReconnect();
    await resumed;
    expect(discord.gateway.connected()).toBe(1);
  });

  it('is not taken up again once it is forgotten', async () => {
    await listener();
    const [session] = discord.gateway.sessions;
    const resume = { op: 6, d: { token: discord.token, session_id: session?.id, seq: 1 } };
    expect(await talk(resume)).toMatchObject([
      { op: 10 },
      { op: 0, t: 'GUILD_CREATE', s: 2 },
      { op: 0, t: 'RESUMED' },
    ]);
    discord.gateway.close(4000, { resumable: false });
    expect(await talk(resume)).toMatchObject([{ op: 10 }, { op: 9, d: false }]);
  });

  it('is refused on order, or never comes about', async () => {
    const identify = { op: 2, d: { token: discord.token, intents: 1, properties: {} } };
    discord.gateway.invalidateNext();
    expect(await talk(identify)).toMatchObject([{ op: 10 }, { op: 9, d: false }]);
    discord.gateway.refuseNext(1);
    expect(await talk(identify)).toEqual([]);
    expect(await talk(identify)).toMatchObject([{ op: 10 }, { op: 0, t: 'READY' }]);
  });

  it('ends with the code that fits what was sent', async () => {
    const identify = { token: discord.token, intents: 1, properties: {}, shard: [0, 1] };
    for (const said of [
      { op: 3, d: {} },
      'no JSON',
      { op: 2, d: { ...identify, intents: 1 << 30 } },
      { op: 2, d: { ...identify, shard: [1, 1] } },
    ])
      await talk(said);
    expect(discord.gateway.closes.map(({ code }) => code)).toEqual([4003, 4002, 4013, 4010]);
  });

  it('hears an event twice where it comes twice, and so does each of two sessions', async () => {
    const [one, two] = [await listener(), await listener()];
    discord.gateway.duplicateNext();
    await discord.slash(ada, channel, 'go');
    await discord.waitFor(() => one.heard.length === 2 && two.heard.length === 2);
    await discord.slash(ada, channel, 'go');
    await discord.waitFor(() => one.heard.length === 3 && two.heard.length === 3);
  });

  it('is refused for a wrong token and for intents that were not granted', async () => {
    await expect(listener({ intents: [1 << 15] })).rejects.toThrow('disallowed intents');
    expect(discord.gateway.closes.map(({ code }) => code)).toEqual([4014]);
    discord.settings.privilegedIntents = 1 << 15;
    await listener({ intents: [1 << 15] });
    discord.resetToken('another.one.x');
    discord.closeGateway(4000);
    await discord.waitFor(() => discord.gateway.closes.some(({ code }) => code === 4004));
  });

  it('hears of servers that come and go', async () => {
    const { client } = await listener();
    const [came, went] = [once(client, Events.GuildCreate), once(client, Events.GuildDelete)];
    const other = discord.guild('Other', { tier: 3 });
    await came;
    expect(client.guilds.cache.get(other.id)?.premiumTier).toBe(3);
    discord.kick(other);
    await went;
    expect(client.guilds.cache.has(other.id)).toBe(false);
  });

  it('without intents hears of interactions alone', async () => {
    const { heard, client } = await listener({ intents: [] });
    const messages: string[] = [];
    client.on('messageCreate', ({ content }) => void messages.push(content));
    await discord.say(ada, channel, `${discord.mention} hi`);
    await discord.slash(ada, channel, 'go');
    await discord.waitFor(() => heard.length === 1);
    expect([messages, client.channels.cache.size]).toEqual([[], 0]);
  });
});

describe('what a mention shows of the message that it answers', () => {
  it.each([
    [true, 'look'],
    [false, ''],
  ])('is settable: %s', async (shows, content) => {
    discord.settings.mentionShowsReferenced = shows;
    const { client } = await listener({ intents: [1, 512] });
    const answered: string[] = [];
    client.on('messageCreate', async (message) => {
      if (!message.reference) return;
      answered.push((await message.fetchReference()).content);
      discord.sim.changed();
    });
    const post = await discord.say(ada, channel, 'look');
    await discord.say(ada, channel, discord.mention, { replyTo: post });
    await discord.waitFor(() => answered.length === 1);
    expect(answered).toEqual([content]);
  });
});

describe('a 429', () => {
  it('is waited out by the client', async () => {
    const { client } = await listener();
    discord.fault({ method: 'GET', path: /\/users\/@me$/ }, rateLimited(0));
    await client.rest.get('/users/@me');
    expect(discord.requestsTo('GET', /\/users\/@me$/).map(({ status }) => status)).toEqual([429, 200]);
  });
});
