/**
 * Takes the pictures of the documents: the real bot, on its page and in the simulators of both chats, with our own samples.
 * Run `npx node docs/pictures/take.ts` after a change of how things look, and look at what it has taken; it needs Chromium.
 */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { SAMPLES_FOLDER } from '../../samples/index.ts';
import { startDiscord } from '../../simulators/discord/start.ts';
import { startTelegram } from '../../simulators/telegram/telegram.ts';
import { startBot } from '../../test/e2e/bot.ts';
import { launchBrowser, openContext } from '../../test/e2e/browser.ts';
import { consented } from '../../test/fakes/consents.ts';

const HERE = import.meta.dirname;
const sample = (name: string): string => join(SAMPLES_FOLDER, name);

/** Neither buttons nor a ring that turns over what a video shows. */
const BARE = 'video::-webkit-media-controls { display: none !important; }';
const SIZE = { width: 1000, height: 760 };

/** True once each video shows what it is about, in the middle of its motion, and nobody is at work any more. */
const SOUGHT = `(() => {
  const videos = [...document.querySelectorAll('video')].filter((video) => video.src || video.currentSrc);
  for (const video of videos) if (!video.dataset.sought && video.readyState > 0) { video.dataset.sought = 'yes'; video.pause(); video.currentTime = video.duration * 0.4; }
  return !/upload video/.test(document.body.innerText) && videos.length > 0 && videos.every((video) => video.readyState >= 2 && !video.seeking && video.currentTime > 0);
})()`;

/** `store`: what the page remembers, so that it opens where we want it. */
async function take(browser: Browser, path: string, url: string, store: string): Promise<void> {
  const context = await openContext(browser, { viewport: SIZE });
  const page = await context.newPage();
  await page.addInitScript(store);
  await page.goto(url);
  await keep(page, path);
  await context.close();
}

async function keep(page: Page, path: string): Promise<void> {
  await page.addStyleTag({ content: BARE });
  await page.waitForFunction(SOUGHT);
  await page.evaluate('scrollTo(0, 0)');
  // Drawn, too.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const picture = await page.screenshot();
  await sharp(picture).png({ palette: true, colours: 96, effort: 10 }).toFile(join(HERE, path));
}

/** The page of the bot itself, with a sample on it. */
async function takePage(browser: Browser, url: string): Promise<void> {
  const viewport = { width: 1280, height: 860 };
  // What is asked of the page here, it would not let anybody ask.
  const context = await openContext(browser, { baseURL: url, viewport, bypassCSP: true });
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('button', { name: 'Try a sample' }).click();
  await page.getByRole('button', { name: 'Dancing' }).click();
  await page.waitForFunction("document.querySelector('#quote-figure')?.textContent === 'free'");
  await page.getByRole('button', { name: 'Animate' }).click();
  await page.locator('#screen-video').waitFor({ state: 'visible' });
  await keep(page, '../page.png');
  await context.close();
}

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
  await take(browser, 'discord.png', discord.pageUrl, there);

  await telegram.sends(user, chat, { text: '/animate' });
  const offered = await telegram.waitFor(() => telegram.said(chat).find(({ reply_markup }) => reply_markup));
  await telegram.press(user, offered, 'Leo: dancing').done;
  await telegram.waitFor(() => telegram.said(chat).find(({ video }) => video));
  const place = JSON.stringify(JSON.stringify({ user: user.id, chat: chat.id }));
  await take(browser, 'telegram.png', `${telegram.apiUrl}/`, `localStorage.setItem('place', ${place})`);

  await takePage(browser, bot.url);
} finally {
  await browser.close();
  await bot[Symbol.asyncDispose]();
  await telegram.close();
  await discord[Symbol.asyncDispose]();
}
