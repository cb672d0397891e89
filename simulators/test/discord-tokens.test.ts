import { MessageFlags, Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../../test/needs.ts';
import { asBot } from '../discord/log-in.ts';
import { NO_SPECS, officialCheck } from '../discord/official.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';
import type { SimChannel, SimUser } from '../discord/world.ts';
import { manualTime } from '../sim-time.ts';

let time: ReturnType<typeof manualTime>;
let discord: DiscordSim;
let channel: SimChannel;
let ada: SimUser;

beforeEach(async () => {
  time = manualTime();
  discord = await startDiscord({ time, settings: { webhookLimit: 'none' } });
  const guild = discord.guild('Dancers');
  channel = discord.channel(guild, 'general');
  ada = discord.member(guild, 'Ada');
  await register({ name: 'animate', description: 'x', integration_types: [0, 1], contexts: [0, 1, 2] });
});
afterEach(() => discord[Symbol.asyncDispose]());

const register = (...commands: object[]) =>
  asBot(discord, 'PUT', `/applications/${discord.bot.id}/commands`, commands);
const ask = (user = ada, where = channel) => discord.slash(user, where, 'animate');
const callback = ({ id, token }: { id: string; token: string }, type: number, data?: object) =>
  asBot(discord, 'POST', `/interactions/${id}/${token}/callback`, { type, data });
const edit = ({ token }: { token: string }, content: string, message = '@original') =>
  asBot(discord, 'PATCH', `/webhooks/${discord.bot.id}/${token}/messages/${encodeURIComponent(message)}`, {
    content,
  });
const followUp = ({ token }: { token: string }, body: object) =>
  asBot(discord, 'POST', `/webhooks/${discord.bot.id}/${token}`, body);
const said = ({ status, json }: { status: number; json: { code: number } }) => [status, json.code];

describe('an interaction', () => {
  it('is answered within three seconds or not at all', async () => {
    const [late, intime] = [await ask(), await ask()];
    await time.advance(3_000);
    expect(said(await callback(intime, 5))[0]).toBe(204);
    await time.advance(1);
    expect(said(await callback(late, 5))).toEqual([404, 10062]);
    expect([late.failed, intime.failed, intime.ackAfterMs]).toEqual([true, false, 3_000]);
  });

  it('is answered once, of two answers at the same time too', async () => {
    const asked = await ask();
    const answers = await Promise.all([
      callback(asked, 4, { content: 'a' }),
      callback(asked, 4, { content: 'b' }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 400]);
    expect(said(await callback(asked, 5))).toEqual([400, 40060]);
    expect(channel.messages).toHaveLength(1);
  });

  it('may be answered again after an answer that was refused', async () => {
    const asked = await ask();
    expect((await callback(asked, 4, {})).status).toBe(400);
    expect((await callback(asked, 4, { content: 'a' })).status).toBe(204);
  });

  it('is not known under another token', async () => {
    const { id } = await ask();
    expect(said(await callback({ id, token: 'other' }, 5))).toEqual([404, 10062]);
  });

  it('defers with no flag but EPHEMERAL, and takes no update where there is no message', async () => {
    const asked = await ask();
    expect((await callback(asked, 5, { flags: MessageFlags.IsComponentsV2 })).status).toBe(400);
    expect((await callback(asked, 7, { content: 'x' })).status).toBe(400);
    expect((await callback(asked, 5, { flags: MessageFlags.Ephemeral })).status).toBe(204);
    expect(discord.messages(channel, ada)).toHaveLength(1);
    expect(discord.messages(channel, discord.user('Bob'))).toHaveLength(0);
  });

  it('opens a form first or not at all', async () => {
    const modal = {
      custom_id: 'm',
      title: 'x',
      components: [{ type: 18, label: 'x', component: { type: 4, custom_id: 't', style: 1 } }],
    };
    const asked = await ask();
    expect((await callback(asked, 9, { ...modal, title: 'x'.repeat(46) })).status).toBe(400);
    expect((await callback(asked, 9, modal)).status).toBe(204);
    const submitted = await discord.submitModal(asked, { t: 'hi' });
    expect((await callback(submitted, 9, modal)).status).toBe(400);
  });
});

describe('its token', () => {
  it('serves nothing before the first answer', async () => {
    expect(said(await edit(await ask(), 'x'))).toEqual([404, 10015]);
  });

  it('lives for fifteen minutes; the bot itself may edit afterwards', async () => {
    const asked = await ask();
    await callback(asked, 5);
    await time.advance(15 * 60_000 - 1);
    expect((await edit(asked, 'still')).status).toBe(200);
    await time.advance(1);
    expect(said(await edit(asked, 'dead'))).toEqual([401, 50027]);
    expect(said(await followUp(asked, { content: 'dead' }))).toEqual([401, 50027]);
    const path = Routes.channelMessage(channel.id, asked.original?.id ?? '');
    expect((await asBot(discord, 'PATCH', path, { content: 'by itself' })).status).toBe(200);
  });

  it('dies at once when asked to', async () => {
    const asked = await ask();
    await callback(asked, 5);
    discord.expireTokens();
    expect(said(await edit(asked, 'x'))).toEqual([401, 50027]);
  });

  it('takes the first follow-up after a defer for the answer', async () => {
    const asked = await ask();
    await callback(asked, 5, { flags: MessageFlags.Ephemeral });
    const first = await followUp(asked, { content: 'one' });
    const second = await followUp(asked, { content: 'two' });
    expect([first.json.id === asked.original?.id, first.json.flags & 64]).toEqual([true, 64]);
    expect([second.json.id === asked.original?.id, second.json.flags & 64]).toEqual([false, 0]);
  });

  it('edits and deletes follow-ups', async () => {
    const asked = await ask();
    await callback(asked, 4, { content: 'first' });
    const { json } = await followUp(asked, { content: 'more' });
    expect((await edit(asked, 'changed', json.id)).json.content).toBe('changed');
    const at = `/webhooks/${discord.bot.id}/${asked.token}/messages/${json.id}`;
    expect((await asBot(discord, 'DELETE', at)).status).toBe(204);
    expect(said(await edit(asked, 'again', json.id))).toEqual([404, 10008]);
    expect((await asBot(discord, 'GET', at.replace(json.id, '@original'))).json.content).toBe('first');
  });

  it('takes so many edits in its time, and says so in its headers', async () => {
    discord.settings.webhookLimit = { limit: 5, perMs: 3_600_000 };
    const asked = await ask();
    await callback(asked, 5);
    const answers = [];
    for (let i = 0; i < 6; i += 1) answers.push(await edit(asked, `${i}`));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual([
      '4',
      '3',
      '2',
      '1',
      '0',
      '0',
    ]);
    expect(answers[5]?.json.retry_after).toBeGreaterThan(0);
    const other = await ask();
    await callback(other, 5);
    expect((await edit(other, 'x')).status).toBe(200);
  });
});

describe('a member who installed the app for themselves', () => {
  it('may use it where the bot is not, with five follow-ups and no way for the bot itself', async () => {
    const elsewhere = discord.guild('Elsewhere', { botIn: false });
    const there = discord.channel(elsewhere, 'general');
    const bob = discord.member(elsewhere, 'Bob', { installed: true });
    await expect(ask(discord.member(elsewhere, 'Eve'), there)).rejects.toThrow('not offered');
    const asked = await ask(bob, there);
    await callback(asked, 4, { content: 'hi' });
    for (let i = 0; i < 5; i += 1) expect((await followUp(asked, { content: `${i}` })).status).toBe(200);
    expect(said(await followUp(asked, { content: '6' }))).toEqual([400, 40094]);
    expect((await edit(asked, 'edits are not counted')).status).toBe(200);
    expect(said(await asBot(discord, 'POST', Routes.channelMessages(there.id), { content: 'x' }))).toEqual([
      403, 50001,
    ]);
  });

  it('is answered where only they see it when the server does not let such apps speak', async () => {
    const elsewhere = discord.guild('Elsewhere', { botIn: false });
    const there = discord.channel(elsewhere, 'general');
    const bob = discord.member(elsewhere, 'Bob', { installed: true });
    discord.deny(there, bob, 'UseExternalApps');
    const asked = await ask(bob, there);
    await callback(asked, 4, { content: 'hi' });
    expect(asked.original?.visibleTo).toBe(bob.id);
  });

  it('may use it among friends', async () => {
    const bob = discord.user('Bob', { installed: true });
    const friends = discord.groupDm('friends', [bob, discord.user('Cy')]);
    const asked = await ask(bob, friends);
    await callback(asked, 4, { content: 'hi' });
    expect(asked.original?.notified).toEqual([friends.recipients[0]?.id, friends.recipients[1]?.id]);
  });
});

describe('a callback with with_response', () => {
  it('names the message that it made', async () => {
    const asked = await ask();
    const { json } = await asBot(
      discord,
      'POST',
      `/interactions/${asked.id}/${asked.token}/callback?with_response=true`,
      { type: 5 },
    );
    expect(json.interaction).toMatchObject({
      id: asked.id,
      response_message_id: asked.original?.id,
      response_message_loading: true,
    });
    expect(json.resource.message.flags & MessageFlags.Loading).toBe(MessageFlags.Loading);
  });
});

describe("Discord's own description", needs(!!process.env.STRUT_SPECS, NO_SPECS), () => {
  it('refuses what it does not know', () => {
    const check = officialCheck();
    const path = '/channels/{channel_id}/messages';
    expect(() => check('POST', path, { content: 'x' })).not.toThrow();
    expect(() => check('POST', path, { content: 5 })).toThrow('Invalid Form Body');
  });
});
