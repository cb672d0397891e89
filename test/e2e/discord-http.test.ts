/** The whole bot with Discord's commands over HTTP, while no gateway can be had at all. */
import { readFile } from 'node:fs/promises';
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { startDiscord } from '../../simulators/discord/start.ts';
import { startFal } from '../../simulators/fal.ts';
import { consented } from '../fakes/consents.ts';
import { filesAsTheyAre, mediaAsTheyAre } from './as-they-are.ts';
import { startBot } from './bot.ts';
import { freePort } from './free-port.ts';

const PUBLIC_URL = 'https://bot.example';

it('/animate over HTTP makes the video with the gateway down, whatever forged calls come between, and leaves no token in the log', async () => {
  const PORT = await freePort();
  await using discord = await startDiscord({ routes: { [PUBLIC_URL]: `http://127.0.0.1:${PORT}` } });
  const fal = await startFal();
  onTestFinished(() => fal.close());
  fal.jobs.always({ queueMs: 0, runMs: 100 });
  discord.gateway.refuseNext(Number.POSITIVE_INFINITY);
  const guild = discord.guild('Dancers');
  const channel = discord.channel(guild, 'general');
  const ada = discord.member(guild, 'Ada');
  await using bot = await startBot({
    ...(await mediaAsTheyAre()),
    PUBLIC_URL,
    PORT,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_CDN_URLS: discord.cdnUrl,
    DISCORD_INTERACTIONS: 'http',
    FAL_KEY: fal.key,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
    LOG_LEVEL: 'debug',
  });
  onTestFailed(() => console.error(bot.log()));
  await discord.waitFor(() => discord.endpoint.url() && discord.commands().length > 0);
  await consented(bot.dataDir, `discord:${ada.id}`);
  const files = await filesAsTheyAre();
  const [image, clip] = await Promise.all([readFile(files.image), readFile(files.clip)]);
  const animate = () =>
    discord.slash(ada, channel, '/animate', {
      image: { name: 'knight.jpg', bytes: image },
      clip: { name: 'dance.mp4', bytes: clip },
    });

  discord.endpoint.trouble({ forged: true });
  const forged = await animate();
  await discord.waitFor(() => forged.failed);
  discord.endpoint.trouble({ copies: 2 });
  const asked = await animate();
  await discord.waitFor(() => asked.followUps.some(({ files }) => files.length > 0));

  expect(forged.answer).toBeUndefined();
  expect(asked.followUps.filter(({ files }) => files.length > 0)).toHaveLength(1);
  expect(fal.requestsTo('POST', /motion-control$/)).toHaveLength(1);
  expect(discord.gateway.sessions).toEqual([]);
  await discord.endpoint.check();
  expect(discord.endpoint.url()).toBe(`${PUBLIC_URL}/hooks/discord`);
  const log = bot.log();
  expect(log).toContain(`commands come over HTTP, at ${PUBLIC_URL}/hooks/discord`);
  for (const secret of [discord.token, asked.token, forged.token])
    expect(log).not.toContain(secret.slice(0, 40));
});

it('a bot that stops takes no command any more, rather than to refuse it: whoever leads them leads them elsewhere', async () => {
  const PORT = await freePort();
  await using discord = await startDiscord({ routes: { [PUBLIC_URL]: `http://127.0.0.1:${PORT}` } });
  const guild = discord.guild('Dancers');
  const channel = discord.channel(guild, 'general');
  const ada = discord.member(guild, 'Ada');
  await using bot = await startBot({
    PUBLIC_URL,
    PORT,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_CDN_URLS: discord.cdnUrl,
    DISCORD_INTERACTIONS: 'http',
  });
  onTestFailed(() => console.error(bot.log()));
  await discord.waitFor(() => discord.endpoint.url() && discord.commands().length > 0);
  // One that is being answered, for as long as a bot that stops waits for such.
  const never = Promise.withResolvers<void>();
  discord.fault({ method: 'PATCH', path: /@original$/ }, { answerAfter: never.promise });
  const waiting = await discord.slash(ada, channel, '/jobs', {});
  await discord.waitFor(() => waiting.answer);
  const { deliveries } = discord.endpoint;
  const from = deliveries.length;
  let running = true;
  const stopped = bot.stop().then(() => {
    running = false;
  });
  while (running) {
    const before = deliveries.length;
    await discord.slash(ada, channel, '/jobs', {});
    await discord.waitFor(() => deliveries.length > before);
  }
  await stopped;
  never.resolve();
  const statuses = new Set(deliveries.slice(from).map(({ status }) => status));
  expect(statuses).not.toContain(503);
});
