/** `/animate` with nothing, in private, in both chats: one press on what is offered makes a draft, and asks nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHARACTERS, MOTIONS, SAMPLES_FOLDER } from '../../samples/index.ts';
import { buttonsOf, textOf as textIn } from '../../simulators/telegram/telegram.ts';
import { samplesPage } from '../../src/chat/samples.ts';
import { DRAFT } from '../../src/core/models/registry.ts';
import { wordsFor } from '../../src/words/index.ts';
import { createRemote } from '../fakes/remote.ts';
import { clip, finish, image, startTestBot, textOf } from './discord/harness.ts';
import { ada, createHarness } from './telegram/harness.ts';

const words = wordsFor('en');
const TITLE = words.t('sample.title');
const DRAFTS = () =>
  createRemote('local', { free: true, micros: 0, offers: [{ model: DRAFT, quality: 'draft' }] });
/** Nobody has said anything of any picture yet. */
const asked = { consents: 'asked' as const };

it('the page has a button for each of our characters with each of our motions, whose files are there', () => {
  const buttons = samplesPage(words).rows?.flat() ?? [];
  expect(buttons.map((one) => ('arg' in one ? one.arg : ''))).toEqual(
    CHARACTERS.flatMap((character) => MOTIONS.map((motion) => `${character}-${motion}`)),
  );
  for (const name of [...CHARACTERS.map((one) => `${one}.jpg`), ...MOTIONS.map((one) => `${one}.mp4`)])
    expect([name, existsSync(join(SAMPLES_FOLDER, name))]).toEqual([name, true]);
});

describe('on Telegram', () => {
  it('a press makes a draft of the pair that it names, without a question', async () => {
    const harness = await createHarness({ remote: DRAFTS(), world: asked });
    const { telegram } = harness;
    const { user, chat } = await ada(harness);
    await telegram.sends(user, chat, { text: '/animate' });
    const offered = await telegram.waitFor(() =>
      telegram.said(chat).find((one) => textIn(one).includes(TITLE)),
    );
    expect(buttonsOf(offered).flat()).toHaveLength(6);
    await telegram.press(user, offered, 'Leo: dancing').done;
    await harness.video(chat);
    expect(await harness.jobs()).toMatchObject([
      {
        request: { quality: 'draft' },
        inputs: { image: { name: 'leo.jpg' }, clip: { name: 'dance.mp4' } },
      },
    ]);
    // For the next one as well: it was a copy that was handed in.
    expect(existsSync(join(SAMPLES_FOLDER, 'leo.jpg'))).toBe(true);
  });

  it('is not offered to whoever brings a wish or half of the files, nor in a group', async () => {
    const harness = await createHarness({ remote: DRAFTS() });
    const { user, chat, photo } = await ada(harness);
    await harness.telegram.sends(user, chat, { text: '/animate in the rain' });
    await harness.hears(chat, /picture of a character and a clip/);
    await harness.telegram.sends(user, chat, { photo });
    await harness.hears(chat, /Now send the clip/);
    await harness.telegram.sends(user, chat, { text: '/animate' });
    await harness.calm();
    expect(harness.telegram.said(chat).some((one) => textIn(one).includes(TITLE))).toBe(false);
  });
});

describe('on Discord', () => {
  it('a press makes a draft of the pair that it names, without a question', async () => {
    await using bot = await startTestBot({ world: { remotes: [DRAFTS()], ...asked } });
    const { discord, ada: member } = bot;
    const sent = await discord.slash(member, discord.dm(member), '/animate', {});
    await discord.waitFor(() => textOf(sent.original).includes(TITLE));
    const pressed = discord.press(member, sent.original, 'Mia: jumping jacks');
    await finish(bot, pressed);
    const [job] = await bot.world.disk.store.ofMember(`discord:${member.id}`, 9);
    expect(job).toMatchObject({
      request: { quality: 'draft' },
      inputs: { image: { name: 'mia.jpg' }, clip: { name: 'jacks.mp4' } },
    });
    expect(existsSync(join(SAMPLES_FOLDER, 'mia.jpg'))).toBe(true);
  });

  it('leads on to the form for files of their own, which is what a server gets at once', async () => {
    await using bot = await startTestBot();
    const { discord, ada: member, channel } = bot;
    const sent = await discord.slash(member, discord.dm(member), '/animate', {});
    await discord.waitFor(() => textOf(sent.original).includes(TITLE));
    const pressed = discord.press(member, sent.original, words.t('sample.own'));
    await discord.waitFor(() => pressed.modalOpen);
    await discord.submitModal(pressed, { image: image(), clip: clip() });
    await expect
      .poll(async () => (await bot.world.disk.store.ofMember(`discord:${member.id}`, 9)).length)
      .toBe(1);
    const inServer = await discord.slash(member, channel, '/animate', {});
    await discord.waitFor(() => inServer.modalOpen);
  });
});
