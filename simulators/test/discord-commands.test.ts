import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asBot } from '../discord/log-in.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';
import type { SimChannel, SimUser } from '../discord/world.ts';

let discord: DiscordSim;
let channel: SimChannel;
let ada: SimUser;

beforeEach(async () => {
  discord = await startDiscord({ settings: { globalLimit: 'none' } });
  const guild = discord.guild('Dancers');
  channel = discord.channel(guild, 'general');
  ada = discord.member(guild, 'Ada');
});
afterEach(() => discord[Symbol.asyncDispose]());

const put = (commands: object[], guild = '') =>
  asBot(discord, 'PUT', `/applications/${discord.bot.id}${guild && `/guilds/${guild}`}/commands`, commands);
const command = (more: object = {}) => ({ name: 'go', description: 'x', ...more });
const option = (more: object = {}) => ({ type: 3, name: 'text', description: 'x', ...more });
const PICTURE = { name: 'a.PNG', bytes: Buffer.from('x') };

describe('commands that Discord would refuse', () => {
  it.each([
    ['upper case', command({ name: 'Go' })],
    ['a space', command({ name: 'go on' })],
    ['33 characters', command({ name: 'x'.repeat(33) })],
    ['no description', { name: 'go' }],
    ['a description of 101 characters', command({ description: 'x'.repeat(101) })],
    ['a locale that is none', command({ name_localizations: { xx: 'go' } })],
    ['26 options', command({ options: Array.from({ length: 26 }, (_, n) => option({ name: `o${n}` })) })],
    ['two options of one name', command({ options: [option(), option()] })],
    [
      'a required option after others',
      command({ options: [option(), option({ name: 'b', required: true })] }),
    ],
    [
      '26 choices',
      command({
        options: [
          option({ choices: Array.from({ length: 26 }, (_, n) => ({ name: `${n}`, value: `${n}` })) }),
        ],
      }),
    ],
    ['a choice of another type', command({ options: [option({ choices: [{ name: 'a', value: 1 }] })] })],
    [
      'choices beside autocomplete',
      command({ options: [option({ autocomplete: true, choices: [{ name: 'a', value: 'a' }] })] }),
    ],
    ['file types on a text', command({ options: [option({ file_types: ['image'] })] })],
    ['file types that are none', command({ options: [option({ type: 11, file_types: ['picture'] })] })],
    ['a subcommand beside an option', command({ options: [option(), option({ type: 1, name: 'sub' })] })],
    ['a context menu with a description', { type: 3, name: 'Go', description: 'x' }],
    ['private channels without user install', command({ contexts: [2], integration_types: [0] })],
    [
      'more than 8000 characters',
      command({
        options: Array.from({ length: 10 }, (_, n) =>
          option({
            name: `o${n}`,
            choices: Array.from({ length: 25 }, (_, at) => ({
              name: `${at}${'x'.repeat(30)}`,
              value: `${at}${'x'.repeat(30)}`,
            })),
          }),
        ),
      }),
    ],
  ])('%s', async (_, one) => {
    const { status, json } = await put([one]);
    expect([status, json.code]).toEqual([400, 50035]);
  });

  it('the same name twice, or too many for messages', async () => {
    expect((await put([command(), command()])).status).toBe(400);
    const menus = Array.from({ length: 16 }, (_, n) => ({ type: 3, name: `Menu ${n}` }));
    expect((await put(menus)).status).toBe(400);
    expect((await put([...menus.slice(1), command()])).status).toBe(200);
  });
});

describe('registered commands', () => {
  it('replace those before, keep their ids by name, and can be read', async () => {
    const [first] = (await put([command(), command({ name: 'old' })])).json;
    const after = (await put([command({ description: 'new' })])).json;
    expect(after).toHaveLength(1);
    expect(after[0].id).toBe(first.id);
    const read = await asBot(discord, 'GET', `/applications/${discord.bot.id}/commands`);
    expect(read.json).toEqual(after);
  });

  it('of a server stand before the global ones, there only', async () => {
    const guild = channel.guild?.id ?? '';
    await put([command()]);
    const [own] = (await put([command()], guild)).json;
    await discord.slash(ada, channel, 'go');
    const other = discord.guild('Other');
    await discord.slash(discord.member(other, 'Bob'), discord.channel(other, 'x'), 'go');
    expect(own.guild_id).toBe(guild);
    expect(discord.commands().map(({ guildId }) => guildId)).toEqual([undefined, guild]);
  });
});

describe('the Discord app', () => {
  it('sends no value that the command does not take', async () => {
    await put([
      command({
        options: [
          option({ type: 11, name: 'image', required: true, file_types: ['image'] }),
          option({ choices: [{ name: 'A', value: 'a' }] }),
          option({ name: 'long', max_length: 3 }),
          option({ type: 4, name: 'count', min_value: 1, max_value: 5 }),
          option({ type: 5, name: 'sound' }),
        ],
      }),
    ]);
    const go = (values: Parameters<typeof discord.slash>[3]) => discord.slash(ada, channel, 'go', values);
    const image = PICTURE;
    await expect(go({})).rejects.toThrow('image is required');
    await expect(go({ image: { name: 'a.mp4', bytes: Buffer.from('x') } })).rejects.toThrow(
      'is not of image',
    );
    await expect(go({ image: 'a.png' })).rejects.toThrow('takes a object');
    await expect(go({ image, text: 'b' })).rejects.toThrow('is no choice');
    await expect(go({ image, text: PICTURE })).rejects.toThrow('takes no file');
    await expect(go({ image, long: 'four' })).rejects.toThrow('out of bounds');
    await expect(go({ image, count: 6 })).rejects.toThrow('out of bounds');
    await expect(go({ image, count: 1.5 })).rejects.toThrow('whole number');
    await expect(go({ image, sound: 'yes' })).rejects.toThrow('takes a boolean');
    await expect(go({ image, nothing: 1 })).rejects.toThrow('no option nothing');
    expect((await go({ image, text: 'a', long: 'abc', count: 5, sound: true })).name).toBe('go');
  });

  it('offers a command only where its contexts and permissions say', async () => {
    await put([
      command({ contexts: [0] }),
      command({ name: 'rules', default_member_permissions: '32' }),
      command({ name: 'admins', default_member_permissions: '0' }),
    ]);
    const guild = channel.guild;
    if (!guild) throw new Error('no guild');
    await expect(discord.slash(ada, discord.dm(ada), 'go')).rejects.toThrow('not offered in context 1');
    await expect(discord.slash(ada, channel, 'rules')).rejects.toThrow('lack its permissions');
    const manager = discord.member(guild, 'Max', { permissions: ['ManageGuild'] });
    expect((await discord.slash(manager, channel, 'rules')).name).toBe('rules');
    await expect(discord.slash(manager, channel, 'admins')).rejects.toThrow('lack its permissions');
    const admin = discord.member(guild, 'Eve', { permissions: ['Administrator'] });
    expect((await discord.slash(admin, channel, 'admins')).name).toBe('admins');
    discord.deny(channel, ada, 'UseApplicationCommands');
    await expect(discord.slash(ada, channel, 'go')).rejects.toThrow('may not use commands');
  });

  it('runs subcommands and completes what is typed', async () => {
    await put([
      command({
        options: [
          option({
            type: 2,
            name: 'limits',
            options: [option({ type: 1, name: 'set', options: [option({ autocomplete: true })] })],
          }),
        ],
      }),
    ]);
    await expect(discord.slash(ada, channel, 'go limits drop')).rejects.toThrow('no subcommand drop');
    const typing = await discord.autocomplete(ada, channel, 'go limits set', 'text', { text: 'a' });
    const path = `/interactions/${typing.id}/${typing.token}/callback`;
    expect((await asBot(discord, 'POST', path, { type: 5 })).status).toBe(400);
    await asBot(discord, 'POST', path, { type: 8, data: { choices: [{ name: 'Ada', value: 'ada' }] } });
    expect(typing.choices).toEqual([{ name: 'Ada', value: 'ada' }]);
  });
});
