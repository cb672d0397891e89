/** What an earlier version left on disk and in chats is still understood: its records are copied here as it wrote them. */
import { describe, expect, it } from 'vitest';
import type { SimMessage } from '../../simulators/discord/world.ts';
import { readFormId } from '../../src/chat/discord/inbound/forms.ts';
import { recordSchema } from '../../src/chat/discord/inbound/record.ts';
import { animate, posted, says, set, startAdminBot } from './discord/admin-setup.ts';
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
        JSON.stringify(message.components).replaceAll(/"approve\|\w+"/g, `"${id}"`),
      ) as SimMessage['components'];
      discord.press(admin, message, label);
    };
    pressOld(request, 'Approve once', `strut-admin:approve:${code}`);
    await says(bot, mine, 'In line');
    await discord.waitFor(() => discordText(request).includes(`<@${admin.id}> approved it`));
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
