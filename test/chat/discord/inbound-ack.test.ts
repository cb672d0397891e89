import { describe, expect, it } from 'vitest';
import { clip, image, startTestBot } from './harness.ts';

describe('an interaction', () => {
  it('is answered before a byte of its files has come', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    // Whoever waits for this file waits for ever.
    discord.fault({ method: 'GET', path: /attachments/ }, 'hang', 100);
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => asked.answer !== undefined);
    expect(await bot.jobs()).toEqual([]);
  });
});
