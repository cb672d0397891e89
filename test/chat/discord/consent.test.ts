import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { SimMessage } from '../../../simulators/discord/world.ts';
import { audited } from '../../contracts/audit.ts';
import { COMPLETED } from '../../fakes/remote.ts';
import { readZip } from '../../read-zip.ts';
import { clip, finish, image, said, startTestBot, type TestBot, textOf } from './harness.ts';

const asking = () => startTestBot({ world: { consents: 'asked' } });

async function animate(bot: TestBot) {
  return bot.discord.slash(bot.ada, bot.channel, '/animate', { image: image(), clip: clip() });
}

/** The message with the question. */
async function question(bot: TestBot) {
  const asked = await animate(bot);
  await bot.discord.waitFor(() => textOf(asked.original).includes(said('consent.ask')));
  return asked;
}

const inLine = (bot: TestBot, read: () => SimMessage | undefined) =>
  bot.discord.waitFor(() => textOf(read()).includes('In line'));

describe('the first job of a member on Discord', () => {
  it('takes one press, on the very message that then tells how it stands; the second takes none', async () => {
    await using bot = await asking();
    const asked = await question(bot);
    expect(textOf(asked.original)).toContain('Picture, clip and prompt go to paid');
    expect(bot.remote.submits).toEqual([]);
    bot.discord.press(bot.ada, asked.original, "It's me");
    await inLine(bot, () => asked.original);
    bot.remote.statuses = [COMPLETED];
    const hasVideo = () => bot.discord.messages(bot.channel).some(({ files }) => files.length > 0);
    await bot.discord.waitFor(hasVideo);
    const second = await animate(bot);
    await expect.poll(() => bot.jobs()).toHaveLength(2);
    expect(textOf(second.original)).not.toContain(said('consent.ask'));
    expect(await audited(bot.world.disk.audit)).toMatchObject([{ answer: 'self', language: 'en' }]);
  });

  it('waits for that press over a restart, and needs no file once more', async () => {
    await using bot = await asking();
    const asked = await question(bot);
    await bot.restart();
    bot.discord.press(bot.ada, asked.original, 'No real person');
    await inLine(bot, () => asked.original);
    expect(await bot.jobs()).toHaveLength(1);
  });

  it('is nobody else’s to answer for, who is told so kindly', async () => {
    await using bot = await asking();
    const asked = await question(bot);
    const bo = bot.discord.member(bot.guild, 'Bo');
    const pressed = bot.discord.press(bo, asked.original, "It's me");
    const told = await bot.discord.waitFor(() => pressed.followUps[0]);
    expect(told.visibleTo).toBe(bo.id);
    expect(textOf(told)).toContain(said('told.not-yours'));
    expect(await bot.jobs()).toEqual([]);
    expect(await audited(bot.world.disk.audit)).toEqual([]);
  });
});

describe('a member on Discord who has opted out', () => {
  it('has no picture of theirs animated by others, from the menu or by a reply', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel, guild } = bot;
    const bo = discord.member(guild, 'Bo');
    const out = await discord.slash(bo, channel, '/optout', {});
    await discord.waitFor(() => textOf(out.original).includes(said('optout.out')));
    const message = await discord.say(bo, channel, '', { files: [image(), clip()] });
    const asked = discord.contextMenu(ada, message, 'Animate this');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, {});
    await discord.waitFor(() => textOf(sent.original).includes(said('refusal.not-usable-image')));
    await discord.say(ada, channel, discord.mention, { replyTo: message });
    await discord.waitFor(() =>
      discord.messages(channel).some((one) => textOf(one).includes(said('refusal.not-usable-image'))),
    );
    expect(await bot.jobs()).toEqual([]);

    const back = await discord.slash(bo, channel, '/optout', { off: true });
    await discord.waitFor(() => textOf(back.original).includes(said('optout.in')));
    await discord.say(ada, channel, discord.mention, { replyTo: message });
    await discord.waitFor(() =>
      discord.messages(channel).some((one) => textOf(one).includes(said('consent.not-theirs'))),
    );
  });
});

describe('a channel that is marked for adults', () => {
  it('is closed, and its threads too, until an admin opens it', async () => {
    await using bot = await startTestBot();
    const { discord, ada, guild } = bot;
    const late = discord.channel(guild, 'late', { nsfw: true });
    const thread = discord.channel(guild, 'later', { parent: late });
    for (const place of [late, thread]) {
      const asked = await discord.slash(ada, place, '/animate', { image: image(), clip: clip() });
      await discord.waitFor(() => textOf(asked.original).includes(said('refusal.adult-channel')));
    }
    await discord.say(ada, late, discord.mention, { files: [image(), clip()] });
    await discord.waitFor(() =>
      discord
        .messages(late)
        .some((one) => one.replyTo && textOf(one).includes(said('refusal.adult-channel'))),
    );
    expect(await bot.jobs()).toEqual([]);

    await bot.life.ctx.settings.change(`discord:${guild.id}`, 'discord:1', 'adult', { channels: 'on' });
    await discord.slash(ada, thread, '/animate', { image: image(), clip: clip() });
    await expect.poll(() => bot.jobs()).toHaveLength(1);
  });

  it('has no command that is registered for adults', async () => {
    await using bot = await startTestBot();
    expect(bot.discord.commands().filter(({ nsfw }) => nsfw)).toEqual([]);
  });
});

describe('a member’s data on Discord', () => {
  it('comes as an archive that nobody else sees', async () => {
    await using bot = await startTestBot();
    const asked = await animate(bot);
    await inLine(bot, () => asked.original);
    await finish(bot, asked);
    const shown = await bot.discord.slash(bot.ada, bot.channel, '/privacy', {});
    await bot.discord.waitFor(() => textOf(shown.original).includes(said('privacy.title')));
    const pressed = bot.discord.press(bot.ada, shown.original, said('button.my-data'));
    const sent = await bot.discord.waitFor(() => pressed.followUps.find(({ files }) => files.length > 0));
    expect(sent.visibleTo).toBe(bot.ada.id);
    const [file] = sent.files;
    expect(file?.filename).toBe('my-data.zip');
    const [job] = await bot.jobs();
    expect([...readZip(await readFile(file?.path ?? '')).keys()]).toEqual([
      'about.json',
      'jobs.json',
      'consents.json',
      'ledger.json',
      'settings.json',
      'library.json',
      `${job?.code}/picture.jpg`,
      `${job?.code}/clip.mp4`,
      `${job?.code}/video.mp4`,
    ]);
  });
});
