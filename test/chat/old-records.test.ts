/** What an earlier version left on disk and in chats is still understood: its records are copied here as it wrote them. */
import { describe, expect, it } from 'vitest';
import type { SimMessage } from '../../simulators/discord/world.ts';
import { readFormId } from '../../src/chat/discord/inbound/forms.ts';
import { recordSchema } from '../../src/chat/discord/inbound/record.ts';
import { animate, posted, says, set, settingsOf, startAdminBot } from './discord/admin-setup.ts';
import { textOf as discordText, said } from './discord/harness.ts';
import { adminSetup } from './telegram/admin-setup.ts';

const TARGET = {
  kind: 'interaction',
  eventId: '1441234567890123456',
  userId: '80351110224678912',
  channelId: '41771983423143937',
  guildId: '41771983423143936',
  locale: 'en-US',
  private: false,
  botIsHere: true,
  canPost: true,
  uploadLimitBytes: 10_485_760,
};
const asked = (ask: object) => ({ target: TARGET, moderator: false, channelId: TARGET.channelId, ask });

describe('what Discord told an earlier version', () => {
  it.each([
    [
      'a question that was answered',
      { kind: 'press', verb: 'delete-yes', code: 'ABC234-1441234567890123400', messageId: '5' },
      { kind: 'press', verb: 'delete-yes', code: 'ABC234', arg: '1441234567890123400', messageId: '5' },
    ],
    [
      'a yes to everything',
      { kind: 'press', verb: 'forget-yes', code: 'me', messageId: '5' },
      { kind: 'press', verb: 'forget-yes', code: '-', messageId: '5' },
    ],
    [
      'a press of Cancel',
      { kind: 'press', verb: 'cancel', code: 'ABC234', messageId: '5' },
      { kind: 'press', verb: 'cancel', code: 'ABC234', messageId: '5' },
    ],
    [
      'an admin’s yes',
      { kind: 'admin', act: 'approve', arg: 'ABC234', options: {}, values: [], messageId: '5' },
      { kind: 'press', verb: 'approve', code: 'ABC234', messageId: '5' },
    ],
    [
      'a report that was asked for',
      { kind: 'admin', act: 'usage', arg: '', options: { period: 'week' }, values: [] },
      { kind: 'say', command: 'usage', options: { period: 'week' } },
    ],
    [
      'a change in words',
      { kind: 'admin', act: 'settings', arg: 'confirm', options: { usd: '2' }, values: [] },
      { kind: 'say', command: 'settings', part: 'confirm', options: { usd: '2' } },
    ],
    [
      'a change by a menu',
      { kind: 'admin', act: 'members', arg: '', options: {}, values: ['7'], messageId: '5' },
      { kind: 'press', verb: 'settings', code: 'members', picked: ['discord:7'], filled: {}, messageId: '5' },
    ],
    [
      'a change by a form',
      {
        kind: 'admin',
        act: 'limit',
        arg: '',
        options: { only: '6', onlyIsRole: 'true', counted: 'usd-day', amount: '1' },
        values: [],
        messageId: '5',
      },
      {
        kind: 'press',
        verb: 'settings',
        code: 'limit',
        picked: [],
        filled: { role: '6', counted: 'usd-day', amount: '1' },
        messageId: '5',
      },
    ],
  ])('is taken up after the update: %s', (_, before, now) => {
    expect(recordSchema.parse(asked(before)).ask).toEqual(now);
  });

  it('a form that was open during the update is still understood', () => {
    expect(readFormId('strut-again:ABC234')).toEqual({ of: 'job', code: 'ABC234' });
    expect(readFormId('strut-form:1441234567890123456:private')).toEqual({
      of: 'ask',
      eventId: '1441234567890123456',
      private: true,
    });
    for (const id of ['strut-form:x:private', 'strut-form:1:secret', 'form|1', 'x'])
      expect(readFormId(id), id).toBeUndefined();
  });

  it('a request to the admins becomes the job’s message when one says yes after the update', async () => {
    await using bot = await startAdminBot();
    const { discord, ada, admin } = bot;
    await set(bot, 'limit', { scope: 'server', period: 'day', unit: 'usd', amount: '0.10' });
    const mine = await animate(bot, ada);
    const over = await says(bot, mine, 'over the daily limit');
    discord.press(ada, over, 'Ask an admin');
    const request = await posted(bot, 'asks for one more job');
    await says(bot, mine, said('approval.sent'));
    const code = /approve\|(\w+)/.exec(discordText(request))?.[1] ?? '';
    const kv = bot.store.keyv('discord');
    const { jobId, place } = (await kv.get<{ jobId: string; place: object }>(`request:${code}`)) ?? {};
    await kv.set(`request:${code}`, { jobId, ...place, texts: ['<@1> asks for one more job'] });
    const pressOld = (message: SimMessage, label: string, id: string) => {
      message.components = JSON.parse(
        JSON.stringify(message.components).replaceAll(/"approve\|[\w|.]+"/g, `"${id}"`),
      ) as SimMessage['components'];
      discord.press(admin, message, label);
    };
    pressOld(request, 'Approve once', `strut-admin:approve:${code}`);
    // It names no price: that is said once more, with a button that does.
    await discord.waitFor(() => discordText(request).includes('It costs $0.28 by now'));
    discord.press(admin, request, 'Approve once');
    await says(bot, mine, 'In line');
    await discord.waitFor(() => discordText(request).includes(`<@${admin.id}> approved it`));
  });
});

describe('a settings panel that an earlier version posted on Discord', () => {
  it('still takes what is pressed, chosen and filled in there', async () => {
    await using bot = await startAdminBot();
    const { discord, admin } = bot;
    const panel = await set(bot, 'show');
    const asItWas = JSON.stringify(panel.components)
      .replaceAll(/"settings\|([a-z-]+)\|([a-z]+)"/g, '"strut-admin:$1:$2"')
      .replaceAll(/"settings\|([a-z-]+)"/g, '"strut-admin:$1:"');
    const old = () => {
      panel.components = JSON.parse(asItWas) as SimMessage['components'];
    };
    old();
    discord.press(admin, panel, 'strut-admin:notify:off');
    await discord.waitFor(() => discordText(panel).includes('Notify members → on'));
    old();
    discord.choose(admin, panel, 'strut-admin:members:', [bot.ada.id]);
    await discord.waitFor(() => discordText(panel).includes(`<@${bot.ada.id}> (set here)`));
    old();
    const form = discord.press(admin, panel, 'strut-admin:limit:');
    const modal = await discord.waitFor(() => (form.modalOpen ? form.modal : undefined));
    modal.custom_id = 'strut-admin:limit:';
    await discord.submitModal(form, { only: [bot.ada.id], counted: 'jobs-day', amount: '3' });
    await discord.waitFor(() => discordText(panel).includes(`<@${bot.ada.id}>: 3 jobs a day`));
    expect(settingsOf(bot)).toMatchObject({ notify: false, members: [`discord:${bot.ada.id}`] });
  });
});

describe('what an earlier version noted on Telegram', () => {
  it('of a request to the admins is found when one says yes after the update', async () => {
    const setup = await adminSetup();
    const { harness, telegram, admin, user, group } = setup;
    await setup.told(admin, '/settings limit chat month usd 0.20');
    const refused = await setup.shows(await setup.animates(), /over the monthly limit/);
    await setup.presses(user, refused, 'Ask an admin');
    const request = await harness.hears(group, 'asks for one more job');
    const code = /approve\|(\w+)/.exec(JSON.stringify(request))?.[1] ?? '';
    const noted = await harness.noted(`request:${code}`);
    const { jobId, lines, memberId } = noted as { jobId: string; lines: unknown; memberId: string };
    await harness.note(`request:${code}`, {
      lines: (lines as (string | { text: string })[]).map((line) =>
        typeof line === 'string' ? line : line.text,
      ),
      memberId,
    });
    await harness.note(`asked:${jobId}`, { chatId: group.id, messageId: refused.message_id });
    await setup.presses(admin, request, 'Approve once');
    await harness.video(group);
    await setup.shows(request, 'Grace approved it');
    await setup.shows(refused, /^Done/);
    expect(telegram.message(request)).toMatchObject({ text: expect.stringContaining('Ada asks') });
  });
});
