import { describe, expect, it } from 'vitest';
import { COMPLETED } from '../../fakes/remote.ts';
import { clip, image, startTestBot, textOf } from './harness.ts';

describe('a member who types /animate', () => {
  it('gets a video from a picture and a clip', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel, remote } = bot;
    const asked = await discord.slash(ada, channel, '/animate', {
      image: image(),
      clip: clip(),
      prompt: 'rain',
    });
    await discord.waitFor(() => textOf(asked.original).includes('knight.png'));
    remote.statuses = [COMPLETED];
    const result = await discord.waitFor(() => asked.followUps[0]);
    expect(textOf(result)).toContain('Your video is ready');
    const [job] = await bot.jobs();
    expect(job?.request.prompt).toBe('rain');
    expect(remote.submits).toEqual([`discord-${asked.id}`]);
  });
});
