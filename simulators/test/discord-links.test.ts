import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../../test/needs.ts';
import { asBot, logIn } from '../discord/log-in.ts';
import { messageJson } from '../discord/message-json.ts';
import { NO_SPECS, officialSchema } from '../discord/official.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';
import type { SimChannel, SimUser } from '../discord/world.ts';

const GIF_PAGE = 'https://tenor.example/view/dance-1';
let discord: DiscordSim;
let channel: SimChannel;
let ada: SimUser;

beforeEach(async () => {
  discord = await startDiscord({ settings: { channelLimit: 'none' } });
  const guild = discord.guild('Dancers');
  channel = discord.channel(guild, 'general');
  ada = discord.member(guild, 'Ada');
  await discord.web(GIF_PAGE, {
    kind: 'gif',
    media: 'https://media.tenor.example/a/dance.mp4',
    file: file('dance.mp4'),
  });
});
afterEach(() => discord[Symbol.asyncDispose]());

const file = (name: string, bytes = 100) => ({ name, bytes: new Uint8Array(bytes).fill(1) });

/** One message of each kind that carries a file without being an upload itself. */
async function messages() {
  const upload = await discord.say(ada, channel, '', { files: [file('a.mp4')] });
  const [kept] = upload.files;
  const link = kept ? discord.urlOf(kept) : '';
  const gif = await discord.say(ada, channel, GIF_PAGE);
  const linking = await discord.say(ada, channel, `see ${link}`);
  const sticker = await discord.sticker('wave', 4, file('wave.gif'));
  const stickers = await discord.say(ada, channel, '', { stickers: [sticker] });
  const forwards = await Promise.all(
    [upload, gif, stickers].map((one) => discord.forward(ada, one, channel)),
  );
  return { upload, gif, linking, stickers, forwards, link };
}
const json = (message: Awaited<ReturnType<typeof messages>>['gif']) =>
  messageJson(discord.sim, message, true);

describe('a link', () => {
  it('of the GIF picker is shown as a clip, of which Discord has a copy that anybody may have', async () => {
    const { gif } = await messages();
    const { embeds } = json(gif) as { embeds: { video: { proxy_url: string } }[] };
    expect(embeds).toMatchObject([
      { type: 'gifv', url: GIF_PAGE, video: { url: 'https://media.tenor.example/a/dance.mp4' } },
    ]);
    expect((await fetch(embeds[0]?.video.proxy_url ?? '')).status).toBe(200);
  });

  it('to an upload is shown with an address that is signed now', async () => {
    const { linking, link } = await messages();
    expect(json(linking).embeds).toMatchObject([{ type: 'video', url: link, video: { url: link } }]);
  });

  it('in angle brackets is not shown, nor is one of a member who may show none', async () => {
    expect(json(await discord.say(ada, channel, `<${GIF_PAGE}>`)).embeds).toEqual([]);
    discord.deny(channel, ada, 'EmbedLinks');
    expect(json(await discord.say(ada, channel, GIF_PAGE)).embeds).toEqual([]);
  });

  it('comes bare at first, and what is behind it as a change of the message', async () => {
    const seen: { t: string; embeds: number }[] = [];
    await using bot = await logIn(discord, undefined, { intents: ['Guilds', 'GuildMessages'] });
    bot.client.on('raw', ({ t, d }: { t: string; d: { embeds: unknown[] } }) => {
      if (t === 'MESSAGE_CREATE' || t === 'MESSAGE_UPDATE') seen.push({ t, embeds: d.embeds.length });
    });
    await discord.say(ada, channel, `${discord.mention} ${GIF_PAGE}`);
    await expect
      .poll(() => seen)
      .toEqual([
        { t: 'MESSAGE_CREATE', embeds: 0 },
        { t: 'MESSAGE_UPDATE', embeds: 1 },
      ]);
  });
});

describe('a forward', () => {
  it('is empty itself and carries what it forwards, without who wrote it', async () => {
    const { forwards } = await messages();
    const [upload, gif, sticker] = forwards.map(json);
    expect(upload).toMatchObject({
      content: '',
      attachments: [],
      flags: 1 << 14,
      message_reference: { type: 1 },
      message_snapshots: [{ message: { attachments: [{ filename: 'a.mp4' }] } }],
    });
    expect(gif).toMatchObject({ message_snapshots: [{ message: { embeds: [{ type: 'gifv' }] } }] });
    expect(sticker).toMatchObject({
      message_snapshots: [{ message: { sticker_items: [{ format_type: 4 }] } }],
    });
    expect(JSON.stringify(upload?.message_snapshots)).not.toContain('author');
  });
});

describe('an address that has run out', () => {
  it('is signed anew for a bot, and for nobody else', async () => {
    const { link } = await messages();
    const bare = link.split('?')[0] ?? '';
    expect((await fetch(bare)).status).toBe(403);
    const body = { attachment_urls: [bare, bare.replace('a.mp4', 'b.mp4')] };
    const { status, json: answer } = await asBot(discord, 'POST', '/attachments/refresh-urls', body);
    const [known, unknown] = answer.refreshed_urls;
    expect([status, known.original, unknown.refreshed]).toEqual([200, bare, null]);
    expect((await fetch(known.refreshed)).status).toBe(200);
    const stranger = await fetch(`${discord.apiUrl}/v10/attachments/refresh-urls`, { method: 'POST' });
    expect(stranger.status).toBe(401);
    expect((await asBot(discord, 'POST', '/attachments/refresh-urls', {})).status).toBe(400);
  });
});

describe("Discord's own description", needs(!!process.env.STRUT_SPECS, NO_SPECS), () => {
  it('allows every such message', async () => {
    const problems = officialSchema('MessageResponse', process.env.STRUT_SPECS ?? '');
    const { upload, gif, linking, stickers, forwards } = await messages();
    for (const message of [upload, gif, linking, stickers]) expect(problems(json(message))).toEqual([]);
    for (const message of forwards.map(json)) {
      // Of the kinds of references, the description leaves out the one that the documentation gives to forwards.
      const reference = { ...(message.message_reference as object), type: 0 };
      expect(problems({ ...message, message_reference: reference })).toEqual([]);
    }
    expect(problems({ ...json(gif), embeds: [{ url: 5 }] })).not.toEqual([]);
  });
});
