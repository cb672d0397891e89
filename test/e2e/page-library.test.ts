/** The library as a person meets it on the page: a real Chromium on the real bot, with fal.ai's simulator behind it. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFailed, onTestFinished } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import type { LibraryItemView, LibraryView } from '../../src/http/page/library-contract.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { consented } from '../fakes/consents.ts';
import { personClip, personImage, portraitImage } from '../people.ts';
import { type Bot, startBot } from './bot.ts';
import { BROWSER, closePages, faults, openContext, sharedBrowser } from './browser.ts';

const PHONE = { width: 390, height: 844 };

describe('the library on the page', BROWSER, () => {
  let fal: Awaited<ReturnType<typeof startFal>>;
  let bot: Bot;
  let browser: Browser;
  let image: string;
  let clip: string;

  beforeAll(async () => {
    fal = await startFal();
    fal.jobs.always({ queueMs: 0, runMs: 100 });
    const urls = { FAL_QUEUE_URL: fal.url, FAL_REST_URL: fal.url, FAL_API_URL: fal.url };
    [image, clip, bot, browser] = await Promise.all([
      personImage(),
      personClip({ seconds: 3 }),
      startBot({ FAL_KEY: fal.key, ...urls }),
      sharedBrowser(),
    ]);
    await consented(bot.dataDir, 'web:operator');
    await alreadySeen(bot.dataDir, { image, clip, seconds: 3 });
  });
  afterAll(async () => {
    await closePages(browser);
    await bot?.[Symbol.asyncDispose]();
    await fal?.close();
  });

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await openContext(browser, { baseURL: bot.url, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      const refused = /Failed to load resource|net::ERR_/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !refused) complaints.push(message.text());
    });
    onTestFailed(() => console.error(bot.log()));
    onTestFinished(async () => {
      await context.close();
      expect(complaints, 'complaints in the console').toEqual([]);
    });
    await page.goto('/');
    return page;
  }

  it('saves a clip and a picture from their places, and takes both from the shelves with one press each', async () => {
    const page = await open();
    const saving = page.getByRole('dialog', { name: 'Save this motion' });
    await page.locator('#clip-input').setInputFiles(await personClip({ seconds: 12 }));
    await page.getByRole('button', { name: 'Save this motion' }).click();
    // The best part of a long clip is proposed, and its preview moves.
    await expect
      .poll(() => page.locator('#keep-facts').textContent())
      .toMatch(/^5\ss · 0:\S+ of 12\ss · \$0\.35$/);
    await page.locator('#keep-preview img').waitFor();
    expect(await page.locator('#keep-spans input').first().isChecked()).toBe(true);
    expect(await faults(page)).toEqual([]);
    await nameOf(page).fill('💃');
    await saving.getByRole('button', { name: 'Save', exact: true }).click();
    await expectText(page, '#keep-problem', 'A name needs at least one letter');
    await nameOf(page).fill('Café shuffle');
    await page.keyboard.press('Enter');
    const motion = page.locator('#motions .item');
    await expectText(page, '#motions .take', 'Café shuffle5 s · $0.35 · not used yet');
    expect(await saving.isVisible()).toBe(false);

    await page.locator('#image-input').setInputFiles(image);
    await page.getByRole('button', { name: 'Save this character' }).click();
    await expectText(page, '#keep-answers', 'It’s me');
    await nameOf(page).fill('Rob');
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'No real person' }).click();
    // A picture is its owner's alone until they give it.
    await expectText(page, '#characters .take', 'Robnot used yetMine');

    await page.getByRole('button', { name: 'Remove picture' }).click();
    await page.getByRole('button', { name: 'Remove clip' }).click();
    await page.getByRole('button', { name: /^Café shuffle/ }).click();
    await page.getByRole('button', { name: /^Rob/ }).click();
    await expectText(page, '#clip-facts', 'Café shuffle');
    await page.locator('#clip-preview video').waitFor();
    await quoted(page);
    await expectText(page, '#quote-figure', '$0.35');
    expect(await motion.locator('.take').getAttribute('aria-pressed')).toBe('true');
    // What lies in the library already is not saved again.
    expect(await page.getByRole('button', { name: 'Save this motion' }).isVisible()).toBe(false);
  });

  it('animates with what was taken, and saves the motion of the finished video from its card', async () => {
    await kept('motion', clip, 'Waltz');
    await kept('character', image, 'Alex');
    const page = await open();
    await page.getByRole('button', { name: /^Waltz/ }).click();
    await page.getByRole('button', { name: /^Alex/ }).click();
    await quoted(page);
    await page.locator('#animate').click();
    await expectText(page, '#stage-chip', 'Done');
    const sent = [...fal.jobs.all.values()].at(-1);
    expect(sent).toBeDefined();
    await page.getByRole('button', { name: 'Save this motion' }).click();
    await nameOf(page).fill('waltz');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expectText(page, '#keep-problem', 'There is a motion called waltz here already');
    await nameOf(page).fill('Slow waltz');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: /^Slow waltz/ }).waitFor();
    await expect.poll(async () => (await item(page, 'Waltz')).numbers.text).toBe('used once');
  });

  it('finds by any part of a name, renames, puts first and removes, and says what was removed meanwhile', async () => {
    await kept('motion', clip, 'Ångström');
    const page = await open();
    await page.getByLabel('Find a motion').fill('gstro');
    await expect.poll(() => page.locator('#motions .item').count()).toBe(1);
    await page.getByRole('button', { name: 'More about Ångström' }).click();
    await page.getByRole('dialog', { name: 'Ångström' }).waitFor();
    expect(await faults(page)).toEqual([]);
    await nameOf(page).fill('Gstaad');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Gstaad' }).waitFor();
    await page.getByRole('button', { name: 'Put first' }).click();
    await page.getByRole('button', { name: 'Not first any more' }).waitFor();
    await page.getByRole('button', { name: 'Keep for me alone' }).click();
    await expectText(page, '#item-facts', 'for you alone');
    expect(await page.getByRole('button', { name: 'Put first' }).isVisible()).toBe(false);
    // The second click of a double click is not for what lies under the dialogue.
    await page.evaluate(
      "addEventListener('click', () => { globalThis.clicks = (globalThis.clicks ?? 0) + 1; })",
    );
    await page.getByRole('button', { name: 'Close' }).dblclick();
    expect(await page.evaluate('globalThis.clicks')).toBe(1);
    await page.getByLabel('Find a motion').fill('');
    await page.getByLabel('Whose motions').selectOption('Mine');
    await expect.poll(() => page.locator('#motions .item').count()).toBe(1);
    await page.getByLabel('Whose motions').selectOption('All');
    await page.getByLabel('Find a motion').fill('gsta');
    await expectText(page, '#motions .take', 'Gstaad');
    await page.getByRole('button', { name: /^Gstaad/ }).click();
    await page.locator('#image-input').setInputFiles(image);
    await quoted(page);
    // Somebody else removes it.
    await page.request.delete((await item(page, 'Gstaad')).links.self);
    await page.locator('#animate').click();
    await expectText(page, '#clip-problem', 'I know no such motion here');
    await expectText(page, '#motions', 'No motion has that in its name.');

    await page.getByLabel('Find a motion').fill('');
    await kept('motion', clip, 'Brief');
    await page.reload();
    await page.getByRole('button', { name: 'More about Brief' }).click();
    // A double click has not said yes to what its first click has asked.
    await page.getByRole('button', { name: 'Remove', exact: true }).dblclick();
    await expectText(page, '#item-sure', 'Videos that were made with it stay.');
    await page.getByRole('button', { name: 'Remove it for good' }).click();
    await expect.poll(() => page.getByRole('button', { name: /^Brief/ }).count()).toBe(0);
    expect((await list(page)).items.map(({ name }) => name)).not.toContain('Brief');
  });

  it('casts one motion with several characters for one price, with one press', async () => {
    await kept('motion', clip, 'Chorus line');
    await kept('character', image, 'Kim');
    await kept('character', await portraitImage(), 'Zoë');
    const page = await open();
    await page.getByRole('button', { name: /^Chorus line/ }).click();
    await page.getByRole('button', { name: 'Cast several' }).click();
    await page.getByRole('button', { name: /^Kim/ }).click();
    await expectText(page, '.cast', 'Choose two to four characters.');
    await page.getByRole('button', { name: /^Zoë/ }).click();
    await expectText(page, '.cast', 'Kim, Zoë with Chorus line: $0.42 for all 2.');
    expect(await faults(page)).toEqual([]);
    const before = fal.jobs.all.size;
    await page.getByRole('button', { name: 'Animate all 2' }).click();
    await expect.poll(() => fal.jobs.all.size).toBe(before + 2);
    await expectText(page, '#stage-title', 'Video ');
    await page.getByRole('button', { name: 'Cast several' }).click();
    expect(await page.getByRole('button', { name: /^Kim/ }).getAttribute('aria-pressed')).toBe('false');
  });

  it.each([
    ['light, on a phone', { colorScheme: 'light', viewport: PHONE, hasTouch: true, isMobile: true }],
    ['dark, on a wide screen', { colorScheme: 'dark', viewport: { width: 1280, height: 900 } }],
  ] as const)(
    'stays light with two hundred, by keyboard and without a fault that axe can find, %s',
    async (title, options) => {
      await kept('motion', clip, `Polka, ${title}`);
      const page = await open(options);
      await page.route('**/api/library?kind=motion*', async (route) => {
        const { searchParams } = new URL(route.request().url());
        const [limit, offset] = [Number(searchParams.get('limit')), Number(searchParams.get('offset'))];
        const real = (await (await route.fetch({ url: `${bot.url}/api/library` })).json()) as LibraryView;
        const all = Array.from({ length: 200 }, (_, n) => ({
          ...real.items[0],
          id: `m${n}`,
          name: `Motion ${n}`,
        }));
        const items = all.slice(offset, offset + limit);
        await route.fulfill({ json: { ...real, items, total: 200, size: { ...real.size, motion: 200 } } });
      });
      await page.reload();
      const items = page.locator('#motions .item');
      await expect.poll(() => items.count()).toBe(24);
      expect(await faults(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        options.viewport.width,
      );
      // For whoever wants less motion the first picture lies over what moves, until it is looked at.
      const visibility = () =>
        page.evaluate("getComputedStyle(document.querySelector('#motions .still')).visibility");
      await expect.poll(() => visibility()).toBe('visible');
      await items.first().locator('.take').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => visibility()).toBe('hidden');
      // One of the shelf is reached by Tab; the end brings more of it.
      expect(await page.locator('#motions .take[tabindex="0"]').count()).toBe(1);
      await page.keyboard.press('End');
      await expect.poll(() => items.count()).toBeGreaterThan(24);
      expect(await page.evaluate('document.activeElement.textContent')).toMatch(/^Motion 23/);
    },
  );

  /** Saves it as a script would. */
  async function kept(kind: 'motion' | 'character', path: string, name: string): Promise<void> {
    const context = await openContext(browser, { baseURL: bot.url });
    const file = { name: 'file', mimeType: 'application/octet-stream', buffer: await readFile(path) };
    const multipart = { kind, name, [kind === 'motion' ? 'clip' : 'image']: file };
    const looked = await context.request.post('/api/library', { multipart });
    const { links } = (await looked.json()) as { links: { self: string } };
    const saved = await context.request.post(
      `${links.self}/save${kind === 'motion' ? '' : '?shows=no-person'}`,
    );
    expect(saved.status()).toBe(201);
    await context.close();
  }
});

const nameOf = (page: Page) => page.getByRole('textbox', { name: 'Name' });

const list = async (page: Page): Promise<LibraryView> =>
  (await (await page.request.get('/api/library?limit=200')).json()) as LibraryView;

async function item(page: Page, name: string): Promise<LibraryItemView> {
  const found = (await list(page)).items.find((one) => one.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

async function expectText(page: Page, selector: string, text: string): Promise<void> {
  const shown = async () =>
    (await page.locator(selector).allTextContents()).join('\n').replaceAll('\u00a0', ' ');
  await expect.poll(shown).toContain(text);
}

/** Waits for a price that stands, not one that is about to be asked for anew. */
async function quoted(page: Page): Promise<void> {
  await page.locator('#animate[aria-disabled="false"]').waitFor();
}
