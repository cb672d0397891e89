import { describe, expect, it } from 'vitest';
import { buttonsOf, textOf } from '../../../simulators/telegram/telegram.ts';
import { createRemote } from '../../fakes/remote.ts';
import { adminSetup } from './admin-setup.ts';

describe('an admin who has read no documentation', () => {
  it('sets a daily limit, a confirm level and a log channel with buttons, and a member’s jobs as the panel says', async () => {
    const { telegram, admin, group, user, says, told, presses, shows, settings } = await adminSetup();
    await telegram.sends(user, group, { text: 'hello' });
    const panel = await says(admin, '/settings');
    expect(textOf(panel)).toContain('Ask before jobs dearer than: $1.00 (default)');
    const [limits, ...others] = buttonsOf(panel).flat();

    await presses(admin, panel, limits ?? '');
    await presses(admin, await shows(panel, 'Write it like this'), '$5.00');
    await shows(panel, 'Limits: all together: $5.00 a day (set here)');

    const confirm = others.find((label) => label.includes('Ask before')) ?? '';
    await presses(admin, panel, confirm);
    await presses(admin, await shows(panel, 'Write it like this'), '$0.50');
    await shows(panel, 'Ask before jobs dearer than: $0.50 (set here)');

    await presses(admin, panel, others.find((label) => label.includes('Log')) ?? '');
    await presses(admin, await shows(panel, 'Write it like this'), 'here');
    await shows(panel, 'Log channel: Dancers (set here)');

    await presses(admin, panel, others[0] ?? '');
    const page = await shows(panel, 'Write it like this');
    const [example = ''] = /\/settings limit @name.*/.exec(textOf(page)) ?? [];
    expect(await told(admin, example.replace('@name', '@ada_l'))).toContain('Ada: 10 jobs a day');

    expect(await settings()).toEqual({
      limits: [
        { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 5_000_000 },
        { who: { kind: 'member', id: `telegram:${user.id}` }, period: 'day', unit: 'jobs', max: 10 },
      ],
      confirmAboveMicros: 500_000,
      logChannel: String(group.id),
    });
  });

  it('sees each choice that the panel offers take effect, and the limits go again', async () => {
    const { telegram, admin, says, presses, shows, settings } = await adminSetup();
    const panel = await says(admin, '/settings');
    const choose = async (page: RegExp, label: string) => {
      const button =
        buttonsOf(telegram.message(panel) ?? panel)
          .flat()
          .find((one) => page.test(one)) ?? '';
      await presses(admin, panel, button);
      await presses(admin, await shows(panel, 'Write it like this'), label);
      await shows(panel, 'Choose what to change');
    };
    await choose(/quality/, 'Standard');
    await choose(/Notify/, 'off');
    await choose(/Keep/, '7 days');
    await choose(/each member/i, '3 jobs');
    expect(await settings()).toEqual({
      quality: 'standard',
      notify: false,
      retentionDays: 7,
      limits: [{ who: { kind: 'everyone' }, period: 'day', unit: 'jobs', max: 3 }],
    });
    await choose(/each member/i, 'no limit');
    expect((await settings())?.limits).toEqual([
      { who: { kind: 'everyone' }, period: 'day', unit: 'jobs', max: 'off' },
    ]);
  });

  it.each(['forget-yes|-', 'confirm|ABC234', 'choose|ABC234|sound=false', 'ask|ABC234'])(
    'keeps the panel as it is when a press that no button of it says comes from elsewhere (%s)',
    async (madeUp) => {
      const { telegram, admin, says, presses, shows } = await adminSetup();
      const panel = await says(admin, '/settings');
      const [label = ''] = buttonsOf(panel).flat();
      await telegram.press(admin, panel, label, { madeUp }).done;
      // The next press is taken up after it.
      const before = telegram.message(panel);
      expect(before && [textOf(before), buttonsOf(before)]).toEqual([textOf(panel), buttonsOf(panel)]);
      await presses(admin, panel, label);
      await shows(panel, 'Write it like this');
    },
  );

  it('can use a panel that an earlier version posted, too', async () => {
    const { telegram, admin, says, presses, shows } = await adminSetup();
    const panel = await says(admin, '/settings');
    const [[button] = []] = telegram.message(panel)?.reply_markup?.inline_keyboard ?? [];
    if (!button || !('callback_data' in button)) throw new Error('no button');
    button.callback_data = 'settings|log|here';
    await presses(admin, panel, button.text);
    await shows(panel, 'Log channel: Dancers (set here)');
  });
});

describe('/settings in words', () => {
  it.each([
    [
      'limit chat month usd 100',
      { limits: [{ who: { kind: 'space' }, period: 'month', unit: 'usd', max: 100_000_000 }] },
    ],
    [
      'LIMIT Server usd day $0,50',
      { limits: [{ who: { kind: 'space' }, period: 'day', unit: 'usd', max: 500_000 }] },
    ],
    [
      'limit member day jobs 3',
      { limits: [{ who: { kind: 'everyone' }, period: 'day', unit: 'jobs', max: 3 }] },
    ],
    [
      'limit everyone day jobs off',
      { limits: [{ who: { kind: 'everyone' }, period: 'day', unit: 'jobs', max: 'off' }] },
    ],
    ['providers fal', { providers: ['fal'] }],
    ['quality standard', { quality: 'standard' }],
    ['confirm 0.50', { confirmAboveMicros: 500_000 }],
    ['notify off', { notify: false }],
    ['timezone Europe/Berlin', { timeZone: 'Europe/Berlin' }],
    ['retention 90', { retentionDays: 90 }],
  ])('takes “%s”', async (words, expected) => {
    const { admin, told, settings } = await adminSetup({ remote: createRemote('fal') });
    expect(await told(admin, `/settings ${words}`)).toMatch(/^Changed: /);
    expect(await settings()).toEqual(expected);
  });

  it.each([
    ['sing', /“settings” can be: show, limit, allow/],
    ['limit', /“scope” can be: chat, member, @…\.\nWrite it like this: \/settings limit/],
    ['limit sever day usd 5', /“scope” can be/],
    ['limit topic day usd 5', /“scope” can be: chat, member, @…\./],
    ['limit chat week usd 5', /“period” can be: day, month/],
    ['limit chat day euro 5', /“unit” can be: usd, jobs/],
    ['limit chat day usd -5', /“amount” can be: 5\.00, off/],
    ['limit chat day jobs 1.5', /“amount” can be: 10, off/],
    ['limit chat day usd 5 please', /Write it like this: \/settings limit/],
    ['quality best', /“best” can be: standard, pro/],
    ['notify maybe', /“members” can be: on, off/],
    ['timezone Mars/Olympus', /“timezone” can be: Europe\/Berlin/],
    ['retention 0', /“days” can be: 1 – 365/],
    ['reset everything', /“setting” can be: limits/],
    ['log-channel there', /“channel” can be: here, off/],
    ['providers acme', /“providers” can be: fal, all/],
    ['block @nobody_here', /I haven't seen @nobody_here here yet\. Reply/],
    ['log-channel -1001', /I can't post in that channel|Name a chat where you are an admin/],
  ])('answers “%s” with what would be right, and changes nothing', async (words, expected) => {
    const { admin, told, settings } = await adminSetup({ remote: createRemote('fal') });
    expect(await told(admin, `/settings ${words}`)).toMatch(expected);
    expect(await settings()).toBeUndefined();
  });

  it('knows whom an admin means by name, by an account that has none, and by the message answered', async () => {
    const { telegram, admin, user, eve, group, says, told, settings } = await adminSetup();
    const hello = await telegram.sends(user, group, { text: 'hello' });
    expect(await told(admin, '/settings block @ADA_L 7')).toContain('Ada until');
    expect(await told(admin, '/settings block @ada_l 0')).toContain('Changed: Blocked');
    await says(admin, '/settings allow', { replyTo: hello });
    const text = '/settings grant Eve Adams usd 5 7';
    await says(admin, text, {
      entities: [
        { type: 'bot_command', offset: 0, length: 9 },
        { type: 'text_mention', offset: text.indexOf('Eve'), length: 9, user: eve },
      ],
    });
    expect(await told(admin, '/settings limit @whoever day jobs 2', { replyTo: hello })).toContain(
      'Ada: 2 jobs',
    );
    expect(await settings()).toMatchObject({
      blocked: [],
      members: [`telegram:${user.id}`],
      grants: [{ who: { kind: 'member', id: `telegram:${eve.id}` }, unit: 'usd', max: 5_000_000 }],
      limits: [{ who: { kind: 'member', id: `telegram:${user.id}` }, max: 2 }],
    });
  });

  it('limits and allows topics', async () => {
    const { harness, telegram, admin, user, group, told, animates } = await adminSetup({ forum: true });
    const dances = telegram.topic(admin, group, 'Dances');
    const other = telegram.topic(admin, group, 'Other');
    expect(await told(admin, '/settings limit topic month jobs 1', { topic: dances })).toContain(
      'channel Dances',
    );
    expect(await told(admin, '/settings allow topic', { topic: dances })).toContain('Dances');
    expect(textOf(await animates(user, group, other))).toContain("isn't allowed in this channel");
    expect(textOf(await animates(user, group))).toContain("isn't allowed in this channel");
    await animates(user, group, dances);
    await harness.video(group);
    const over = await animates(user, group, dances);
    await telegram.waitFor(() =>
      /jobs for this channel or topic are used up/.test(textOf(telegram.message(over) ?? over)),
    );
    // Every topic has a number, the first one too, though its messages don't say it.
    expect(await told(admin, '/settings allow topic')).toContain('General');
  });

  it('shows what is in force and who changed what', async () => {
    const { admin, told } = await adminSetup();
    expect(await told(admin, '/settings history')).toContain('Nothing was ever changed here');
    await told(admin, '/settings confirm 2');
    expect(await told(admin, '/settings history')).toMatch(
      /Grace changed Ask before jobs dearer than from default to \$2\.00/,
    );
    expect(await told(admin, '/settings show')).toContain('Ask before jobs dearer than: $2.00 (set here)');
    expect(await told(admin, '/settings reset confirm')).toContain('to default');
  });

  it('changes nothing twice when its answer was lost and the message is read again', async () => {
    const { harness, telegram, admin, user, group, settings, breathe } = await adminSetup();
    const hello = await telegram.sends(user, group, { text: 'hello' });
    telegram.fault({ method: 'sendMessage', how: { status: 502 }, times: 1 });
    breathe();
    await telegram.sends(admin, group, { text: '/settings allow', replyTo: hello });
    await harness.hears(group, 'Allowed members');
    expect((await settings())?.members).toEqual([`telegram:${user.id}`]);
  });
});

describe('who may change settings', () => {
  it('is asked of Telegram each time, also for a button', async () => {
    const { telegram, admin, eve, group, says, told, presses, settings } = await adminSetup();
    telegram.becomes(group, 'administrator', { user: eve });
    const panel = await says(eve, '/settings');
    telegram.becomes(group, 'member', { user: eve, by: admin });
    for (const label of buttonsOf(panel).flat())
      expect(await presses(eve, panel, label)).toEqual({ text: 'Only admins can do that.', alert: true });
    expect(await told(eve, '/settings confirm 5')).toBe('Only admins can do that.');
    expect(await told(eve, '/settings')).toBe('Only admins can do that.');
    expect(await settings()).toBeUndefined();
  });

  it('includes anonymous admins by command, and a button tells them to use one', async () => {
    const { telegram, admin, eve, says, told, presses, settings } = await adminSetup();
    expect(await told(admin, '/settings confirm 0.50', { as: 'anonymous' })).toMatch(/^Changed/);
    expect(await settings()).toEqual({ confirmAboveMicros: 500_000 });
    const panel = await says(admin, '/settings', { as: 'anonymous' });
    const [first = ''] = buttonsOf(panel).flat();
    expect((await presses(eve, panel, first)).text).toContain('use a command instead of this button');
    expect(await told(admin, '/settings history', { as: 'anonymous' })).toContain(
      'an anonymous admin changed',
    );
    expect(telegram.calls('answerCallbackQuery')).toHaveLength(1);
  });

  it('is nobody in a private chat', async () => {
    const { harness, telegram, user, chat } = await adminSetup();
    await telegram.sends(user, chat, { text: '/settings limit chat day usd 5' });
    await harness.hears(chat, 'Settings belong to a server or a group');
  });
});

describe('the log channel', () => {
  it('is a chat that its admins run too, by name or number, and hears of changes', async () => {
    const { harness, telegram, admin, eve, group, told } = await adminSetup();
    const news = telegram.group({ title: 'Backstage', username: 'backstage', creator: admin });
    expect(await told(admin, '/settings log-channel @backstage')).toContain('to Backstage');
    await told(admin, '/settings confirm 5');
    const note = await harness.hears(news, 'changed Ask before');
    expect(textOf(note)).toBe('Dancers\nGrace changed Ask before jobs dearer than from default to $5.00.');
    telegram.becomes(group, 'administrator', { user: eve });
    const foreign = telegram.group({ title: 'Foreign', creator: telegram.user({ first_name: 'Zoe' }) });
    expect(await told(eve, `/settings log-channel ${foreign.id}`)).toContain(
      'Name a chat where you are an admin',
    );
    expect(await told(admin, '/settings log-channel off')).toContain('to default');
  });

  it('is refused where the bot may not write', async () => {
    const { telegram, admin, told, settings } = await adminSetup();
    const shut = telegram.group({ title: 'Shut', creator: admin });
    shut.forbids.add('text');
    const absent = telegram.group({ title: 'Absent', creator: admin, bot: 'absent' });
    expect(await told(admin, `/settings log-channel ${shut.id}`)).toContain("I can't post in that channel");
    expect(await told(admin, `/settings log-channel ${absent.id}`)).toContain('Name a chat');
    expect(await settings()).toBeUndefined();
  });

  it('may be a topic', async () => {
    const { telegram, admin, group, told, settings } = await adminSetup({ forum: true });
    const topic = telegram.topic(admin, group, 'Log');
    expect(await told(admin, '/settings log-channel here', { topic })).toContain('Dancers, Log');
    expect(await settings()).toEqual({ logChannel: `${group.id}/${topic}` });
  });
});

describe('what Telegram shows', () => {
  it('names /settings and /usage to admins alone', async () => {
    const { telegram } = await adminSetup({ unregistered: true });
    await telegram.waitFor(() => telegram.calls('setMyCommands').length >= 3);
    const scopes = telegram
      .calls('setMyCommands')
      .slice(0, 3)
      .map(({ params }) => {
        const { scope, commands } = params as { scope: { type: string }; commands: { command: string }[] };
        return [scope.type, commands.filter(({ command }) => /settings|usage/.test(command)).length];
      });
    expect(scopes).toEqual([
      ['all_private_chats', 0],
      ['all_group_chats', 0],
      ['all_chat_administrators', 2],
    ]);
  });
});
