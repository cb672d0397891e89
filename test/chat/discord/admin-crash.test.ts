import { describe, expect, it } from 'vitest';
import { type AdminBot, animate, labels, posted, says, set, startAdminBot } from './admin-setup.ts';
import { said, textOf } from './harness.ts';

/** The process dies while Discord takes its time over a request to there. */
async function dieAt(bot: AdminBot, method: string, path: RegExp, how = killed): Promise<void> {
  const before = bot.discord.requestsTo(method, path).length;
  bot.discord.fault({ method, path }, 'hang', 100);
  await bot.discord.waitFor(() => bot.discord.requestsTo(method, path).length > before);
  await how(bot);
}

async function killed(bot: AdminBot): Promise<void> {
  await bot.life.kill();
  bot.discord.clearFaults();
  bot.life = await bot.boot();
}

/** Asked to end, it does not wait for that answer either. */
async function restarted(bot: AdminBot): Promise<void> {
  await bot.life.stop();
  bot.discord.clearFaults();
  bot.life = await bot.boot();
}

async function asked(bot: AdminBot) {
  const log = bot.discord.channel(bot.guild, 'bot-log');
  await set(bot, 'log-channel', { channel: log });
  await set(bot, 'limit', { scope: 'server', period: 'day', unit: 'usd', amount: '0.10' });
  const mine = await animate(bot, bot.ada);
  const over = await says(bot, mine, 'over the daily limit');
  const ask = () => bot.discord.press(bot.ada, over, 'Ask an admin');
  return { mine, log, ask };
}

describe('after a crash', () => {
  it('a request still reaches the admins, once', async () => {
    await using bot = await startAdminBot();
    const { mine, log, ask } = await asked(bot);
    ask();
    await dieAt(bot, 'POST', /\/channels\/\d+\/messages/);
    await posted(bot, 'asks for one more job', log);
    await says(bot, mine, said('approval.sent'));
  });

  it('an approval makes one job, on the member’s own message, and the request says who approved it', async () => {
    await using bot = await startAdminBot();
    const { mine, log, ask } = await asked(bot);
    ask();
    const request = await posted(bot, 'asks for one more job', log);
    await says(bot, mine, said('approval.sent'));
    const { token } = bot.discord.press(bot.admin, request, 'Approve once');
    await dieAt(bot, 'PATCH', new RegExp(token.slice(0, 60)), restarted);
    await bot.discord.waitFor(() => textOf(request).includes(`<@${bot.admin.id}> approved it`));
    await says(bot, mine, 'In line');
    expect(await bot.jobs()).toHaveLength(1);
  });

  it('a refusal still tells the member and the admins', async () => {
    await using bot = await startAdminBot();
    const { mine, log, ask } = await asked(bot);
    ask();
    const request = await posted(bot, 'asks for one more job', log);
    await says(bot, mine, said('approval.sent'));
    const { token } = bot.discord.press(bot.admin, request, 'Decline');
    await dieAt(bot, 'PATCH', new RegExp(token.slice(0, 60)));
    await says(bot, mine, said('notice.declined'));
    await bot.discord.waitFor(() => textOf(request).includes(`<@${bot.admin.id}> declined it`));
    expect(labels(request)).toEqual([]);
  });
});
