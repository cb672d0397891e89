import { copyFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { SimInteraction } from '../../../simulators/discord/interactions.ts';
import type { SimMessage } from '../../../simulators/discord/world.ts';
import { MAX_UPLOAD_BYTES } from '../../../src/core/intake/uploads.ts';
import type { Media } from '../../../src/core/media.ts';
import { type Refusal, refuse } from '../../../src/core/refusals.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { startAdminBot } from './admin-setup.ts';
import { clip, finish, image, said, startTestBot, type TestBot, textOf } from './harness.ts';

const MENU = 'Is this from here?';
const words = wordsFor('en');

const seen = async () => ({ reference: new Uint32Array(), queries: [] });
/** What is handed out is the provider's own file; whatever else is asked about looks like nothing that is known. */
const media: Partial<Media> = {
  mark: async (path, to) => {
    await copyFile(path, to);
    return { width: 720, height: 1280, durationMs: 4000 };
  },
  frameHashes: seen,
};
const refusing = (refusal: Refusal): Partial<Media> => ({
  frameHashes: async () => undefined,
  checkClip: async () => refuse(refusal),
});

/** What the bot says in the end, to whoever asked alone. */
async function answerTo({ discord, ada }: TestBot, asked: SimInteraction, who = ada): Promise<string> {
  const message = await discord.waitFor(() => (asked.original?.thinking ? undefined : asked.original));
  expect(message.visibleTo).toBe(who.id);
  return textOf(message);
}

/** A video of Ada's in the channel. */
async function delivered(bot: TestBot): Promise<{ video: SimMessage; code: string }> {
  const asked = await bot.discord.slash(bot.ada, bot.channel, '/animate', { image: image(), clip: clip() });
  await bot.discord.waitFor(() => textOf(asked.original).includes('knight.png'));
  const video = await finish(bot, asked);
  const [job] = await bot.jobs();
  return { video, code: job?.code ?? '' };
}

const fetched = ({ discord }: TestBot, name: string) => discord.requestsTo('GET', new RegExp(name));

describe('“Is this from here?”', () => {
  it('says of the bot’s own video which job it is of, and not whose', async () => {
    await using bot = await startTestBot({ world: { media } });
    const { video, code } = await delivered(bot);
    const told = await answerTo(bot, bot.discord.contextMenu(bot.ada, video, MENU));
    expect(told).toContain(said('verify.unchanged', { code }));
    expect(told).not.toContain(bot.ada.id);
  });

  it('says to an admin of that server who made it', async () => {
    await using bot = await startAdminBot({ world: { media } });
    const { video, code } = await delivered(bot);
    const told = await answerTo(bot, bot.discord.contextMenu(bot.admin, video, MENU), bot.admin);
    expect(told).toContain(said('verify.unchanged', { code }));
    expect(told).toContain(`<@${bot.ada.id}>`);
  });

  it('says to an admin of another server where it is from, and not who made it', async () => {
    await using bot = await startAdminBot({ world: { media } });
    const { code } = await delivered(bot);
    const elsewhere = bot.discord.guild('Elsewhere');
    const stranger = bot.discord.member(elsewhere, 'Bo', { permissions: ['ManageGuild'] });
    const channel = bot.discord.channel(elsewhere, 'general');
    const message = await bot.discord.say(stranger, channel, 'look', { files: [clip()] });
    const told = await answerTo(bot, bot.discord.contextMenu(stranger, message, MENU), stranger);
    // These are the bytes of every result here.
    expect(told).toContain(said('verify.unchanged', { code }));
    expect(told).not.toContain(bot.ada.id);
  });

  it('says of another’s video that it is not', async () => {
    await using bot = await startTestBot({ world: { media } });
    const message = await bot.discord.say(bot.ada, bot.channel, '', { files: [clip('other.mp4')] });
    const told = await answerTo(bot, bot.discord.contextMenu(bot.ada, message, MENU));
    expect(told).toContain(said('verify.not-ours'));
  });

  it('names what a picture is that stands in place of a video', async () => {
    await using bot = await startTestBot({
      world: { media: refusing({ code: 'not-a-video', found: 'PNG' }) },
    });
    const message = await bot.discord.say(bot.ada, bot.channel, '', { files: [image()] });
    const told = await answerTo(bot, bot.discord.contextMenu(bot.ada, message, MENU));
    expect(told).toContain(said('refusal.not-a-video-but', { found: 'PNG' }));
  });

  it('says where a video lies that is somewhere else, and that a message has none', async () => {
    await using bot = await startTestBot({ world: { media } });
    const link = await bot.discord.say(bot.ada, bot.channel, 'https://elsewhere.example/dance.mp4');
    expect(await answerTo(bot, bot.discord.contextMenu(bot.ada, link, MENU))).toContain(
      said('ask.elsewhere', { host: 'elsewhere.example' }),
    );
    const talk = await bot.discord.say(bot.ada, bot.channel, 'hello');
    expect(await answerTo(bot, bot.discord.contextMenu(bot.ada, talk, MENU))).toContain(
      said('verify.no-video'),
    );
  });

  it('is not for those whom the admins keep out', async () => {
    await using bot = await startTestBot({ world: { access: { allowedSpaces: new Set(['discord:1']) } } });
    const message = await bot.discord.say(bot.ada, bot.channel, '', { files: [clip()] });
    const told = await answerTo(bot, bot.discord.contextMenu(bot.ada, message, MENU));
    expect(told).toContain(said('refusal.space-not-allowed'));
  });
});

describe('/verify', () => {
  it('looks at the file that comes with it, and keeps nothing of it', async () => {
    await using bot = await startTestBot({ world: { media } });
    const { code } = await delivered(bot);
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/verify', { clip: clip('found.mp4') });
    expect(await answerTo(bot, asked)).toContain(said('verify.unchanged', { code }));
    expect(await bot.jobs()).toHaveLength(1);
    await expect.poll(() => bot.store.inbox.pending('discord:')).toEqual([]);
  });

  it('says that a file over the limit is too large, without fetching a byte of it', async () => {
    await using bot = await startTestBot({ world: { media } });
    const huge = { ...clip('huge.mp4'), announcedBytes: MAX_UPLOAD_BYTES.clip + 1 };
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/verify', { clip: huge });
    expect(await answerTo(bot, asked)).toContain(
      said('refusal.clip-upload-too-large', { max: words.size(MAX_UPLOAD_BYTES.clip) }),
    );
    expect(fetched(bot, 'huge.mp4')).toEqual([]);
  });

  it.each(['broken-file', 'clip-undecodable'] as const)('says why it can’t look: %s', async (code) => {
    const refusal =
      code === 'broken-file' ? { code, what: 'clip' as const } : { code, found: 'VP6', encrypted: false };
    await using bot = await startTestBot({ world: { media: refusing(refusal) } });
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/verify', { clip: clip() });
    expect(await answerTo(bot, asked)).toContain(words.refusal(refusal).split('.')[0] ?? '');
  });

  it('is answered after a restart that came in between', async () => {
    const looked = Promise.withResolvers<void>();
    const looks: Media['frameHashes'][] = [
      () => {
        looked.resolve();
        return new Promise(() => {});
      },
    ];
    await using bot = await startTestBot({
      world: { media: { ...media, frameHashes: (...args) => (looks.pop() ?? seen)(...args) } },
    });
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/verify', { clip: clip() });
    await looked.promise;
    await bot.life.kill();
    bot.life = await bot.boot();
    expect(await answerTo(bot, asked)).toContain(said('verify.not-ours'));
  });
});
