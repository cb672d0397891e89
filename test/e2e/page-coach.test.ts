/** What the page shows of the coach, in a real Chromium, on the real bot with fal.ai's simulator behind it. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { consented } from '../fakes/consents.ts';
import { cutClip, pairImage, personClip, personImage } from '../people.ts';
import { type Bot, startBot } from './bot.ts';
import { BROWSER, closePages, faults, openContext, sharedBrowser } from './browser.ts';

describe('the coach on the page', BROWSER, () => {
  let fal: Awaited<ReturnType<typeof startFal>>;
  let bot: Bot;
  let browser: Browser;

  beforeAll(async () => {
    fal = await startFal();
    const urls = { FAL_QUEUE_URL: fal.url, FAL_REST_URL: fal.url, FAL_API_URL: fal.url };
    [bot, browser] = await Promise.all([startBot({ FAL_KEY: fal.key, ...urls }), sharedBrowser()]);
    await consented(bot.dataDir, 'web:operator');
  });
  afterAll(async () => {
    await closePages(browser);
    await bot?.[Symbol.asyncDispose]();
    await fal?.close();
  });

  /** A page with both files, and their price. */
  async function open(image: string, clip: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await openContext(browser, { baseURL: bot.url, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });
    await page.goto('/');
    await page.locator('#image-input').setInputFiles(image);
    await page.locator('#clip-input').setInputFiles(clip);
    await quoted(page);
    return page;
  }

  it('frames the people in the picture, and takes the one that is pressed alone', async () => {
    const page = await open(await pairImage(), await personClip({ seconds: 4 }));
    const people = page.getByRole('group', { name: 'People in the picture' }).getByRole('button');
    await expect.poll(() => people.count()).toBe(2);
    // The larger one stands on the left and is the first; the frame lies where they are in the preview.
    const [first, second] = [await people.nth(0).boundingBox(), await people.nth(1).boundingBox()];
    const shown = await page.locator('#image-preview img').boundingBox();
    if (!first || !second || !shown) throw new Error('not all are shown');
    expect(first.x + first.width / 2).toBeCloseTo(shown.x + shown.width * (140 / 480), -1);
    expect(second.x + second.width / 2).toBeCloseTo(shown.x + shown.width * (340 / 480), -1);
    const finding = page.locator('.finding[data-code="several-people-in-image"]');
    expect(await finding.textContent()).toMatch(/^May fail .*2/);
    expect(await faults(page)).toEqual([]);

    const asked = page.waitForRequest('**/api/quote');
    await page.getByRole('button', { name: 'Use person 2 of 2 alone' }).click();
    await asked;
    await quoted(page);
    await expect.poll(() => finding.count()).toBe(0);
    expect(
      await page.getByRole('button', { name: 'Use person 2 of 2 alone' }).getAttribute('aria-pressed'),
    ).toBe('true');
    await page.getByRole('button', { name: 'Whole picture' }).click();
    await expect.poll(() => finding.count()).toBe(1);
    // In the words of the coach it is the same.
    await finding.getByRole('button', { name: /Only person 1/ }).click();
    await expect.poll(() => finding.count()).toBe(0);
    expect(await page.locator('#crop').inputValue()).toMatch(/^0[.\d]*,0[.\d]*,0[.\d]+,[01][.\d]*$/);
    // Another picture is used as it is.
    await page.locator('#image-input').setInputFiles(await personImage());
    expect(await page.locator('#crop').inputValue()).toBe('');
  });

  it('marks the cut, asks once whether to send it all the same, and uses the part that is proposed for less', async () => {
    const page = await open(await personImage(), await cutClip(), { reducedMotion: 'no-preference' });
    await expect.poll(() => page.locator('#stretch-cuts').textContent()).toBe('A cut, at 0:05.2');
    await expect.poll(() => page.locator('#quote-figure').textContent()).toBe('$0.56');
    const finding = page.locator('.finding[data-code="clip-cuts"]');
    expect(await finding.getAttribute('data-level')).toBe('will-fail');

    const dialog = page.getByRole('dialog', { name: 'Send it all the same?' });
    await page.locator('#animate').click();
    expect(await dialog.textContent()).toContain('There is a cut at 0:05');
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(fal.jobs.all.size).toBe(0);

    await finding.getByRole('button', { name: /^Use 0:00–0:05 · \$0\.35 instead of \$0\.56/ }).click();
    await expect.poll(() => page.locator('#quote-figure').textContent()).toBe('$0.35');
    await expect.poll(() => finding.count()).toBe(0);
    expect(await page.locator('#stretch-words').textContent()).toBe('0:00–0:05 · 5 s of 8 s');
    // What is used plays over and over: it comes back to its beginning before the clip is over.
    const video = "document.querySelector('#clip-preview video')";
    const furthest = await page.evaluate<number>(`new Promise((resolve) => {
      let most = 0;
      const look = () => {
        if (${video}.currentTime < 4 && most > 4) return resolve(most);
        most = Math.max(most, ${video}.currentTime);
        requestAnimationFrame(look);
      };
      ${video}.currentTime = 4.2;
      ${video}.play().then(look);
    })`);
    expect(furthest).toBeLessThan(7);

    await page.getByRole('button', { name: 'Whole clip' }).click();
    await expect.poll(() => page.locator('#quote-figure').textContent()).toBe('$0.56');
    await quoted(page);
    await page.locator('#animate').click();
    await dialog.getByRole('button', { name: 'Send it' }).click();
    await expect.poll(() => fal.jobs.all.size).toBe(1);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await quoted(page);
    await page.locator('#animate').click();
    await expect.poll(() => fal.jobs.all.size).toBe(2);
    expect(await dialog.isVisible()).toBe(false);
  });

  it('sets the part by key and by hand, and says it in words', async () => {
    const page = await open(await personImage(), await cutClip());
    const start = page.getByRole('slider', { name: 'Start of the part' });
    const end = page.getByRole('slider', { name: 'End of the part' });
    await end.focus();
    for (let press = 0; press < 20; press += 1) await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator('#quote-figure').textContent()).toBe('$0.42');
    expect(await end.getAttribute('aria-valuetext')).toBe('to 0:06 of 0:08');
    await start.focus();
    await page.keyboard.press('PageUp');
    expect(await start.getAttribute('aria-valuetext')).toMatch(/^from 0:0[01]\.\d of 0:08$/);
    await page.getByRole('button', { name: 'Whole clip' }).click();

    // Dragged near to the cut it stands on it.
    const line = await page.locator('#stretch-line').boundingBox();
    if (!line) throw new Error('there is no line');
    const at = (seconds: number): [number, number] => [line.x + (line.width * seconds) / 8, line.y + 20];
    await page.mouse.move(...at(8));
    await page.mouse.down();
    await page.mouse.move(...at(6.5), { steps: 3 });
    await page.mouse.move(...at(5.28), { steps: 3 });
    await page.mouse.up();
    expect(await page.locator('#stretch-words').textContent()).toBe('0:00–0:05.2 · 5.2 s of 8 s');
    await expect.poll(() => page.locator('#quote-figure').textContent()).toBe('$0.42');
    // The part itself is dragged as a whole.
    await page.mouse.move(...at(2.5));
    await page.mouse.down();
    await page.mouse.move(...at(4.5), { steps: 3 });
    await page.mouse.up();
    expect(await page.locator('#stretch-words').textContent()).toBe('0:02–0:07.2 · 5.2 s of 8 s');
    await quoted(page);
    expect(await page.locator('#quote-figure').textContent()).toBe('$0.42');
  });

  it('fits a phone in the dark, without an accessibility fault, with buttons that a thumb can hit', async () => {
    const viewport = { width: 390, height: 844 };
    const page = await open(await pairImage(), await cutClip(), { colorScheme: 'dark', viewport });
    await page.locator('.mend').first().waitFor();
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const small = `[...document.querySelectorAll('button')]
      .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 32).map((one) => one.id || one.className)`;
    expect(await page.evaluate(small)).toEqual([]);
  });
});

/** Waits for a price that stands, not one that is about to be asked for anew. */
async function quoted(page: Page): Promise<void> {
  await page.locator('#animate[aria-disabled="false"]').waitFor();
}
