import { describe, expect, it } from 'vitest';
import { COMPLETED } from '../../fakes/remote.ts';
import { clip, finish, image, said, startTestBot, textOf } from './harness.ts';

describe('“Animate this”', () => {
  it('takes picture and clip of a message, and asks for wishes', async () => {
    await using bot = await startTestBot();
    const { discord, ada, guild, channel } = bot;
    const message = await discord.say(discord.member(guild, 'Bo'), channel, '', { files: [image(), clip()] });
    const asked = discord.contextMenu(ada, message, 'Animate this');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { prompt: 'fog', quality: 'standard' });
    await discord.waitFor(() => textOf(sent.original).includes(said('consent.not-theirs')));
    discord.press(ada, sent.original, "I have this person's yes");
    await discord.waitFor(() => textOf(sent.original).includes('In line'));
    const [job] = await bot.jobs();
    expect(job?.request.prompt).toBe('fog');
    expect(job?.requester.memberId).toBe(`discord:${ada.id}`);
    bot.remote.statuses = [COMPLETED];
    await discord.waitFor(() =>
      discord.messages(channel).some(({ files }) => files.some((f) => f.filename.startsWith('strut-'))),
    );
  });

  it('asks for the file that the message lacks', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const message = await discord.say(ada, channel, 'my knight', { files: [image()] });
    const asked = discord.contextMenu(ada, message, 'Animate this');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { clip: clip() });
    await discord.waitFor(() => textOf(sent.original).includes('knight.png + dance.mp4'));
  });

  it('tells files without a telling name by their bytes', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const files = [
      { ...clip('one'), contentType: 'application/octet-stream' },
      { ...image('two'), contentType: 'application/octet-stream' },
    ];
    const message = await discord.say(ada, channel, '', { files });
    const asked = discord.contextMenu(ada, message, 'Animate this');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, {});
    await discord.waitFor(() => textOf(sent.original).includes('two + one'));
  });

  it('says so where there is nothing to animate', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const message = await discord.say(ada, channel, 'hello');
    const asked = discord.contextMenu(ada, message, 'Animate this');
    await discord.waitFor(() => textOf(asked.original).includes(said('ask.nothing-in-message')));
    expect(asked.original?.visibleTo).toBe(ada.id);
  });
});

describe('“Use this motion”', () => {
  it('takes the clip alone and asks for the picture', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const message = await discord.say(ada, channel, '', { files: [image('not-this.png'), clip()] });
    const asked = discord.contextMenu(ada, message, 'Use this motion');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { image: image() });
    await discord.waitFor(() => textOf(sent.original).includes('knight.png + dance.mp4'));
  });

  it('works on a video that the bot has made', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const first = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    const result = await finish(bot, first);
    const asked = discord.contextMenu(ada, result, 'Use this motion');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { image: image('dragon.png') });
    await discord.waitFor(() => textOf(sent.original).includes('dragon.png'));
    await finish(bot, sent);
    expect(await bot.jobs()).toHaveLength(2);
  });

  it('says so where there is no clip', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const message = await discord.say(ada, channel, '', { files: [image()] });
    const asked = discord.contextMenu(ada, message, 'Use this motion');
    await discord.waitFor(() => textOf(asked.original).includes(said('ask.no-clip-in-message')));
  });
});

describe('a mention', () => {
  it('makes a video of what is on the message, with the words beside it as the prompt', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel, remote } = bot;
    const message = await discord.say(ada, channel, `${discord.mention} in the rain`, {
      files: [image(), clip()],
    });
    const status = await discord.waitFor(() =>
      discord.messages(channel).find((one) => textOf(one).includes('knight.png + dance.mp4')),
    );
    expect(status.replyTo).toBe(message);
    const [job] = await bot.jobs();
    expect(job).toMatchObject({ id: `discord-${message.id}`, request: { prompt: 'in the rain' } });
    remote.statuses = [COMPLETED];
    await discord.waitFor(() =>
      discord.messages(channel).some(({ files }) => files.some((f) => f.filename.startsWith('strut-'))),
    );
  });

  it('takes what is missing from the message that it replies to', async () => {
    await using bot = await startTestBot();
    const { discord, ada, guild, channel } = bot;
    const dance = await discord.say(discord.member(guild, 'Bo'), channel, 'look', { files: [clip()] });
    await discord.say(ada, channel, discord.mention, { files: [image()], replyTo: dance });
    await discord.waitFor(() =>
      discord.messages(channel).some((one) => textOf(one).includes('knight.png + dance.mp4')),
    );
  });

  it('gets one helpful answer where there is nothing to work with', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    discord.gateway.duplicateNext();
    const message = await discord.say(ada, channel, `hello ${discord.mention}`);
    const answer = await discord.waitFor(() => discord.messages(channel).find(({ author }) => author.bot));
    expect(answer.replyTo).toBe(message);
    expect(textOf(answer)).toContain(said('ask.nothing-in-message'));
    // Whatever the twin of the event might have done has been done when this one is answered.
    const later = await discord.slash(ada, channel, '/help');
    await discord.waitFor(() => later.original && !later.original.thinking);
    expect(discord.messages(channel, discord.user('Eve')).filter(({ author }) => author.bot)).toHaveLength(1);
  });

  it.each([
    ['of everyone', '@everyone look'],
    ['of somebody else', '<@123456789012345678> look'],
  ])('%s is none of ours', async (_, text) => {
    await using bot = await startTestBot();
    const { discord, guild, channel } = bot;
    const mod = discord.member(guild, 'Mod', { permissions: ['MentionEveryone', 'ManageGuild'] });
    await discord.say(mod, channel, text, { files: [image(), clip()] });
    const later = await discord.slash(mod, channel, '/help');
    await discord.waitFor(() => later.original && !later.original.thinking);
    expect(await bot.jobs()).toEqual([]);
    expect(discord.messages(channel, discord.user('Eve')).filter(({ author }) => author.bot)).toEqual([]);
  });

  it('is not seen in a mere reply to one of our messages', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    const result = await finish(bot, asked);
    await discord.say(ada, channel, 'thanks!', { replyTo: result, files: [image()] });
    const later = await discord.slash(ada, channel, '/help');
    await discord.waitFor(() => later.original && !later.original.thinking);
    expect(await bot.jobs()).toHaveLength(1);
  });

  it('makes no job where the bot may not answer', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel, remote } = bot;
    discord.deny(channel, discord.bot, 'SendMessages');
    await discord.say(ada, channel, discord.mention, { files: [image(), clip()] });
    await discord.waitFor(() =>
      discord.requestsTo('POST', /\/channels\/\d+\/messages$/).some(({ status }) => status === 403),
    );
    const later = await discord.slash(ada, channel, '/jobs');
    await discord.waitFor(() => later.original && !later.original.thinking);
    expect(await bot.jobs()).toEqual([]);
    expect(remote.submits).toEqual([]);
  });
});
