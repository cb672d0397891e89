import { describe, expect, it } from 'vitest';
import type { SimInteraction } from '../../../simulators/discord/interactions.ts';
import { buttonsOf } from '../../../simulators/discord/people.ts';
import { chosenIn, labels, posted, set, settingsOf, startAdminBot } from './admin-setup.ts';
import { said, textOf } from './harness.ts';

describe('/settings', () => {
  it('takes a daily limit, a role’s jobs, a confirm level and a log channel from an admin who reads no docs', async () => {
    await using bot = await startAdminBot();
    const log = bot.discord.channel(bot.guild, 'bot-log');
    const dancers = bot.discord.role(bot.guild, 'Dancers', [bot.ada]);
    const limit = await set(bot, 'limit', { scope: 'server', period: 'day', unit: 'usd', amount: '5' });
    expect(textOf(limit)).toContain('all together: $5.00 a day');
    await set(bot, 'limit', { scope: 'role', period: 'day', unit: 'jobs', amount: '10', role: dancers });
    expect(textOf(await set(bot, 'confirm', { usd: '0.50' }))).toContain('from default to $0.50');
    await set(bot, 'log-channel', { channel: log });
    expect(settingsOf(bot)).toEqual({
      limits: [
        { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 5_000_000 },
        { who: { kind: 'role', id: dancers.id }, period: 'day', unit: 'jobs', max: 10 },
      ],
      confirmAboveMicros: 500_000,
      logChannel: log.id,
    });
    const told = await posted(bot, 'Log channel', log);
    expect(textOf(told)).toContain(`<@${bot.admin.id}>`);
    expect(told.notified).toEqual([]);
  });

  it('is offered to those who manage the server, in servers that have the bot', async () => {
    await using bot = await startAdminBot();
    await expect(bot.discord.slash(bot.ada, bot.channel, '/settings show')).rejects.toThrow(/permissions/);
    await expect(bot.discord.slash(bot.admin, bot.discord.dm(bot.admin), '/settings show')).rejects.toThrow(
      /context/,
    );
    const registered = bot.discord.commands().find(({ name }) => name === 'settings');
    expect(registered).toMatchObject({
      default_member_permissions: '32',
      contexts: [0],
      integration_types: [0],
    });
  });

  it('asks again who may, whatever the server’s own rules for commands let through', async () => {
    await using bot = await startAdminBot();
    const registered = bot.discord.commands().find(({ name }) => name === 'settings');
    if (registered) registered.default_member_permissions = null;
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/settings confirm', { usd: '9' });
    await bot.discord.waitFor(() => textOf(asked.original).includes(said('refusal.not-allowed-admins-only')));
    expect(settingsOf(bot)).toEqual({});
  });

  it('names members as the core does, and channels and roles as Discord does', async () => {
    await using bot = await startAdminBot();
    await set(bot, 'block', { member: bot.ada, days: '7' });
    await set(bot, 'allow', { channel: bot.channel });
    expect(settingsOf(bot)).toMatchObject({
      blocked: [{ member: `discord:${bot.ada.id}` }],
      channels: [bot.channel.id],
    });
  });

  it('refuses a log channel that it can’t post in, also by a role’s or a thread’s rules', async () => {
    await using bot = await startAdminBot();
    const secret = bot.discord.channel(bot.guild, 'secret');
    bot.discord.deny(secret, bot.discord.bot, 'ViewChannel');
    const mute = bot.discord.channel(bot.guild, 'mute');
    mute.overwrites.push({ id: bot.guild.id, type: 0, allow: 0n, deny: 1n << 11n });
    const thread = bot.discord.channel(bot.guild, 'thread', { parent: secret });
    for (const channel of [secret, mute, thread])
      expect(textOf(await set(bot, 'log-channel', { channel }))).toContain(said('refusal.channel-closed'));
    expect(settingsOf(bot)).toEqual({});
    bot.discord.allow(mute, bot.discord.bot, 'SendMessages');
    await set(bot, 'log-channel', { channel: mute });
    expect(settingsOf(bot)).toEqual({ logChannel: mute.id });
  });

  it('offers time zones while one is typed, with the time there', async () => {
    await using bot = await startAdminBot();
    const choices = async (zone: string) => {
      const typing = await bot.discord.autocomplete(bot.admin, bot.channel, '/settings timezone', 'zone', {
        zone,
      });
      return bot.discord.waitFor(() => typing.choices);
    };
    const all = await choices('');
    expect(all.length).toBeLessThanOrEqual(25);
    expect(all[0]?.value).toBe('UTC');
    const found = await choices('new york');
    expect(found.map(({ value }) => value)).toEqual(['America/New_York']);
    expect(found[0]?.name).toMatch(/^America\/New_York \(.*\d:\d\d.*\)$/);
    expect(await choices('nowhere at all')).toEqual([]);
    await set(bot, 'timezone', { zone: 'America/New_York' });
    expect((await choices(''))[0]?.value).toBe('America/New_York');
  });

  it('shows who changed what', async () => {
    await using bot = await startAdminBot();
    await set(bot, 'confirm', { usd: '2' });
    expect(textOf(await set(bot, 'history'))).toContain(`<@${bot.admin.id}>`);
  });

  it('names its parts, options and choices in the languages that are spoken', async () => {
    await using bot = await startAdminBot();
    const registered = bot.discord.commands().find(({ name }) => name === 'settings');
    const limit = registered?.options?.find(({ name }) => name === 'limit');
    expect(limit?.description_localizations).toHaveProperty('de');
    const scope = limit?.options?.find(({ name }) => name === 'scope');
    expect(scope?.choices?.map(({ name }) => name)).toEqual([
      'all together',
      'each member',
      'member',
      'role',
      'channel',
    ]);
    const missing = JSON.stringify(bot.discord.commands()).match(/"(?:command|choice|settings)\.[\w.-]+"/g);
    expect(missing).toBeNull();
  });
});

describe('the panel of /settings', () => {
  it('lets everything be changed by menus, buttons and forms, and shows the new state', async () => {
    await using bot = await startAdminBot();
    const { discord, admin } = bot;
    const log = discord.channel(bot.guild, 'bot-log');
    const dancers = discord.role(bot.guild, 'Dancers');
    const panel = await set(bot, 'show');
    expect(panel.visibleTo).toBe(admin.id);
    const shows = (text: string) => discord.waitFor(() => textOf(panel).includes(text));

    discord.choose(admin, panel, 'settings|channels', [bot.channel.id, log.id]);
    await shows(`Allowed channels: <#${bot.channel.id}>, <#${log.id}> (set here)`);
    discord.choose(admin, panel, 'settings|channels', [log.id]);
    await shows(`Allowed channels: <#${log.id}> (set here)`);
    discord.choose(admin, panel, 'settings|roles', [dancers.id]);
    await shows(`<@&${dancers.id}> (set here)`);
    discord.choose(admin, panel, 'settings|members', [bot.ada.id]);
    await shows(`<@${bot.ada.id}> (set here)`);
    expect(chosenIn(panel, 'settings|members')).toEqual([bot.ada.id]);
    discord.choose(admin, panel, 'settings|log-channel', [log.id]);
    await shows(`Log channel: <#${log.id}>`);
    discord.press(admin, panel, 'Best quality → Standard');
    await shows('Best quality → Pro');
    discord.press(admin, panel, 'Notify members → off');
    await shows('Notify members → on');

    const limit = discord.press(admin, panel, 'Set a limit');
    await discord.waitFor(() => limit.modalOpen);
    await discord.submitModal(limit, { only: [dancers.id], counted: 'jobs-day', amount: '10' });
    await shows(`role <@&${dancers.id}>: 10 jobs a day`);
    const more = discord.press(admin, panel, 'More settings');
    await discord.waitFor(() => more.modalOpen);
    await discord.submitModal(more, { confirm: '0.50', timezone: 'Europe/Berlin' });
    await shows('Time zone: Europe/Berlin (set here)');

    expect(settingsOf(bot)).toEqual({
      channels: [log.id],
      roles: [dancers.id],
      members: [`discord:${bot.ada.id}`],
      logChannel: log.id,
      quality: 'standard',
      notify: false,
      limits: [{ who: { kind: 'role', id: dancers.id }, period: 'day', unit: 'jobs', max: 10 }],
      confirmAboveMicros: 500_000,
      timeZone: 'Europe/Berlin',
    });
  });

  it('limits a member, a channel, or each member', async () => {
    await using bot = await startAdminBot();
    const panel = await set(bot, 'show');
    for (const values of [
      { only: [bot.ada.id], counted: 'usd-month', amount: '3' },
      { channel: [bot.channel.id], counted: 'jobs-month', amount: '4' },
      { scope: 'everyone', counted: 'usd-day', amount: 'off' },
    ]) {
      const pressed = bot.discord.press(bot.admin, panel, 'Set a limit');
      await bot.discord.waitFor(() => pressed.modalOpen);
      const sent = await bot.discord.submitModal(pressed, values);
      const { edits } = panel;
      await bot.discord.waitFor(() => sent.original && panel.edits > edits);
    }
    const both = bot.discord.press(bot.admin, panel, 'Set a limit');
    await bot.discord.waitFor(() => both.modalOpen);
    await bot.discord.submitModal(both, {
      only: [bot.ada.id],
      channel: [bot.channel.id],
      counted: 'usd-day',
      amount: '1',
    });
    await bot.discord.waitFor(() => textOf(panel).includes('“scope” can be'));
    expect(settingsOf(bot).limits).toEqual([
      { who: { kind: 'member', id: `discord:${bot.ada.id}` }, period: 'month', unit: 'usd', max: 3_000_000 },
      { who: { kind: 'channel', id: bot.channel.id }, period: 'month', unit: 'jobs', max: 4 },
      { who: { kind: 'everyone' }, period: 'day', unit: 'usd', max: 'off' },
    ]);
  });

  it('says what is wrong with a value and keeps what holds', async () => {
    await using bot = await startAdminBot();
    const panel = await set(bot, 'show');
    const more = bot.discord.press(bot.admin, panel, 'More settings');
    await bot.discord.waitFor(() => more.modalOpen);
    await bot.discord.submitModal(more, { timezone: 'Mars/Base', retention: '7' });
    await bot.discord.waitFor(() => textOf(panel).includes('“timezone” can be'));
    expect(settingsOf(bot)).toEqual({ retentionDays: 7 });
  });

  it('still works after a restart, and when its first token is dead', async () => {
    await using bot = await startAdminBot();
    const panel = await set(bot, 'show');
    await bot.restart();
    bot.discord.expireTokens();
    bot.discord.press(bot.admin, panel, 'Notify members → off');
    await bot.discord.waitFor(() => labels(panel).includes('Notify members → on'));
  });

  it('refuses each press and each form of somebody who has lost the right meanwhile', async () => {
    await using bot = await startAdminBot();
    const { discord, admin } = bot;
    const panel = await set(bot, 'show');
    const form = discord.press(admin, panel, 'Set a limit');
    await discord.waitFor(() => form.modalOpen);
    for (const role of bot.guild.roles) if (role.id !== bot.guild.id) role.permissions = 0n;
    const sent = await discord.submitModal(form, { counted: 'usd-day', amount: '1' });
    const refusedBy = (asked: SimInteraction) =>
      discord.waitFor(() =>
        [...asked.followUps, asked.original].find((one) =>
          textOf(one).includes(said('refusal.not-allowed-admins-only')),
        ),
      );
    await refusedBy(sent);
    for (const { custom_id } of buttonsOf(panel)) {
      const pressed = discord.press(admin, panel, custom_id ?? '');
      expect((await refusedBy(pressed)).visibleTo).toBe(admin.id);
      expect(pressed.modalOpen).toBe(false);
    }
    await refusedBy(discord.choose(admin, panel, 'settings|log-channel', [bot.channel.id]));
    expect(settingsOf(bot)).toEqual({});
  });

  it('brings the changes beside it', async () => {
    await using bot = await startAdminBot();
    await set(bot, 'retention', { days: '7' });
    const panel = await set(bot, 'show');
    const pressed = bot.discord.press(bot.admin, panel, 'Changes');
    const told = await bot.discord.waitFor(() => pressed.followUps[0]);
    expect(textOf(told)).toContain('7 days');
  });
});
