import { Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asBot } from '../discord/log-in.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';
import type { SimChannel, SimGuild, SimUser } from '../discord/world.ts';

let discord: DiscordSim;
let guild: SimGuild;
let channel: SimChannel;
let ada: SimUser;

beforeEach(async () => {
  discord = await startDiscord({ settings: { channelLimit: 'none' } });
  guild = discord.guild('Dancers');
  channel = discord.channel(guild, 'general');
  ada = discord.member(guild, 'Ada');
});
afterEach(() => discord[Symbol.asyncDispose]());

const FILE = { name: 'a.txt', bytes: new Uint8Array(10) };
const send = (body: object, where = channel, files: (typeof FILE)[] = []) =>
  asBot(discord, 'POST', Routes.channelMessages(where.id), body, files);
const said = ({ status, json }: { status: number; json: { code: number } }) => [status, json.code];
const sent = async (body: object, where = channel) => {
  const { json } = await send(body, where);
  return where.messages.find(({ id }) => id === json.id);
};

describe('what the bot may do in a channel', () => {
  it.each([
    ['see it', 'ViewChannel', 50001],
    ['write', 'SendMessages', 50013],
    ['attach files', 'AttachFiles', 50013],
  ] as const)('ends where it may not %s', async (_, permission, code) => {
    expect((await send({ content: 'x' }, channel, [FILE])).status).toBe(200);
    discord.deny(channel, discord.bot, permission);
    expect(said(await send({ content: 'x' }, channel, [FILE]))).toEqual([403, code]);
    discord.allow(channel, discord.bot, permission);
    expect((await send({ content: 'x' }, channel, [FILE])).status).toBe(200);
  });

  it('counts a permission of its own in a thread', async () => {
    const thread = discord.channel(guild, 'a thread', { parent: channel });
    discord.deny(channel, discord.bot, 'SendMessagesInThreads');
    expect([(await send({ content: 'x' })).status, said(await send({ content: 'x' }, thread))]).toEqual([
      200,
      [403, 50013],
    ]);
  });

  it('needs the history for a reply, and a message that is there', async () => {
    const first = await sent({ content: 'first' });
    const reference = { message_id: first?.id };
    expect((await sent({ content: 'x', message_reference: reference }))?.replyTo).toBe(first);
    if (first) discord.erase(discord.world.users.get(guild.ownerId) ?? ada, first);
    expect((await send({ content: 'x', message_reference: reference })).status).toBe(400);
    const lenient = { ...reference, fail_if_not_exists: false };
    expect((await sent({ content: 'x', message_reference: lenient }))?.replyTo).toBeUndefined();
    discord.deny(channel, discord.bot, 'ReadMessageHistory');
    expect(said(await send({ content: 'x', message_reference: lenient }))).toEqual([403, 160002]);
  });

  it('ends when it is taken out of the server', async () => {
    discord.kick(guild);
    expect(said(await send({ content: 'x' }))).toEqual([403, 50001]);
    discord.invite(guild);
    expect((await send({ content: 'x' })).status).toBe(200);
  });

  it('leaves the messages of others alone, unless it may moderate', async () => {
    const { id } = await discord.say(ada, channel, 'mine');
    const at = Routes.channelMessage(channel.id, id);
    expect(said(await asBot(discord, 'PATCH', at, { content: 'x' }))).toEqual([403, 50005]);
    expect(said(await asBot(discord, 'DELETE', at))).toEqual([403, 50013]);
    discord.allow(channel, discord.bot, 'ManageMessages');
    expect((await asBot(discord, 'DELETE', at)).status).toBe(204);
    expect(said(await asBot(discord, 'GET', at))).toEqual([404, 10008]);
  });
});

describe('a message sent twice', () => {
  it('is one message where the nonce is enforced', async () => {
    const body = { content: 'x', nonce: 'job-1', enforce_nonce: true };
    const ids = [await send(body), await send(body), await send({ ...body, nonce: 'job-2' })].map(
      ({ json }) => json.id,
    );
    expect([ids[0] === ids[1], ids[0] === ids[2], channel.messages.length]).toEqual([true, false, 2]);
    await send({ content: 'x', nonce: 'job-1' });
    expect(channel.messages).toHaveLength(3);
  });
});

describe('a DM', () => {
  const open = async (user: SimUser) =>
    (await asBot(discord, 'POST', '/users/@me/channels', { recipient_id: user.id })).json.id as string;

  it('reaches a member, and tells them', async () => {
    expect(await open(ada)).toBe(discord.dm(ada).id);
    expect((await sent({ content: 'x' }, discord.dm(ada)))?.notified).toEqual([ada.id]);
  });

  it('reaches nobody who takes none, and nobody the bot shares no server with', async () => {
    ada.dmsOpen = false;
    expect(said(await send({ content: 'x' }, discord.dm(ada)))).toEqual([403, 50007]);
    const bob = discord.user('Bob');
    expect(said(await send({ content: 'x' }, discord.dm(bob)))).toEqual([403, 50278]);
    bob.installed = true;
    expect((await send({ content: 'x' }, discord.dm(bob))).status).toBe(200);
  });
});

describe('who is told of a message', () => {
  const mention = () => ({ content: `hi <@${ada.id}>` });

  it('are those named, as far as the sender allows', async () => {
    expect((await sent(mention()))?.notified).toEqual([ada.id]);
    expect((await sent({ ...mention(), allowed_mentions: { parse: [] } }))?.notified).toEqual([]);
    expect((await sent({ ...mention(), allowed_mentions: { users: [ada.id] } }))?.notified).toEqual([ada.id]);
    expect((await sent({ ...mention(), flags: 4096 }))?.notified).toEqual([]);
  });

  it('is the author of what is answered, unless the sender says no', async () => {
    const post = await discord.say(ada, channel, 'hello');
    const answer = { content: 'x', message_reference: { message_id: post.id } };
    expect((await sent(answer))?.notified).toEqual([ada.id]);
    expect((await sent({ ...answer, allowed_mentions: { parse: [] } }))?.notified).toEqual([]);
    expect((await sent({ ...answer, allowed_mentions: { replied_user: true } }))?.notified).toEqual([ada.id]);
  });

  it('is never the sender', async () => {
    expect((await discord.say(ada, channel, `I am <@${ada.id}>`)).notified).toEqual([]);
  });

  it('is nobody after an edit', async () => {
    const message = await sent({ content: 'x' });
    await asBot(discord, 'PATCH', Routes.channelMessage(channel.id, message?.id ?? ''), mention());
    expect([message?.mentions, message?.notified]).toEqual([[ada.id], []]);
  });
});

describe('what people may do', () => {
  it('ends where the server does not let them', async () => {
    discord.deny(channel, ada, 'SendMessages');
    await expect(discord.say(ada, channel, 'x')).rejects.toThrow('may not write');
    const other = await sent({ content: 'of the bot' });
    if (other) expect(() => discord.erase(ada, other)).toThrow('may not delete');
  });

  it('does not include what only another sees', async () => {
    const { id, token } = await (async () => {
      await asBot(discord, 'PUT', `/applications/${discord.bot.id}/commands`, [
        { name: 'x', description: 'x' },
      ]);
      return discord.slash(ada, channel, 'x');
    })();
    await asBot(discord, 'POST', `/interactions/${id}/${token}/callback`, {
      type: 4,
      data: {
        flags: 64,
        components: [{ type: 1, components: [{ type: 2, style: 1, label: 'Go', custom_id: 'go' }] }],
      },
    });
    const message = channel.messages.at(-1);
    expect(() => discord.press(discord.member(guild, 'Bob'), message, 'Go')).toThrow(
      "can't see that message",
    );
    expect(discord.press(ada, message, 'Go').source).toBe(message);
    expect(said(await asBot(discord, 'GET', Routes.channelMessage(channel.id, message?.id ?? '')))).toEqual([
      404, 10008,
    ]);
  });
});
