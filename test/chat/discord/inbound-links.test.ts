import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SimMessage } from '../../../simulators/discord/world.ts';
import { clip, image, said, startTestBot, type TestBot, textOf } from './harness.ts';

const TENOR = 'https://tenor.example/view/squat-dance-gif-1';
const GIF = {
  kind: 'gif',
  media: 'https://media.tenor.example/AAAPo/squat-dance.mp4',
  file: clip(),
} as const;

/** “Use this motion” on the message, and a picture in the form that opens. */
async function useMotion({ discord, ada }: TestBot, message: SimMessage, expected: string): Promise<void> {
  const asked = discord.contextMenu(ada, message, 'Use this motion');
  await discord.waitFor(() => asked.modalOpen);
  const sent = await discord.submitModal(asked, { image: image() });
  await discord.waitFor(() => textOf(sent.original).includes(`knight.png + ${expected}`));
}

async function toldOf({ discord, ada }: TestBot, message: SimMessage, menu: string): Promise<string> {
  const asked = discord.contextMenu(ada, message, menu);
  await discord.waitFor(() => asked.original && !asked.original.thinking);
  return textOf(asked.original);
}

/** An upload in another channel, and its address without a signature, as it stands in old messages. */
async function oldUpload({ discord, guild, ada }: TestBot): Promise<string> {
  const { files } = await discord.say(ada, discord.channel(guild, 'archive'), '', { files: [clip()] });
  const [file] = files;
  if (!file) throw new Error('no file');
  return discord.urlOf(file).split('?')[0] ?? '';
}

const refreshes = ({ discord }: TestBot) => discord.requestsTo('POST', /refresh-urls$/);

describe('the link that /animate takes in place of a clip', () => {
  it('brings an old upload, with its address signed anew', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, 'animate', {
      image: image(),
      link: await oldUpload(bot),
    });
    await discord.waitFor(() => textOf(asked.original).includes('knight.png + dance.mp4'));
    expect(refreshes(bot)).toHaveLength(1);
  });

  it('is the motion for the picture of the form that opens where that is missing', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, 'animate', { link: await oldUpload(bot) });
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { image: image() });
    await discord.waitFor(() => textOf(sent.original).includes('knight.png + dance.mp4'));
  });

  it.each([
    ['https://elsewhere.example/dance.mp4', said('ask.elsewhere', { host: 'elsewhere.example' })],
    ['http://127.0.0.1:9/attachments/1/2/dance.mp4', said('ask.elsewhere', { host: '127.0.0.1' })],
    ['the one with the dog', said('ask.no-link')],
  ])('is answered in words, and nothing is fetched, where it is %s', async (link, words) => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, 'animate', { image: image(), link });
    await discord.waitFor(() => asked.original && !asked.original.thinking);
    expect(textOf(asked.original)).toContain(words);
    expect(refreshes(bot)).toEqual([]);
    expect(await bot.jobs()).toEqual([]);
  });
});

describe('a clip of the GIF picker', () => {
  it('is the motion of its message', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    await discord.web(TENOR, GIF);
    await useMotion(bot, await discord.say(ada, channel, TENOR), 'squat-dance.mp4');
    expect(discord.requestsTo('GET', /^\/external\//)).toMatchObject([{ status: 200 }]);
  });

  it('is taken from the message that a mention replies to', async () => {
    await using bot = await startTestBot();
    const { discord, ada, guild, channel } = bot;
    await discord.web(TENOR, GIF);
    const gif = await discord.say(discord.member(guild, 'Bo'), channel, TENOR);
    await discord.say(ada, channel, discord.mention, { files: [image()], replyTo: gif });
    await discord.waitFor(() =>
      discord.messages(channel).some((one) => textOf(one).includes('knight.png + squat-dance.mp4')),
    );
  });

  it('is taken from the mention itself once Discord has looked behind the link, and is no part of the prompt', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    await discord.web(TENOR, GIF);
    const text = `${discord.mention} ${TENOR} in the rain`;
    const message = await discord.say(ada, channel, text, { files: [image()] });
    await discord.waitFor(() =>
      discord.messages(channel).some((one) => textOf(one).includes('knight.png + squat-dance.mp4')),
    );
    const [job] = await bot.jobs();
    expect(job).toMatchObject({ id: `discord-${message.id}`, request: { prompt: 'in the rain' } });
    expect(discord.messages(channel).filter(({ author }) => author.bot)).toHaveLength(1);
  });
});

describe('what Discord plays over and over', () => {
  const short = { clip: { durationMs: 1400 } };
  const posts: [string, (bot: TestBot) => Promise<SimMessage>][] = [
    [
      'a clip of the GIF picker',
      async ({ discord, ada, channel }) => {
        await discord.web(TENOR, GIF);
        return discord.say(ada, channel, TENOR);
      },
    ],
    [
      'a sticker',
      async ({ discord, ada, channel }) => {
        const wave = await discord.sticker('wave', 4, clip());
        return discord.say(ada, channel, '', { stickers: [wave] });
      },
    ],
  ];

  it.each(posts)('is repeated by itself where it is too short: %s', async (_, post) => {
    await using bot = await startTestBot({ world: short });
    const { discord, ada } = bot;
    const asked = discord.contextMenu(ada, await post(bot), 'Use this motion');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { image: image() });
    await discord.waitFor(() => textOf(sent.original).includes('knight.png + '));
    expect(await bot.jobs()).toMatchObject([{ quote: { seconds: 3, notes: ['looped'] } }]);
  });

  it('is unlike an upload, which is offered repeated and starts with a yes', async () => {
    await using bot = await startTestBot({ world: short });
    const { discord, ada, channel } = bot;
    const message = await discord.say(ada, channel, '', { files: [clip()] });
    const asked = discord.contextMenu(ada, message, 'Use this motion');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { image: image() });
    await discord.waitFor(() => textOf(sent.original).includes('☑ Loop the clip'));
    expect(await bot.jobs()).toEqual([]);
  });
});

describe('a link to an upload', () => {
  it('serves by the signed address that Discord shows it with', async () => {
    await using bot = await startTestBot();
    const link = await oldUpload(bot);
    await useMotion(bot, await bot.discord.say(bot.ada, bot.channel, link), 'dance.mp4');
    expect(refreshes(bot)).toEqual([]);
  });

  it('that Discord does not show is signed anew', async () => {
    await using bot = await startTestBot();
    const link = await oldUpload(bot);
    await useMotion(bot, await bot.discord.say(bot.ada, bot.channel, `this: <${link}>`), 'dance.mp4');
    expect(refreshes(bot)).toMatchObject([{ status: 200, json: { attachment_urls: [link] } }]);
  });

  it('whose file Discord has no more is said to be gone', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const link = (await oldUpload(bot)).replace('dance.mp4', 'other.mp4');
    const asked = discord.contextMenu(ada, await discord.say(ada, channel, link), 'Use this motion');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { image: image() });
    await discord.waitFor(() => textOf(sent.original).includes(said('told.file-gone')));
    expect(refreshes(bot)).toHaveLength(1);
  });

  it('that is shown and stands in the text twice is one file, not a picture and a clip', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const { files } = await discord.say(ada, channel, '', { files: [{ ...clip('dance.gif') }] });
    const [file] = files;
    const link = file ? discord.urlOf(file) : '';
    const message = await discord.say(ada, channel, `${link} <${link.split('?')[0]}>`);
    const asked = discord.contextMenu(ada, message, 'Animate this');
    await discord.waitFor(() => asked.modalOpen);
    expect(JSON.stringify(asked.modal)).toContain('"custom_id":"clip"');
    expect(JSON.stringify(asked.modal)).not.toContain('"custom_id":"image"');
  });
});

describe('a sticker', () => {
  it('that is a GIF is a motion', async () => {
    await using bot = await startTestBot();
    const wave = await bot.discord.sticker('wave', 4, clip());
    await useMotion(bot, await bot.discord.say(bot.ada, bot.channel, '', { stickers: [wave] }), 'wave.gif');
  });

  it('that is an animated PNG is a motion too', async () => {
    await using bot = await startTestBot();
    const wave = await bot.discord.sticker('wave', 2, clip());
    await useMotion(bot, await bot.discord.say(bot.ada, bot.channel, '', { stickers: [wave] }), 'wave.png');
  });

  it('that stands still is a picture', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const knight = await discord.sticker('tiny knight', 1, image());
    const message = await discord.say(ada, channel, '', { stickers: [knight] });
    const asked = discord.contextMenu(ada, message, 'Animate this');
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { clip: clip() });
    await discord.waitFor(() => textOf(sent.original).includes('tiny knight.png + dance.mp4'));
  });

  it('that only Discord can play is said to be one', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const drawn = await discord.sticker('wumpus', 3, { name: 'x.json', bytes: Buffer.from('{}') });
    const message = await discord.say(ada, channel, '', { stickers: [drawn] });
    expect(await toldOf(bot, message, 'Use this motion')).toContain(said('ask.drawn-sticker'));
    expect(await toldOf(bot, message, 'Animate this')).toContain(said('ask.drawn-sticker'));
    expect(discord.requestsTo('GET', /stickers/)).toEqual([]);
  });
});

describe('a forwarded message', () => {
  it.each<[string, string, (bot: TestBot) => Promise<SimMessage>]>([
    [
      'an upload',
      'dance.mp4',
      ({ discord, ada, channel }) => discord.say(ada, channel, '', { files: [clip()] }),
    ],
    [
      'a clip of the GIF picker',
      'squat-dance.mp4',
      async ({ discord, ada, channel }) => {
        await discord.web(TENOR, GIF);
        return discord.say(ada, channel, TENOR);
      },
    ],
    [
      'a link to an upload',
      'dance.mp4',
      async (bot) => bot.discord.say(bot.ada, bot.channel, `<${await oldUpload(bot)}>`),
    ],
    [
      'a sticker',
      'wave.gif',
      async ({ discord, ada, channel }) =>
        discord.say(ada, channel, '', { stickers: [await discord.sticker('wave', 4, clip())] }),
    ],
  ])('gives the motion of %s', async (_, expected, first) => {
    await using bot = await startTestBot();
    const { discord, ada, guild } = bot;
    const elsewhere = discord.channel(guild, 'elsewhere');
    await useMotion(bot, await discord.forward(ada, await first(bot), elsewhere), expected);
  });

  it('gives a mention that replies to it what it lacks', async () => {
    await using bot = await startTestBot();
    const { discord, ada, guild, channel } = bot;
    const original = await discord.say(ada, discord.channel(guild, 'archive'), '', { files: [clip()] });
    const forwarded = await discord.forward(discord.member(guild, 'Bo'), original, channel);
    await discord.say(ada, channel, discord.mention, { files: [image()], replyTo: forwarded });
    await discord.waitFor(() =>
      discord.messages(channel).some((one) => textOf(one).includes('knight.png + dance.mp4')),
    );
  });
});

describe('what lies outside of Discord', () => {
  /** A server that counts who comes. */
  async function elsewhere() {
    const visits: string[] = [];
    const server = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.end('bytes');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { visits, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  it('is told with a next step, and never fetched', async () => {
    const { visits, url } = await elsewhere();
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    await discord.web('https://films.example/watch?v=1', {
      kind: 'player',
      media: `${url}/embed/1`,
      file: clip(),
    });
    const told = said('ask.elsewhere', { host: 'films.example' });
    const film = await discord.say(ada, channel, 'https://films.example/watch?v=1');
    expect(await toldOf(bot, film, 'Use this motion')).toContain(told);
    expect(await toldOf(bot, film, 'Animate this')).toContain(told);
    const plain = await discord.say(ada, channel, `look: ${url}/dance.mp4`);
    expect(await toldOf(bot, plain, 'Use this motion')).toContain(
      said('ask.elsewhere', { host: '127.0.0.1' }),
    );
    expect(visits).toEqual([]);
  });

  it('is told to a mention once Discord has had its time to look behind the link', async () => {
    const { visits, url } = await elsewhere();
    await using bot = await startTestBot({ parts: { linksWithinMs: 1 } });
    const { discord, ada, channel } = bot;
    await discord.say(ada, channel, `${discord.mention} ${url}/dance.mp4`, { files: [image()] });
    await discord.waitFor(() =>
      discord
        .messages(channel)
        .some((one) => textOf(one).includes(said('ask.elsewhere', { host: '127.0.0.1' }))),
    );
    expect([visits, await bot.jobs()]).toEqual([[], []]);
  });
});
