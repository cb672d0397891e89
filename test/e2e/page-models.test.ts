/** The chooser of models in a real Chromium, on the real bot with fal.ai's simulator behind it. */
import { expect, it } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { consented } from '../fakes/consents.ts';
import { personClip, personImage } from '../people.ts';
import { startBot } from './bot.ts';
import { BROWSER, closePages, openContext, sharedBrowser } from './browser.ts';

it(
  'the page lets a model and a scene be chosen, and asks nothing that the model does not know',
  BROWSER,
  async () => {
    const fal = await startFal();
    fal.jobs.always({ queueMs: 0, runMs: 300 });
    const urls = { FAL_QUEUE_URL: fal.url, FAL_REST_URL: fal.url, FAL_API_URL: fal.url };
    await using bot = await startBot({ FAL_KEY: fal.key, ...urls });
    await consented(bot.dataDir, 'web:operator');
    const files = { image: await personImage(), clip: await personClip({ seconds: 3 }) };
    await alreadySeen(bot.dataDir, { ...files, seconds: 3 });
    const browser = await sharedBrowser();
    try {
      const page = await (await openContext(browser, { baseURL: bot.url })).newPage();
      await page.goto('/');
      const models = page.locator('#model label');
      await expect.poll(() => models.count()).toBe(4);
      expect(await models.nth(2).textContent()).toContain('from $0.08 a second');
      expect(await page.locator('#scene-field').isVisible()).toBe(false);
      expect(await page.locator('#orientation-field').isVisible()).toBe(true);
      await page.setInputFiles('#image-input', files.image);
      await page.setInputFiles('#clip-input', files.clip);
      await expect.poll(() => page.locator('#quote-figure').textContent()).toBe('$0.21');

      await models.filter({ hasText: 'Wan 2.2 Animate' }).click();
      expect(await page.locator('#scene-field').isVisible()).toBe(true);
      expect(await page.locator('#orientation-field').isVisible()).toBe(false);
      await page.locator('#scene label').nth(1).click();
      await expect.poll(() => page.locator('#quote-figure').textContent()).toBe('$0.24');
      await page.locator('#animate').click();
      await expect
        .poll(() => [...fal.jobs.all.values()].map(({ input }) => input.endpoint))
        .toEqual(['fal-ai/wan/v2.2-14b/animate/replace']);

      await models.filter({ hasText: 'DreamActor' }).click();
      expect(await page.locator('#quality input[value=pro]').isDisabled()).toBe(true);
      expect(await page.locator('#scene-field').isVisible()).toBe(false);
    } finally {
      await closePages(browser);
      await fal.close();
    }
  },
);
