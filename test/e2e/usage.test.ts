/** The operator's report as a person meets it: a real Chromium on the real bot, on a book that was there before. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createStore } from '../../src/store/index.ts';
import { type Bot, startBot } from './bot.ts';
import { BROWSER, closePages, faults, openContext, sharedBrowser } from './browser.ts';

const PHONE = { width: 390, height: 844 };

/** Today's jobs of three spaces: one billed, one that cost nothing, one that nobody knows the bill of. */
async function bookOf(dataDir: string): Promise<void> {
  const { ledger, keyv, close } = createStore(dataDir, (error) => {
    throw error;
  });
  const at = Date.now();
  const hold = { micros: 420_000, counters: [], limits: [], at, provider: 'fal', seconds: 6 };
  for (const [jobId, spaceId] of [
    ['web:1', 'discord:10'],
    ['web:2', 'telegram:-20'],
    ['web:3', 'discord:30'],
  ] as const)
    await ledger.reserve({ ...hold, jobId, spaceId, memberId: `${spaceId}7` });
  await ledger.settle('web:1', { micros: 350_000, counts: true, provider: 'fal', at });
  await ledger.settle('web:2', { micros: 0, counts: true, provider: 'local', at });
  await ledger.suspend('web:3', 'operator');
  const by = { 'clip-cuts': { jobs: 8, spoiled: 6 }, 'legs-invented': { jobs: 50, spoiled: 1 } };
  await keyv('lessons').set('lessons', { 'kling-2.6': { jobs: 100, spoiled: 10, by } });
  await close();
}

describe('the report on the page', BROWSER, () => {
  let bot: Bot;
  let browser: Browser;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'strut-usage-'));
    await bookOf(dataDir);
    [bot, browser] = await Promise.all([startBot({ DATA_DIR: dataDir }), sharedBrowser()]);
  });
  afterAll(async () => {
    await closePages(browser);
    await bot?.[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true });
  });

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await openContext(browser, { baseURL: bot.url, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    onTestFinished(async () => {
      await context.close();
      expect(complaints, 'complaints in the console').toEqual([]);
    });
    await page.goto('/');
    await page.getByRole('link', { name: 'Usage' }).click();
    await page.locator('#days table').waitFor();
    const width = () => page.evaluate("document.querySelector('#chart').naturalWidth");
    await expect.poll(width).toBe(1280);
    return page;
  }

  const text = async (page: Page, selector: string) =>
    (await page.locator(selector).allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ').trim();

  it('shows what was spent, by whom and where, and what is in suspense', async () => {
    const page = await open();
    expect(await text(page, '#spent')).toBe('$0.35');
    expect(await text(page, '#totals')).toBe('Jobs 2 Video 12 s Held Nothing Suspense $0.42 in 1 job');
    expect(await text(page, '#spaces')).toContain('discord:10 1 $0.35');
    expect(await text(page, '#members')).toContain('telegram:-207 1 $0.00');
    expect(await text(page, '#providers')).toContain('fal.ai 1 $0.35');
    const warnings = await text(page, '#warnings');
    expect(warnings).toMatch(/There is a cut .* Kling 2\.6 8 6 · 75\s?% 4\s?% .* legs/);
    expect(warnings).toMatch(/Kling 2\.6 · only a hint by now 50 1 · 2\s?% 18\s?%$/);
    expect(await text(page, '#suspense')).toMatch(/\w{6} .* · fal\.ai · discord:307 \$0\.42/);
    await page.getByLabel('Last month').check();
    await page.locator('#days .hint').waitFor();
    expect(await text(page, '#spent')).toBe('$0.00');
    expect(await text(page, '#suspense')).toContain('$0.42');
  });

  it('gives every line of those days as a table for other programs', async () => {
    const page = await open();
    await page.getByLabel('Today').check();
    await page.locator('#export[href*="period=day"]').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export CSV' }).click(),
    ]);
    const day = new Date().toISOString().slice(0, 10);
    expect(download.suggestedFilename()).toBe(`strut-usage-${day}-${day}.csv`);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(lines.map((line) => line.split(',').slice(1, 8).join(' '))).toEqual([
      'space member provider state seconds quote_usd bill_usd',
      'discord:10 discord:107 fal settled 6 0.42 0.35',
      'telegram:-20 telegram:-207 local settled 6 0.42 0.00',
      'discord:30 discord:307 fal suspended 6 0.42 ',
    ]);
  });

  it.each([
    ['light', { width: 1280, height: 900 }],
    ['dark', PHONE],
  ] as const)('has no fault that axe can find and nothing sticks out, %s', async (colorScheme, viewport) => {
    const page = await open({ colorScheme, viewport });
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
  });
});
