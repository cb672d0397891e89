import { describe, expect, it } from 'vitest';
import type { SimInteraction } from '../../../simulators/discord/interactions.ts';
import type { SimMessage } from '../../../simulators/discord/world.ts';
import { clip, finish, image, startTestBot, type TestBot, textOf } from './harness.ts';

/** A video in the channel, and somebody who saw it. */
async function seen(bot: TestBot) {
  const asked = await bot.discord.slash(bot.ada, bot.channel, '/animate', { image: image(), clip: clip() });
  const video = await finish(bot, asked);
  await bot.discord.waitFor(async () => (await bot.jobs())[0]?.state === 'delivered');
  const eve = bot.discord.member(bot.guild, 'Eve');
  const [job] = await bot.jobs();
  if (!job) throw new Error('no job');
  return { asked, video, eve, code: job.code };
}

const toldBy = (bot: TestBot, pressed: SimInteraction): Promise<SimMessage> =>
  bot.discord.waitFor(
    () => pressed.followUps[0] ?? (pressed.original?.visibleTo ? pressed.original : undefined),
  );

async function reports(bot: TestBot, { video, eve }: Awaited<ReturnType<typeof seen>>, reason: string) {
  const question = await toldBy(bot, bot.discord.press(eve, video, 'Report'));
  expect(question.visibleTo).toBe(eve.id);
  bot.discord.press(eve, question, reason);
  if (reason !== 'Other') {
    await bot.discord.waitFor(() => textOf(question).includes('Go on?'));
    bot.discord.press(eve, question, 'Report it');
  }
  await bot.discord.waitFor(() => textOf(question).includes('Thank you'));
  return question;
}

describe('a report in a server', () => {
  it('takes the video out of the channel at once, and tells its member that it is hidden', async () => {
    await using bot = await startTestBot();
    const all = await seen(bot);
    await reports(bot, all, 'It shows me');
    await bot.discord.waitFor(() => all.video.deleted);
    await bot.discord.waitFor(() => textOf(all.asked.original).includes('Hidden after a report'));
    // A link would lead to a message that is gone.
    expect(textOf(all.asked.original)).not.toContain('discord.com/channels');
    expect((await bot.jobs())[0]?.hidden).toMatchObject({ reason: 'me' });
  });

  it('is told to the owner in private, and decided in the server by whoever manages it', async () => {
    await using bot = await startTestBot();
    const all = await seen(bot);
    await reports(bot, all, 'Intimate');
    const owner = bot.discord.sim.world.users.get(bot.guild.ownerId);
    if (!owner) throw new Error('nobody owns the server');
    const notice = await bot.discord.waitFor(() =>
      bot.discord.messages(bot.discord.dm(owner)).find((one) => textOf(one).includes('was reported')),
    );
    expect(textOf(notice)).toContain('send /report in that server');
    expect(textOf(notice)).not.toContain(all.eve.id);
    const admin = bot.discord.member(bot.guild, 'Cleo', { permissions: ['ManageGuild'] });
    const list = await bot.discord.slash(admin, bot.channel, '/report');
    await bot.discord.waitFor(() => textOf(list.original).includes(all.code));
    expect(list.original?.visibleTo).toBe(admin.id);
    bot.discord.press(admin, list.original, 'Decide');
    await bot.discord.waitFor(() => textOf(list.original).includes('was reported: Intimate'));
    bot.discord.press(admin, list.original, 'Restore');
    await bot.discord.waitFor(() => textOf(list.original).includes('restored it'));
    await bot.discord.waitFor(() =>
      bot.discord.messages(bot.channel).some((one) => !one.deleted && one.files.length > 0),
    );
    expect((await bot.jobs())[0]).not.toHaveProperty('hidden');
  });

  it('asks only whoever pressed, and reports nothing before the second step', async () => {
    await using bot = await startTestBot();
    const all = await seen(bot);
    const question = await toldBy(bot, bot.discord.press(all.eve, all.video, 'Report'));
    bot.discord.press(all.eve, question, 'A minor');
    await bot.discord.waitFor(() => textOf(question).includes('Go on?'));
    expect(all.video.deleted).toBeFalsy();
    expect(await bot.life.ctx.cases.all()).toEqual([]);
  });
});
