/** A report and its decision as the operator meets them: a real Chromium on the real bot. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { filesAsTheyAre, mediaAsTheyAre } from './as-they-are.ts';
import { type Bot, startBot } from './bot.ts';
import { BROWSER, closePages, faults, openContext, sharedBrowser } from './browser.ts';
import { jobEnd, makeJob } from './client.ts';

describe('reports on the page', BROWSER, () => {
  let fal: Awaited<ReturnType<typeof startFal>>;
  let bot: Bot;
  let browser: Browser;
  let code: string;
  let id: string;

  beforeAll(async () => {
    fal = await startFal();
    fal.jobs.always({ queueMs: 0, runMs: 100 });
    const env = { FAL_KEY: fal.key, FAL_QUEUE_URL: fal.url, FAL_REST_URL: fal.url, FAL_API_URL: fal.url };
    const media = await mediaAsTheyAre();
    [bot, browser] = await Promise.all([startBot({ ...media, ...env }), sharedBrowser()]);
    ({ code, id } = await makeJob(bot.url, await filesAsTheyAre()));
    await jobEnd(bot.url, id);
  });
  afterAll(async () => {
    await closePages(browser);
    await bot?.[Symbol.asyncDispose]();
    await fal?.close();
  });

  async function open(path: string): Promise<Page> {
    const context = await openContext(browser, { baseURL: bot.url });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    onTestFinished(async () => {
      await context.close();
      expect(complaints, 'complaints in the console').toEqual([]);
    });
    await page.goto(path);
    return page;
  }

  it('take the video from the screen, wait for a decision, and give it back', async () => {
    const page = await open(`/#job=${id}`);
    await expect.poll(() => page.locator('#screen-video').getAttribute('src')).toContain('/video');
    await page.getByRole('link', { name: 'Report', exact: true }).click();
    await expect.poll(() => page.locator('#code').inputValue()).toBe(code);
    await page.locator('#report button').click();
    const card = page.getByRole('article', { name: `Video ${code}` });
    await expect.poll(() => card.textContent()).toContain('hidden');
    expect(await faults(page)).toEqual([]);

    await page.goto(`/#job=${id}`);
    await expect.poll(() => page.locator('#stage-message').textContent()).toContain('It was reported');
    expect(await page.locator('#screen-video').getAttribute('src')).toBeNull();
    expect((await page.request.get(`/api/jobs/${id}/video`)).status()).toBe(403);

    await page.goto('/reports');
    await card.getByRole('button', { name: 'Restore' }).click();
    await expect.poll(() => page.locator('#cases').textContent()).toContain('Nothing waits');
    await page.goto(`/#job=${id}`);
    await page.reload();
    await expect.poll(() => page.locator('#screen-video').getAttribute('src')).toContain('/video');
  });
});
