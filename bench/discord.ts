/**
 * The whole bot against a simulated Discord: how soon 200 commands in one second are answered while 20 videos of 30 MB
 * are on their way, and what 2,500 servers cost in memory.
 * `node bench/discord.ts [commands=200] [videos=20] [megabytes=30] [servers=2500]`
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { SimInteraction } from '../simulators/discord/interactions.ts';
import { type DiscordSim, startDiscord } from '../simulators/discord/start.ts';
import { startFal } from '../simulators/fal.ts';
import { type Bot, startBot } from '../test/e2e/bot.ts';
import { consented } from '../test/fakes/consents.ts';
import { sampleClip, sampleImage } from '../test/samples.ts';

const [commands = 200, videos = 20, megabytes = 30, servers = 2500] = process.argv.slice(2).map(Number);
const BYTES = megabytes * 1_000_000;
const CHANNELS = 40;

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const start = (discord: DiscordSim, env: Record<string, string> = {}): Promise<Bot> =>
  startBot({
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_CDN_URLS: discord.cdnUrl,
    DEFAULT_LIMITS: 'none',
    BUDGET_USD_PER_DAY: '1000',
    BUDGET_USD_PER_MONTH: '1000',
    ...env,
  });

/** Of the bot's own process, in MB. */
async function residentMb(bot: Bot): Promise<number> {
  const status = await readFile(`/proc/${bot.pid()}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

async function answers(): Promise<void> {
  await using discord = await startDiscord({ settings: { fileLimitBytes: 2 * BYTES, globalLimit: 'none' } });
  const fal = await startFal();
  fal.jobs.always({ queueMs: 0, runMs: 1_000, bytes: BYTES });
  // 16 Mbit/s each: the first ones are still on their way when the last one begins.
  discord.fault({ method: 'POST', path: /\/webhooks\/\d+\/[\w-]+$/ }, { takesPerSecond: 2_000_000 }, videos);
  const places = Array.from({ length: videos }, (_, index) => {
    const guild = discord.guild(`server ${index}`);
    return { channel: discord.channel(guild, 'general'), member: discord.member(guild, `member ${index}`) };
  });
  await using bot = await start(discord, {
    FAL_KEY: fal.key,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
  });
  await discord.waitFor(() => discord.commands().length > 0, { timeoutMs: 30_000 });
  await consented(bot.dataDir, ...places.map(({ member }) => `discord:${member.id}`));
  const [image, clip] = [await sampleImage({}), await sampleClip({ seconds: 4 })];
  const asked = await Promise.all(
    places.map(({ member, channel }) =>
      discord.slash(member, channel, '/animate', {
        image: { path: image },
        clip: { path: clip },
        quality: 'standard',
      }),
    ),
  );
  const uploads = () =>
    discord.requestsTo('POST', /\/webhooks\/\d+\/[\w-]+$/).filter(({ status }) => status === undefined);
  await discord.waitFor(() => uploads().length === videos, { timeoutMs: 300_000 });

  const names = ['/help', '/quota', '/jobs', '/privacy'];
  const sent: SimInteraction[] = [];
  const from = performance.now();
  for (let index = 0; index < commands; index += 1) {
    const place = places[index % places.length];
    if (place) sent.push(await discord.slash(place.member, place.channel, names[index % names.length] ?? ''));
    await wait(Math.max(0, from + ((index + 1) * 1000) / commands - performance.now()));
  }
  const tookMs = performance.now() - from;
  await discord.waitFor(() => sent.every(({ answer, failed }) => answer !== undefined || failed));
  const open = uploads().length;
  await discord.waitFor(() => asked.every(({ followUps }) => followUps.length > 0), { timeoutMs: 120_000 });
  const times = sent.map(({ ackAfterMs }) => ackAfterMs ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  console.log(
    `${sent.length} commands in ${Math.round(tookMs)} ms, while ${videos} uploads of ${megabytes} MB went out (${open} still did after them): first answer ` +
      `median ${Math.round(percentile(times, 0.5))} ms, p99 ${Math.round(percentile(times, 0.99))} ms, worst ${Math.round(times.at(-1) ?? 0)} ms`,
  );
  await fal.close();
}

async function memory(): Promise<void> {
  const resident = async (count: number): Promise<number> => {
    await using discord = await startDiscord();
    for (let index = 0; index < count; index += 1) {
      const guild = discord.guild(`server ${index}`);
      for (let channel = 0; channel < CHANNELS; channel += 1) discord.channel(guild, `channel-${channel}`);
    }
    await using bot = await start(discord);
    await discord.waitFor(() => discord.commands().length > 0, { timeoutMs: 120_000 });
    // The first start of all has everything to compile; every later one is what an operator lives with.
    await bot.restart();
    await wait(10_000);
    return await residentMb(bot);
  };
  const [few, many] = [await resident(1), await resident(servers)];
  console.log(
    `memory: ${Math.round(few)} MB with one server, ${Math.round(many)} MB with ${servers} of ${CHANNELS} channels`,
  );
}

await answers();
await memory();
process.exit(0);
