/** The whole bot while its PostgreSQL is away for longer than anybody waits for an answer. */
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it, onTestFailed, onTestFinished } from 'vitest';
import { startDiscord } from '../../simulators/discord/start.ts';
import { startFal } from '../../simulators/fal.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import { startTelegram, textOf } from '../../simulators/telegram/telegram.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { startPostgresProxy } from '../postgres/proxy.ts';
import { filesAsTheyAre, mediaAsTheyAre } from './as-they-are.ts';
import { startBot } from './bot.ts';
import { jobEnd, jobUntil, makeJob, sendJob } from './client.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const NOTHING_BILLED = 'Nothing was billed for it; please try again.';

const saidTo = (message: { content: string; components: unknown } | undefined): boolean =>
  message !== undefined && JSON.stringify([message.content, message.components]).includes(NOTHING_BILLED);

/** A bot with both chats and a provider, on a database that can be taken away. */
async function stage() {
  const db = await postgres.empty();
  const proxy = await startPostgresProxy(await postgres.url());
  const time = manualTime(Date.now());
  const [discord, telegram, fal] = [await startDiscord(), await startTelegram(), await startFal({ time })];
  fal.jobs.next({ queueMs: 0, runMs: 60_000 });
  fal.jobs.always({ queueMs: 0, runMs: 0 });
  const guild = discord.guild('Dancers');
  const channel = discord.channel(guild, 'general');
  const ada = discord.member(guild, 'Ada');
  const bot = await startBot({
    ...(await mediaAsTheyAre()),
    STORE_URL: proxy.url,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_CDN_URLS: discord.cdnUrl,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_URL: telegram.apiUrl,
    ALLOW_DMS: 'true',
    FAL_KEY: fal.key,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
  });
  onTestFinished(async () => {
    await bot[Symbol.asyncDispose]();
    await Promise.all([discord[Symbol.asyncDispose](), telegram.close(), fal.close()]);
    await proxy[Symbol.asyncDispose]();
  });
  onTestFailed(() => console.error(bot.log()));
  await discord.waitFor(() => discord.gateway.connected() > 0 && discord.commands().length > 0);
  const files = await filesAsTheyAre();
  const readyz = async () => (await fetch(`${bot.url}/readyz`)).status;
  const submits = () => fal.requestsTo('POST', /motion-control$/).length;
  return { db, proxy, time, discord, telegram, fal, channel, ada, bot, files, readyz, submits };
}

describe('a bot whose PostgreSQL is away', postgresNeeded, () => {
  it.each([
    ['refuses', 'close'],
    ['stands still', 'freeze'],
  ] as const)(
    'and %s takes nothing new and says so, lives on, and goes on with everything once it is back',
    async (_, how) => {
      const { db, proxy, time, discord, telegram, channel, ada, bot, files, readyz, submits } = await stage();
      const pid = bot.pid();
      const { id } = await makeJob(bot.url, files);
      await jobUntil(bot.url, id, ({ state }) => state === 'running');

      proxy[how]();
      await expect.poll(readyz).toBe(503);
      await time.advance(60_000);
      const refused = await sendJob(bot.url, files);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
      expect(await refused.json()).toMatchObject({ code: 'store-away' });
      const [image, clip] = await Promise.all([readFile(files.image), readFile(files.clip)]);
      const asked = await discord.slash(ada, channel, '/animate', {
        image: { name: 'knight.jpg', bytes: image },
        clip: { name: 'dance.mp4', bytes: clip },
      });
      // The first answer needs no database, and must not wait for one.
      await discord.waitFor(() => asked.answer);
      const listed = await discord.slash(ada, channel, '/jobs', {});
      await discord.waitFor(() => listed.answer);
      const user = telegram.user({ first_name: 'Ada' });
      const chat = telegram.privateChat(user);
      await telegram.sends(user, chat, { text: '/jobs' });
      await discord.waitFor(() => saidTo(asked.original));
      await discord.waitFor(() => saidTo(listed.original));
      expect((await fetch(`${bot.url}/healthz`)).status).toBe(200);

      await proxy.open();
      await expect.poll(readyz).toBe(200);
      expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', costUsd: 0.21 });
      // Telegram brings again what was not taken.
      await telegram.waitFor(() => telegram.said(chat).some((message) => textOf(message).length > 0));
      const { id: next } = await makeJob(bot.url, files);
      expect(await jobEnd(bot.url, next)).toMatchObject({ state: 'delivered' });
      expect(submits()).toBe(2);
      expect(await db.all('SELECT state FROM ledger_lines')).toEqual([
        { state: 'settled' },
        { state: 'settled' },
      ]);
      expect(bot.pid()).toBe(pid);
      expect(bot.log()).not.toMatch(/FATAL|nobody caught/);
    },
  );
});
