/** The first video of somebody who has no files at hand, on the real bot. */
import { join } from 'node:path';
import { expect, it, onTestFailed } from 'vitest';
import { CHARACTERS, MOTIONS, SAMPLES_FOLDER } from '../../samples/index.ts';
import { startBot } from './bot.ts';
import { BROWSER, closePages, faults, openContext, sharedBrowser } from './browser.ts';
import { askQuote } from './client.ts';

it('the coach has nothing to say of any of our characters with any of our motions', async () => {
  await using bot = await startBot();
  onTestFailed(() => console.error(bot.log()));
  for (const character of CHARACTERS)
    for (const motion of MOTIONS) {
      const [image, clip] = [join(SAMPLES_FOLDER, `${character}.jpg`), join(SAMPLES_FOLDER, `${motion}.mp4`)];
      const answer = await askQuote(bot.url, { image, clip });
      const { quote, findings } = (await answer.json()) as {
        quote?: { warnings: unknown };
        findings?: unknown;
      };
      expect([character, motion, answer.status, quote?.warnings, findings]).toEqual([
        ...[character, motion, 200, []],
        [],
      ]);
    }
});

it(
  'one press puts a picture and a clip in, another renders them, and nothing has to be read or answered',
  BROWSER,
  async () => {
    await using bot = await startBot();
    const browser = await sharedBrowser();
    try {
      const page = await (await openContext(browser, { baseURL: bot.url })).newPage();
      await page.goto('/');
      await page.getByRole('button', { name: 'Try a sample' }).click();
      await expect.poll(() => page.locator('#image-facts').textContent()).toContain('mia.jpg');
      await expect.poll(() => page.locator('#clip-facts').textContent()).toContain('hello.mp4');
      await page.getByRole('button', { name: 'Leo' }).click();
      await page.getByRole('button', { name: 'Dancing' }).click();
      await expect.poll(() => page.locator('#image-facts').textContent()).toContain('leo.jpg');
      await expect.poll(() => page.locator('#quote-figure').textContent()).toBe('free');
      expect(await faults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Animate' }).click();
      await expect.poll(() => page.locator('#screen-video').isVisible()).toBe(true);
      expect(await page.locator('#consent').isVisible()).toBe(false);
    } finally {
      await closePages(browser);
    }
  },
);
