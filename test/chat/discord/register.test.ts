import { describe, expect, it } from 'vitest';
import { startTestBot } from './harness.ts';

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
    // A text that is missing stands there as its key.
    expect(texts).not.toMatch(/"(?:command|choice|menu)\.[a-z_.-]+"/);
  });
});
