import { Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asBot } from '../discord/log-in.ts';
import { mediaShown } from '../discord/look.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';
import type { SimChannel, SimGuild, SimUser } from '../discord/world.ts';
import { manualTime } from '../sim-time.ts';

const V2 = 1 << 15;
let time: ReturnType<typeof manualTime>;
let discord: DiscordSim;
let guild: SimGuild;
let channel: SimChannel;
let ada: SimUser;

beforeEach(async () => {
  time = manualTime();
  discord = await startDiscord({
    time,
    settings: { channelLimit: 'none', fileLimitBytes: 1000, tierLimitBytes: [1000, 1000, 5000, 9000] },
  });
  guild = discord.guild('Dancers');
  channel = discord.channel(guild, 'general');
  ada = discord.member(guild, 'Ada');
});
afterEach(() => discord[Symbol.asyncDispose]());

const file = (name: string, bytes: number, fill = 1) => ({ name, bytes: new Uint8Array(bytes).fill(fill) });
const gallery = (...urls: string[]) => ({ type: 12, items: urls.map((url) => ({ media: { url } })) });
const send = (body: object, files: ReturnType<typeof file>[] = []) =>
  asBot(discord, 'POST', Routes.channelMessages(channel.id), body, files);
const get = (url: string, range?: string) => fetch(url, range ? { headers: { range } } : {});

describe('an upload', () => {
  it('may have what the boosts of the server give, for the bot itself', async () => {
    expect((await send({}, [file('a.mp4', 1000)])).status).toBe(200);
    const { status, json } = await send({}, [file('a.mp4', 1001)]);
    expect([status, json.code]).toEqual([413, 40005]);
    guild.tier = 2;
    expect((await send({}, [file('a.mp4', 5000)])).status).toBe(200);
  });

  it('may have what the interaction says, where a member has more', async () => {
    await asBot(discord, 'PUT', `/applications/${discord.bot.id}/commands`, [
      { name: 'x', description: 'x' },
    ]);
    ada.uploadLimitBytes = 3000;
    const { id, token, limitBytes } = await discord.slash(ada, channel, 'x');
    expect(limitBytes).toBe(3000);
    const answer = (bytes: number) =>
      asBot(discord, 'POST', `/interactions/${id}/${token}/callback`, { type: 4, data: { content: 'x' } }, [
        file('a.mp4', bytes),
      ]);
    expect((await answer(3001)).json.code).toBe(40005);
    expect((await answer(3000)).status).toBe(204);
  });

  it('is refused by the proxy in front without JSON, where that is what happens', async () => {
    discord.settings.tooLarge = 'proxy';
    const { status, json } = await send({}, [file('a.mp4', 1001)]);
    expect([status, typeof json]).toEqual([413, 'string']);
    discord.settings.requestLimitBytes = 500;
    expect((await send({}, [file('a.mp4', 501)])).status).toBe(413);
  });
});

describe('the files of a message', () => {
  it('stand in its attachments, or in its components alone where those show them', async () => {
    const plain = await send({ content: 'x', attachments: [{ id: '0', description: 'alt' }] }, [
      file('a.mp4', 10),
    ]);
    expect(plain.json.attachments).toMatchObject([
      { filename: 'a.mp4', size: 10, content_type: 'video/mp4', description: 'alt' },
    ]);
    const shown = await send({ flags: V2, components: [gallery('attachment://a.mp4')] }, [file('a.mp4', 10)]);
    expect(shown.json.attachments).toEqual([]);
    const { media } = shown.json.components[0].items[0];
    expect(media).toMatchObject({ content_type: 'video/mp4' });
    expect((await get(media.url)).status).toBe(200);
  });

  it('stay through an edit that shows them by name or by address, and go with one that does not', async () => {
    const { json } = await send({ flags: V2, components: [gallery('attachment://a.mp4')] }, [
      file('a.mp4', 10),
    ]);
    const message = channel.messages.at(-1);
    const { url } = json.components[0].items[0].media;
    const edit = (body: object, files: ReturnType<typeof file>[] = []) =>
      asBot(discord, 'PATCH', Routes.channelMessage(channel.id, json.id), body, files);
    expect((await edit({ components: [gallery('attachment://a.mp4')] })).status).toBe(200);
    expect((await edit({ components: [gallery(url)], attachments: [] })).status).toBe(200);
    await edit({ components: [gallery('attachment://b.mp4')] }, [file('b.mp4', 20, 2)]);
    expect(message && mediaShown(message).map(({ filename }) => filename)).toEqual(['b.mp4']);
    expect((await edit({ components: [gallery('attachment://a.mp4')] })).status).toBe(400);
    expect((await edit({ components: [{ type: 10, content: 'gone' }] })).status).toBe(200);
    expect(message?.files).toEqual([]);
  });
});

describe('an address of the CDN', () => {
  const posted = async (more: object = {}) => {
    const { files } = await discord.say(ada, channel, '', { files: [{ ...file('clip.mp4', 100), ...more }] });
    const [kept] = files;
    if (!kept) throw new Error('no file');
    return kept;
  };

  it('opens the file for a day, as long as nobody changes it', async () => {
    const url = discord.urlOf(await posted());
    const whole = await get(url);
    expect([whole.headers.get('content-type'), (await whole.bytes()).length]).toEqual(['video/mp4', 100]);
    const part = await get(url, 'bytes=10-19');
    expect([part.status, part.headers.get('content-range'), (await part.bytes()).length]).toEqual([
      206,
      'bytes 10-19/100',
      10,
    ]);
    const changed = url.replace(/hm=../, (was) => (was === 'hm=00' ? 'hm=11' : 'hm=00'));
    expect((await get(changed)).status).toBe(403);
    expect((await get(url.split('?')[0] ?? '')).status).toBe(403);
    await time.advance(24 * 3_600_000 + 1000);
    expect((await get(url)).status).toBe(404);
  });

  it('may belong to a file that is larger than was said', async () => {
    const kept = await posted({ announcedBytes: 10 });
    expect([kept.announcedBytes, (await (await get(discord.urlOf(kept))).bytes()).length]).toEqual([10, 100]);
  });

  it('breaks on order', async () => {
    const url = discord.urlOf(await posted());
    discord.fault({ path: /^\/attachments\// }, { cutAfterBytes: 10 });
    await expect(get(url).then((answer) => answer.bytes())).rejects.toThrow();
    discord.fault({ path: /^\/attachments\// }, { status: 403 });
    expect((await get(url)).status).toBe(403);
    expect((await get(url)).status).toBe(200);
  });
});

describe('the API on order', () => {
  it('does nothing and cuts, or does it and loses the answer', async () => {
    discord.fault({ method: 'POST', path: /\/messages$/ }, 'cut');
    await expect(send({ content: 'a' })).rejects.toThrow();
    expect(channel.messages).toHaveLength(0);
    discord.fault({ method: 'POST', path: /\/messages$/ }, 'lose-answer');
    await expect(send({ content: 'b' })).rejects.toThrow();
    expect(channel.messages.map(({ content }) => content)).toEqual(['b']);
  });

  it('waits with what it does, or with the answer alone', async () => {
    const gate = Promise.withResolvers<void>();
    discord.fault({ path: /\/messages$/ }, { until: gate.promise });
    const before = send({ content: 'a' });
    await discord.waitFor(() => discord.journal.length === 1);
    expect(channel.messages).toHaveLength(0);
    gate.resolve();
    await before;
    const other = Promise.withResolvers<void>();
    discord.fault({ path: /\/messages$/ }, { answerAfter: other.promise });
    const after = send({ content: 'b' });
    await discord.waitFor(() => channel.messages.length === 2);
    expect(discord.journal.at(-1)?.status).toBeUndefined();
    other.resolve();
    expect((await after).status).toBe(200);
  });

  it('answers as told, a set number of times', async () => {
    discord.fault({ path: /\/messages$/ }, { status: 503, text: 'down' }, 2);
    expect([
      (await send({ content: 'a' })).status,
      (await send({ content: 'a' })).status,
      (await send({ content: 'a' })).status,
    ]).toEqual([503, 503, 200]);
  });

  it('keeps a journal of what came', async () => {
    await send({ content: 'x' }, [file('a.mp4', 10)]);
    expect(discord.requestsTo('POST', /\/messages$/)).toMatchObject([
      {
        status: 200,
        json: { content: 'x' },
        files: [{ filename: 'a.mp4', bytes: 10 }],
        headers: { authorization: `Bot ${discord.token}` },
      },
    ]);
  });
});
