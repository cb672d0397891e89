import { describe, expect, it } from 'vitest';
import { RELAXABLE, SEVERAL } from '../../fakes/models.ts';
import { createRemote } from '../../fakes/remote.ts';
import { clip, image, startTestBot, textOf } from './harness.ts';

const PUT = /applications\/\d+(?:\/guilds\/\d+)?\/commands$/;

describe('the commands', () => {
  it('are registered everywhere, and again only when they have changed', async () => {
    await using bot = await startTestBot();
    const { discord } = bot;
    await bot.restart();
    await expect.poll(() => bot.lines.filter((line) => line.includes('Discord is on')).length).toBe(2);
    const asked = await discord.slash(bot.ada, bot.channel, '/help');
    await discord.waitFor(() => asked.original && !asked.original.thinking);
    expect(discord.requestsTo('PUT', PUT).map(({ status }) => status)).toEqual([200]);
    expect(discord.commands().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['animate', 'jobs', 'cancel', 'quota', 'privacy', 'help', 'Animate this']),
    );
    expect(discord.commands().every(({ guildId }) => guildId === undefined)).toBe(true);
  });

  it('say where they can be used, in every language that there is', async () => {
    await using bot = await startTestBot();
    const animate = bot.discord.commands().find(({ name }) => name === 'animate');
    expect(animate).toMatchObject({ contexts: [0, 1, 2], integration_types: [0, 1] });
    expect(Object.keys(animate?.description_localizations ?? {})).toEqual(
      expect.arrayContaining(['en-US', 'en-GB', 'de']),
    );
    const texts = JSON.stringify(bot.discord.commands());
    // With one model there is nothing to choose.
    expect(animate?.options?.map(({ name }) => name)).not.toContain('model');
    expect(animate?.options?.map(({ name }) => name)).not.toContain('scene');
    expect(animate?.options?.map(({ name }) => name)).not.toContain('speed');
    // A text that is missing stands there as its key.
    expect(texts).not.toMatch(/"(?:command|choice|menu)\.[a-z_.-]+"/);
  });

  it('offer the models while one is typed, with what each costs and can', async () => {
    await using bot = await startTestBot({ world: { remotes: [createRemote('paid', { offers: SEVERAL })] } });
    const { discord, ada, channel } = bot;
    const animate = discord.commands().find(({ name }) => name === 'animate');
    expect(animate?.options?.map(({ name }) => name)).toEqual(expect.arrayContaining(['model', 'scene']));
    expect(JSON.stringify(animate)).not.toMatch(/"(?:command|choice|menu)\.[a-z_.-]+"/);
    const typed = await discord.autocomplete(ada, channel, '/animate', 'model', { model: '' });
    expect(await discord.waitFor(() => typed.choices)).toEqual([
      expect.objectContaining({
        value: 'kling-2.6',
        name: expect.stringMatching(/^Kling 2\.6 · from \$0\.028/),
      }),
      expect.objectContaining({ value: 'wan-animate', name: expect.stringMatching(/person in the clip$/) }),
      expect.objectContaining({ value: 'dreamactor-2' }),
    ]);
    const fewer = await discord.autocomplete(ada, channel, '/animate', 'model', { model: 'WAN' });
    expect((await discord.waitFor(() => fewer.choices)).map(({ value }) => value)).toEqual(['wan-animate']);
  });

  it('offer the relaxed lane where there is one, and render in it', async () => {
    const remote = createRemote('paid', { offers: RELAXABLE });
    await using bot = await startTestBot({ world: { remotes: [remote] } });
    const { discord, ada, channel } = bot;
    const animate = discord.commands().find(({ name }) => name === 'animate');
    expect(animate?.options?.map(({ name }) => name)).toContain('speed');
    const typed = await discord.autocomplete(ada, channel, '/animate', 'model', { model: 'wan' });
    expect((await discord.waitFor(() => typed.choices))[0]?.name).toContain('can be relaxed');
    const files = { image: image(), clip: clip() };
    await discord.slash(ada, channel, '/animate', { ...files, model: 'wan-animate', speed: 'relaxed' });
    await expect.poll(bot.jobs).toMatchObject([{ request: { speed: 'relaxed' } }]);
  });

  it('render with the model and the scene that were chosen, and say in one line what there is', async () => {
    await using bot = await startTestBot({ world: { remotes: [createRemote('paid', { offers: SEVERAL })] } });
    const { discord, ada, channel } = bot;
    const files = { image: image(), clip: clip() };
    await discord.slash(ada, channel, '/animate', { ...files, model: 'wan-animate', scene: 'clip' });
    await expect.poll(bot.jobs).toMatchObject([{ request: { model: 'wan-animate', scene: 'clip' } }]);
    const wrong = await discord.slash(ada, channel, '/animate', { ...files, model: 'klingg' });
    await discord.waitFor(() =>
      textOf(wrong.original).includes('kling-2.6, wan-animate, dreamactor-2, draft'),
    );
  });
});
