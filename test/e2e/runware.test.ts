import { describe, expect, it } from 'vitest';
import { startDiscord } from '../../simulators/discord/start.ts';
import { type RunwareSim, startRunware } from '../../simulators/runware.ts';
import { startTelegram } from '../../simulators/telegram/telegram.ts';
import type { StatusView } from '../../src/http/page/contract.ts';
import type { UsageView } from '../../src/http/page/usage-contract.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { consented } from '../fakes/consents.ts';
import { personClip, personImage } from '../people.ts';
import { type Bot, startBot } from './bot.ts';
import { jobEnd, makeJob, readJob } from './client.ts';
import { freePort } from './free-port.ts';

const files = async (fields: Record<string, string> = {}) => ({
  image: await personImage(),
  clip: await personClip(),
  fields,
});
const json = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;
const reasonOf = async (url: string): Promise<string> =>
  (await json<StatusView>(`${url}/api/status`)).components.find(({ name }) => name === 'runware')?.reason ??
  '';

async function withBot(
  env: Record<string, string>,
  run: (sim: RunwareSim, bot: Bot) => Promise<void>,
): Promise<void> {
  const sim = await startRunware();
  sim.jobs.always({ queueMs: 0, runMs: 300, fetchTries: 240 });
  const port = await freePort();
  {
    await using bot = await startBot({
      RUNWARE_API_KEY: sim.key,
      RUNWARE_API_URL: sim.url,
      PORT: port,
      PUBLIC_URL: `http://localhost:${port}`,
      DEFAULT_LIMITS: 'none',
      ...env,
    });
    await alreadySeen(bot.dataDir, await files());
    await run(sim, bot);
    expect(bot.log()).not.toContain(sim.key);
  }
  await sim.close();
}

describe('the bot with Runware', () => {
  it('renders what the page, Discord and Telegram ask for, each at the exact bill', async () => {
    const [discord, telegram] = await Promise.all([startDiscord({}), startTelegram({})]);
    const chats = {
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_CDN_URLS: discord.cdnUrl,
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.apiUrl,
      ALLOW_DMS: 'true',
      RUNWARE_KLING_PRICES: 'kling-2.6:standard=0.07',
    };
    await withBot(chats, async (sim, { url, dataDir }) => {
      const { image, clip, fields } = await files({ model: 'p-video-animate', quality: 'pro' });
      const { id, quote } = await makeJob(url, { image, clip, fields });
      expect(quote).toMatchObject({ provider: 'runware', usd: 0.24, seconds: 4 });
      expect(JSON.stringify(quote.notes)).toContain("can't stop it");
      expect(await jobEnd(url, id)).toMatchObject({ state: 'delivered', costUsd: 0.24 });
      // Kling 2.6 is the first model here, at the price that the operator named.
      const other = await makeJob(url, await files());
      expect(await jobEnd(url, other.id)).toMatchObject({ state: 'delivered', costUsd: 0.28 });

      const guild = discord.guild('Dancers');
      const channel = discord.channel(guild, 'general');
      const ada = discord.member(guild, 'Ada');
      await consented(dataDir, `discord:${ada.id}`);
      await expect.poll(() => discord.commands().some(({ name }) => name === 'animate')).toBe(true);
      const chosen = { model: 'p-video-animate', scene: 'clip', quality: 'standard' };
      await discord.slash(ada, channel, 'animate', {
        image: { path: image },
        clip: { path: clip },
        ...chosen,
      });
      const posted = await discord.waitFor(() =>
        discord.messages(channel).find((message) => message.files.length > 0),
      );
      expect(JSON.stringify([posted.content, posted.components])).toContain('$0.12');

      const user = telegram.user({});
      const chat = telegram.privateChat(user);
      await consented(dataDir, `telegram:${user.id}`);
      const caption = '/animate model=p-video-animate a slow waltz';
      await telegram.album(user, chat, [{ photo: image, caption }, { video: clip }]);
      const video = await telegram.waitFor(() => telegram.said(chat).find((message) => message.video));
      expect(video.caption).toContain('$0.12');

      const asked = sim.requestsTo('POST', /^\/v1$/).flatMap(({ json }) => json as Record<string, unknown>[]);
      expect(
        asked.flatMap(({ model, resolution = '' }) => (model ? [`${model} ${resolution}`] : [])),
      ).toEqual([
        'prunaai:p-video@animate 1080p',
        'klingai:kling-video@2.6-standard ',
        'prunaai:p-video@replace 720p',
        'prunaai:p-video@animate 720p',
      ]);
      const billed = await Promise.all(sim.made.map(sim.billed));
      expect(billed).toEqual([0.24, 0.28, 0.12, 0.12]);
      await expect
        .poll(async () => (await json<UsageView>(`${url}/api/usage`)).totals)
        .toMatchObject({ jobs: 4, usd: 0.76, heldJobs: 0, suspendedJobs: 0 });
      expect(sim.deliveries.length).toBeGreaterThan(0);
      // 503 asks to say it again: on a busy machine the news comes before the submit's answer is on disk.
      expect(sim.deliveries.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    });
    await telegram.close();
    await discord[Symbol.asyncDispose]();
  });

  it('makes one task and one bill of each submit whose answer is lost, or whose process is killed', () =>
    withBot({ RUNWARE_KLING_PRICES: 'kling-2.6:standart=0.07' }, async (sim, bot) => {
      // What was mistyped is named where the operator looks, and the rest goes on.
      expect(await reasonOf(bot.url)).toMatch(/^RUNWARE_KLING_PRICES cannot be read at its entry 1, /);
      expect(bot.log().split('RUNWARE_KLING_PRICES')).toHaveLength(2);
      const ends = async (id: string) =>
        expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', costUsd: 0.12 });
      sim.fault({ path: /^\/v1$/, how: 'lose-answer' });
      await ends((await makeJob(bot.url, await files())).id);
      sim.createsLateMs = [0];
      await ends((await makeJob(bot.url, await files())).id);
      // It is made, and its answer never comes: then the process goes.
      sim.fault({ path: /^\/v1$/, how: 'hang' });
      const { id } = await makeJob(bot.url, await files());
      await expect.poll(() => sim.made.length).toBe(3);
      expect(await readJob(bot.url, id)).toMatchObject({ state: 'submitting' });
      await bot.restart('SIGKILL');
      await ends(id);
      expect(new Set(sim.made).size).toBe(3);
    }));

  it('says at start, in one line, and where the operator looks that its key is refused', () =>
    withBot({ RUNWARE_API_KEY: 'runware-mistyped' }, async (_sim, bot) => {
      await expect.poll(bot.log).toContain('Runware refuses RUNWARE_API_KEY.');
      expect(bot.log().split('Runware refuses RUNWARE_API_KEY')).toHaveLength(2);
      expect(await reasonOf(bot.url)).toContain('it refuses the key');
      const draft = await makeJob(bot.url, await files({ quality: 'draft' }));
      expect(draft.quote).toMatchObject({ provider: 'local', usd: 0 });
    }));
});
