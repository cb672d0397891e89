import { describe, expect, it } from 'vitest';
import { wordsFor } from '../../../src/words/index.ts';
import { withDoubts } from '../../fakes/doubtful.ts';
import { clip, image, said, slowRemote, startTestBot, textOf } from './harness.ts';

const { refusal } = wordsFor('en');

describe('/check', () => {
  it('says to whoever asks alone what may go wrong with two files, with a picture of it and the price of what mends it', async () => {
    await using bot = await startTestBot({ world: withDoubts(slowRemote()) });
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/check', { image: image(), clip: clip() });
    const message = await discord.waitFor(() => (asked.original?.thinking ? undefined : asked.original));
    expect(message.visibleTo).toBe(ada.id);
    expect(textOf(message)).toContain(said('coach.finding.clip-cuts', { at: '0:05' }));
    expect(textOf(message)).toContain('instead of');
    expect(message.files.map(({ filename }) => filename)).toEqual(['check.jpg']);
    expect(await bot.jobs()).toEqual([]);
    await expect.poll(() => bot.store.inbox.pending('discord:')).toEqual([]);
  });

  it('says what is missing where nothing is given', async () => {
    await using bot = await startTestBot();
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/check', {});
    const message = await bot.discord.waitFor(() => (asked.original?.thinking ? undefined : asked.original));
    expect(textOf(message)).toContain(refusal({ code: 'missing-image' }).split('.')[0] ?? '');
  });
});
