import { describe, expect, it } from 'vitest';
import type { SimInteraction } from '../../../simulators/discord/interactions.ts';
import type { SimMessage, SimUser } from '../../../simulators/discord/world.ts';
import { COMPLETED } from '../../fakes/remote.ts';
import { type AdminBot, animate, labels, posted, says, set, startAdminBot } from './admin-setup.ts';
import { clip, image, said, textOf } from './harness.ts';

const OVER = 'over the daily limit for everyone here';
const DAILY = { scope: 'server', period: 'day', unit: 'usd', amount: '0.10' };

/** A member over the server's limit has asked the admins: the member's own message, and the request. */
async function asked(
  bot: AdminBot,
  { withLog = true }: { withLog?: boolean } = {},
): Promise<{ mine: SimInteraction; request: SimMessage; log: AdminBot['channel'] }> {
  const log = withLog ? bot.discord.channel(bot.guild, 'bot-log') : bot.channel;
  await set(bot, 'limit', DAILY);
  if (withLog) await set(bot, 'log-channel', { channel: log });
  const mine = await animate(bot, bot.ada);
  bot.discord.press(bot.ada, await says(bot, mine, OVER), 'Ask an admin');
  await says(bot, mine, said('approval.sent'));
  return { mine, request: await posted(bot, 'asks for one more job', log), log };
}

describe('over a limit', () => {
  it('a member is told which, what is left and when it starts over', async () => {
    await using bot = await startAdminBot();
    await set(bot, 'limit', DAILY);
    const told = await says(bot, await animate(bot, bot.ada), OVER);
    expect(textOf(told)).toContain('$0.10 left');
    expect(textOf(told)).toMatch(/<t:\d+:R>/);
    expect(labels(told)).toEqual(['Ask an admin']);
    expect(bot.remote.submits).toEqual([]);
  });

  it('a member asks the admins, is approved once, and the message becomes the job’s', async () => {
    await using bot = await startAdminBot();
    const { mine, request } = await asked(bot);
    expect(textOf(request)).toContain(`<@${bot.ada.id}>`);
    expect(textOf(request)).toContain('$0.28');
    expect(request.notified).toEqual([]);
    expect(labels(request)).toEqual(['Approve once', 'Decline']);
    expect(labels(mine.original)).toEqual([]);

    bot.discord.press(bot.admin, request, 'Approve once');
    await bot.discord.waitFor(() => textOf(request).includes(`<@${bot.admin.id}> approved it`));
    expect(labels(request)).toEqual([]);
    await says(bot, mine, 'In line');
    bot.remote.statuses = [COMPLETED];
    const video = await posted(bot, said('result.ai'));
    expect(video.notified).toEqual([bot.ada.id]);
    expect(bot.remote.submits).toHaveLength(1);
    // For this one job alone.
    await says(bot, await animate(bot, bot.ada), OVER);
  });

  it('a request can be approved after a restart and long after the first token died', async () => {
    await using bot = await startAdminBot();
    const { mine, request } = await asked(bot);
    await bot.restart();
    bot.discord.expireTokens();
    bot.discord.press(bot.admin, request, 'Approve once');
    await says(bot, mine, 'In line');
    bot.remote.statuses = [COMPLETED];
    await posted(bot, said('result.ai'));
  });

  it('a request can be declined, and both its message and the member’s say so', async () => {
    await using bot = await startAdminBot();
    const { mine, request } = await asked(bot);
    bot.discord.expireTokens();
    bot.discord.press(bot.admin, request, 'Decline');
    await bot.discord.waitFor(() => textOf(request).includes(`<@${bot.admin.id}> declined it`));
    await says(bot, mine, said('notice.declined'));
    expect(await bot.jobs()).toEqual([]);
    expect(bot.remote.submits).toEqual([]);
  });

  it('a member who asked in private is told the decision in private', async () => {
    await using bot = await startAdminBot();
    const log = bot.discord.channel(bot.guild, 'bot-log');
    await set(bot, 'limit', DAILY);
    await set(bot, 'log-channel', { channel: log });
    const mine = await bot.discord.slash(bot.ada, bot.channel, '/animate', {
      image: image(),
      clip: clip(),
      private: true,
    });
    bot.discord.press(bot.ada, await says(bot, mine, OVER), 'Ask an admin');
    const request = await posted(bot, 'asks for one more job', log);
    bot.discord.expireTokens();
    bot.discord.press(bot.admin, request, 'Decline');
    await posted(bot, said('notice.declined'), bot.discord.dm(bot.ada));
  });

  it('a request stands below the member’s message where there is no log channel, and pings nobody', async () => {
    await using bot = await startAdminBot();
    const { mine, request } = await asked(bot, { withLog: false });
    expect(request.replyTo).toBe(mine.original);
    expect(request.notified).toEqual([]);
    bot.discord.press(bot.admin, request, 'Approve once');
    await says(bot, mine, 'In line');
  });

  it('a request is posted with the token of the press where the bot may not write', async () => {
    await using bot = await startAdminBot();
    bot.discord.deny(bot.channel, bot.discord.bot, 'SendMessages');
    await asked(bot, { withLog: false });
  });

  it('a request stands below the member’s message where the log channel was closed meanwhile', async () => {
    await using bot = await startAdminBot();
    const log = bot.discord.channel(bot.guild, 'bot-log');
    await set(bot, 'limit', DAILY);
    await set(bot, 'log-channel', { channel: log });
    bot.discord.deny(log, bot.discord.bot, 'ViewChannel');
    const mine = await animate(bot, bot.ada);
    bot.discord.press(bot.ada, await says(bot, mine, OVER), 'Ask an admin');
    expect((await posted(bot, 'asks for one more job')).replyTo).toBe(mine.original);
  });

  it('a request can be made for the job of a mention and of Again, too', async () => {
    await using bot = await startAdminBot();
    await set(bot, 'limit', DAILY);
    await bot.discord.say(bot.ada, bot.channel, `${bot.discord.mention} dance`, {
      files: [image(), clip()],
    });
    const mine = await posted(bot, OVER);
    bot.discord.press(bot.ada, mine, 'Ask an admin');
    const request = await posted(bot, 'asks for one more job');
    bot.discord.press(bot.admin, request, 'Approve once');
    await bot.discord.waitFor(() => textOf(mine).includes('In line'));
  });

  it('a second approval is needed where another limit has no room either', async () => {
    await using bot = await startAdminBot();
    await set(bot, 'limit', { scope: 'everyone', period: 'month', unit: 'usd', amount: '0.20' });
    const { mine, request } = await asked(bot);
    const first = bot.discord.press(bot.admin, request, 'Approve once');
    expect(textOf(await toldFollowUp(bot, first))).toContain('Another limit has no room');
    expect(labels(request)).toEqual(['Approve once', 'Decline']);
    bot.discord.press(bot.admin, request, 'Approve once');
    await says(bot, mine, 'In line');
  });

  it('nobody can be asked in a private chat', async () => {
    await using bot = await startAdminBot({ world: { budgetMicros: 100_000 } });
    const mine = await animate(bot, bot.ada, bot.discord.dm(bot.ada));
    const told = await says(bot, mine, 'daily budget');
    expect(labels(told)).toEqual([]);
  });
});

const toldFollowUp = (bot: AdminBot, pressed: SimInteraction) =>
  bot.discord.waitFor(() => pressed.followUps[0]);

describe('limits and permissions', () => {
  it('follow the member’s highest role', async () => {
    await using bot = await startAdminBot();
    const low = bot.discord.role(bot.guild, 'Low', [bot.ada]);
    const high = bot.discord.role(bot.guild, 'High', [bot.ada]);
    // As Discord names them, in no order.
    bot.guild.members.get(bot.ada.id)?.roleIds.reverse();
    const per = { scope: 'role', period: 'day', unit: 'jobs' };
    await set(bot, 'limit', { ...per, amount: '0', role: low });
    await set(bot, 'limit', { ...per, amount: '5', role: high });
    await says(bot, await animate(bot, bot.ada), 'In line');
    bot.guild.roles.reverse();
    await bot.restart();
    await says(bot, await animate(bot, bot.ada), 'jobs for today are used up');
  });

  it('follow the channel, where a thread counts as the channel that it belongs to', async () => {
    await using bot = await startAdminBot();
    const { discord, ada } = bot;
    const stage = discord.channel(bot.guild, 'stage');
    const thread = discord.channel(bot.guild, 'a dance', { parent: stage });
    const limit = { scope: 'channel', period: 'day', unit: 'jobs', amount: '1', channel: stage };
    await set(bot, 'limit', limit);
    await set(bot, 'allow', { channel: stage });
    const refused = await animate(bot, ada);
    await says(bot, refused, said('refusal.not-allowed-channel'));
    await discord.say(ada, thread, `${discord.mention} dance`, { files: [image(), clip()] });
    await posted(bot, 'In line', thread);
    expect((await bot.jobs())[0]?.requester).toMatchObject({ channelId: stage.id });
    const again = await animate(bot, ada, thread);
    await says(bot, again, 'jobs for this channel or topic are used up');
  });

  it('follow the roles that are allowed', async () => {
    await using bot = await startAdminBot();
    const dancers = bot.discord.role(bot.guild, 'Dancers', [bot.ada]);
    const ben = bot.discord.member(bot.guild, 'Ben');
    await set(bot, 'allow', { role: dancers });
    await says(bot, await animate(bot, ben), said('refusal.not-allowed-role'));
    await says(bot, await animate(bot, bot.ada), 'In line');
  });

  it('leave a video without a ping where the admins turned pings off', async () => {
    await using bot = await startAdminBot();
    await set(bot, 'notify', { members: 'off' });
    const mine = await animate(bot, bot.ada);
    await says(bot, mine, 'In line');
    bot.remote.statuses = [COMPLETED];
    const video = await bot.discord.waitFor(() => mine.followUps[0]);
    expect(video.notified).toEqual([]);
  });
});

describe('twenty members at once', () => {
  it('run two jobs where the limit has room for two, and eighteen are refused', async () => {
    await using bot = await startAdminBot({ micros: 420_000 });
    await set(bot, 'limit', { ...DAILY, amount: '1.00' });
    const members: SimUser[] = Array.from({ length: 20 }, (_, index) =>
      bot.discord.member(bot.guild, `Dancer ${index}`),
    );
    const all = await Promise.all(members.map((who) => animate(bot, who)));
    const has = (text: string) => all.filter(({ original }) => textOf(original).includes(text));
    // How the two stand moves on with the clock; that they were sent does not change.
    await bot.discord.waitFor(() => bot.remote.submits.length + has(OVER).length === 20);
    expect([bot.remote.submits.length, has(OVER).length]).toEqual([2, 18]);
  });

  it('are told their places in line, and move up', async () => {
    await using bot = await startAdminBot();
    const jobs = [await animate(bot, bot.ada), await animate(bot, bot.ada), await animate(bot, bot.ada)];
    const at = (text: string) => jobs.filter(({ original }) => textOf(original).includes(text));
    await bot.discord.waitFor(() => at('place 2').length === 1 && at('turn, place 1').length === 1);
    const [last] = at('place 2');
    bot.discord.press(bot.ada, at('In line')[0]?.original, 'Cancel');
    await bot.discord.waitFor(() => textOf(last?.original).includes('turn, place 1'));
  });
});

describe('the log channel', () => {
  it('is told of 50, 80 and 100 % of the server’s limit, once each', async () => {
    await using bot = await startAdminBot({ micros: 200_000 });
    const log = bot.discord.channel(bot.guild, 'bot-log');
    await set(bot, 'log-channel', { channel: log });
    await set(bot, 'limit', { ...DAILY, amount: '1.00' });
    const notes = () =>
      bot.discord.messages(log).flatMap((message) => /(\d+)% of today/.exec(textOf(message))?.[1] ?? []);
    for (const told of [[], [], ['50'], ['50', '80'], ['50', '80', '100']]) {
      const who = bot.discord.member(bot.guild, `Dancer ${told.length}`);
      const mine = await animate(bot, who);
      await bot.discord.waitFor(() => /In line|Waiting/.test(textOf(mine.original)));
      await bot.discord.waitFor(() => notes().join() === told.join());
    }
    bot.remote.statuses = [{ ...COMPLETED, costMicros: 200_000 }];
    const videos = () =>
      bot.discord.messages(bot.channel).filter((one) => textOf(one).includes(said('result.ai')));
    await bot.discord.waitFor(() => videos().length === 5);
    expect(notes()).toEqual(['50', '80', '100']);
  });
});
