/**
 * The models that fal.ai and Kling render, asked for from both simulated chats, to the exact bill. Pictures and clips are
 * taken as they are, as in the fault suite: what is paid for is tested here.
 */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { startDiscord } from '../../simulators/discord/start.ts';
import { startFal } from '../../simulators/fal.ts';
import { startKling } from '../../simulators/kling.ts';
import { startTelegram, textOf } from '../../simulators/telegram/telegram.ts';
import { wordsFor } from '../../src/words/index.ts';
import { startHookedBot } from '../faults/bot.ts';
import { readRecord, until } from '../faults/record.ts';
import { sampleClip, sampleImage } from '../samples.ts';

/** Of 3 s each, at 30 frames a second; `wan-animate` counts seconds of 16 of them. */
const ASKED = [
  { options: { model: 'kling-3.0', quality: 'pro' }, provider: 'kling', micros: 504_000 },
  { options: { model: 'kling-3.0', speed: 'relaxed' }, provider: 'fal', micros: 378_000 },
  { options: { model: 'wan-animate' }, provider: 'fal', micros: 225_000 },
  { options: { model: 'wan-animate', scene: 'clip' }, provider: 'fal', micros: 225_000 },
  { options: { model: 'dreamactor-2' }, provider: 'fal', micros: 150_000 },
] as const;
const SUBMIT = /motion-control|\/animate\/|\/dreamactor\//;

it('renders what members of both chats choose, each at its provider and to the exact bill', async () => {
  const [discord, telegram, fal, kling] = await Promise.all([
    startDiscord(),
    startTelegram(),
    startFal(),
    startKling(),
  ]);
  for (const { jobs } of [fal, kling]) jobs.always({ queueMs: 0, runMs: 100 });
  await using cleanup = new AsyncDisposableStack();
  for (const sim of [telegram, fal, kling]) cleanup.defer(sim.close);
  cleanup.use(discord);
  await using bot = await startHookedBot({
    PROVIDERS: 'kling,fal',
    KLING_API_KEY: kling.key,
    KLING_API_URL: kling.url,
    FAL_KEY: fal.key,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_CDN_URLS: discord.cdnUrl,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_URL: telegram.apiUrl,
    ALLOW_DMS: 'true',
    DEFAULT_LIMITS: 'none',
  });
  await discord.waitFor(() => discord.gateway.connected() > 0 && discord.commands().length > 0);
  await telegram.waitFor(() => telegram.calls('getUpdates').length > 0);

  const picture = await sampleImage({ width: 600, height: 800 });
  const clip = await sampleClip();
  const files = {
    image: { name: 'knight.jpg', bytes: await readFile(picture) },
    clip: { name: 'dance.mp4', bytes: await readFile(clip) },
  };
  const guild = discord.guild('Dancers');
  const { price } = wordsFor('en');
  const answers: (() => string | undefined)[] = [];
  for (const [i, { options }] of ASKED.entries()) {
    const channel = discord.channel(guild, `room-${i}`);
    await discord.slash(discord.member(guild, `Ada ${i}`), channel, '/animate', { ...files, ...options });
    answers.push(() => {
      const video = discord.messages(channel).find((message) => message.files.length > 0);
      return video && JSON.stringify([video.content, video.components]);
    });
    const user = telegram.user({ first_name: `Ada ${i}` });
    const chat = telegram.privateChat(user);
    const words = Object.entries(options).map(([name, value]) => `${name}=${value}`);
    const caption = `/animate ${words.join(' ')}`;
    await telegram.album(user, chat, [{ photo: picture, caption }, { video: clip }]);
    answers.push(() => {
      const video = telegram.said(chat).find((message) => message.video !== undefined);
      return video && textOf(video);
    });
  }

  await until('all videos', () => answers.every((read) => read() !== undefined), { describe: bot.log });
  const expected = ASKED.flatMap((one) => [one, one]);
  expect(answers.map((read) => read())).toEqual(
    expected.map(({ micros }) => expect.stringContaining(price(micros))),
  );
  const { jobs, lines, operator } = readRecord(bot.dataDir);
  const paid = jobs.map((job) => ({
    options: job.request,
    provider: 'provider' in job ? job.provider : undefined,
    micros: lines.find(({ id }) => id === job.id)?.settled,
  }));
  expect(paid).toHaveLength(expected.length);
  for (const one of ASKED)
    expect(paid.filter((job) => isLike(job.options, one.options))).toMatchObject([one, one]);
  const sent = fal.requests.filter(({ method, path }) => method === 'POST' && SUBMIT.test(path));
  expect(sent.filter(({ headers }) => headers['x-fal-queue-priority'] === 'low')).toHaveLength(2);
  const bills = [
    ...[...fal.jobs.all.keys()].map((id) => fal.billed(id)),
    ...[...kling.jobs.all.keys()].map((id) => kling.billed(id)),
  ];
  expect(bills).toHaveLength(expected.length);
  const usd = (await Promise.all(bills)).reduce((sum, bill) => sum + bill, 0);
  expect(Math.round(usd * 1e6)).toBe(operator.settledMicros);
});

/** `model` alone means the picture's world, at the usual speed. */
const isLike = (request: object, { ...options }: { model: string; scene?: string; speed?: string }) =>
  (['model', 'scene', 'speed'] as const).every((name) => Reflect.get(request, name) === options[name]);
