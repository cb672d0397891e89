/**
 * Takes the pictures of the documents: the real bot, in the simulators of both chats, with our own samples. Run
 * `npx node docs/pictures/take.ts` after a change of how things look; it needs Chromium.
 */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { SAMPLES_FOLDER } from '../../samples/index.ts';
import { startDiscord } from '../../simulators/discord/start.ts';
import { startTelegram } from '../../simulators/telegram/telegram.ts';
import { startBot } from '../../test/e2e/bot.ts';
import { launchBrowser, openContext } from '../../test/e2e/browser.ts';
import { consented } from '../../test/fakes/consents.ts';

const HERE = import.meta.dirname;
const sample = (name: string): string => join(SAMPLES_FOLDER, name);

/** `store`: what the page remembers, so that it opens where we want it. `ready`: the script that is true once it may be taken. */
async function take(
  browser: Browser,
  name: string,
  url: string,
  { store, ready }: { store: string; ready: string },
): Promise<void> {
  const context = await openContext(browser, { viewport: { width: 1000, height: 760 } });
  const page = await context.newPage();
  await page.addInitScript(store);
  await page.goto(url);
  await page.waitForFunction(ready);
  const picture = await page.screenshot();
  await sharp(picture)
    .png({ palette: true, colours: 96, effort: 10 })
    .toFile(join(HERE, `${name}.png`));
  await context.close();
}

/** Videos show what they are about in the middle of their motion. */
const SEEK = `(() => {
  const videos = [...document.querySelectorAll('video')];
  for (const video of videos) if (!video.dataset.sought && video.readyState > 0) { video.dataset.sought = 'yes'; video.controls = false; video.currentTime = video.duration * 0.4; }
  return videos.length > 0 && videos.every((video) => video.readyState >= 2 && !video.seeking && video.currentTime > 0);
})()`;

const [discord, telegram] = await Promise.all([startDiscord(), startTelegram()]);
const floor = discord.guild('The Dance Floor');
const general = discord.channel(floor, 'general');
const ada = discord.member(floor, 'Ada');
const user = telegram.user({ first_name: 'Ada', username: 'ada', language_code: 'en' });
const chat = telegram.privateChat(user);
const bot = await startBot({
  DISCORD_TOKEN: discord.token,
  DISCORD_API_URL: discord.apiUrl,
  DISCORD_CDN_URLS: discord.cdnUrl,
  TELEGRAM_BOT_TOKEN: telegram.token,
  TELEGRAM_API_URL: telegram.apiUrl,
  ALLOW_DMS: 'true',
});
await consented(bot.dataDir, `discord:${ada.id}`);
const browser = await launchBrowser();
try {
  await discord.waitFor(() => discord.commands().some(({ name }) => name === 'animate'));
  const files = { image: { path: sample('mia.jpg') }, clip: { path: sample('dance.mp4') } };
  const asked = await discord.slash(ada, general, '/animate', { ...files, quality: 'draft' });
  await discord.waitFor(() => asked.followUps.some((one) => one.files.length > 0));
  const there = `sessionStorage.setItem('as', '${ada.id}'); sessionStorage.setItem('channel', '${general.id}')`;
  await take(browser, 'discord', discord.pageUrl, { store: there, ready: SEEK });

  await telegram.sends(user, chat, { text: '/animate' });
  const offered = await telegram.waitFor(() => telegram.said(chat).find(({ reply_markup }) => reply_markup));
  await telegram.press(user, offered, 'Leo: dancing').done;
  await telegram.waitFor(() => telegram.said(chat).find(({ video }) => video));
  const place = JSON.stringify(JSON.stringify({ user: user.id, chat: chat.id }));
  await take(browser, 'telegram', `${telegram.apiUrl}/`, {
    store: `localStorage.setItem('place', ${place})`,
    ready: SEEK,
  });
} finally {
  await browser.close();
  await bot[Symbol.asyncDispose]();
  await telegram.close();
  await discord[Symbol.asyncDispose]();
}
