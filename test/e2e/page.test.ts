/** The page as a person meets it: a real Chromium on the real bot, which renders with its own `local` provider. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Browser, BrowserContextOptions, ConsoleMessage, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFailed, onTestFinished } from 'vitest';
import { consented } from '../fakes/consents.ts';
import { cupImage, personClip, personImage } from '../people.ts';
import { type Bot, startBot } from './bot.ts';
import { BROWSER, closePages, faults, openContext, sharedBrowser } from './browser.ts';

const PHONE = { width: 390, height: 844 };
/** As most people have it. */
const MOVING = { reducedMotion: 'no-preference' } as const;

describe('the page', BROWSER, () => {
  let bot: Bot;
  let browser: Browser;
  let image: string;
  let clip: string;
  /** One page for all tests that want nothing special: a process of its own for each was half of the work. */
  let usual: Page | undefined;

  beforeAll(async () => {
    [image, clip, bot, browser] = await Promise.all([
      personImage(),
      personClip({ seconds: 3 }),
      startBot(),
      sharedBrowser(),
    ]);
    await consented(bot.dataDir, 'web:operator');
  });
  afterAll(async () => {
    await closePages(browser);
    await bot?.[Symbol.asyncDispose]();
  });

  async function newPage(options?: BrowserContextOptions): Promise<Page> {
    const context = await openContext(browser, { baseURL: bot.url, ...options });
    return context.newPage();
  }

  async function usualPage(): Promise<Page> {
    usual ??= await newPage();
    return usual;
  }

  /** A page for a test, which fails when the console or the content policy has a complaint. */
  async function open(options?: BrowserContextOptions): Promise<Page> {
    const page = options ? await newPage(options) : await usualPage();
    const complaints: string[] = [];
    const strangers: string[] = [];
    const onError = (error: Error) => void complaints.push(error.message);
    const onConsole = (message: ConsoleMessage) => {
      // Chromium reports each refused request there too; whether it should be refused is the test's own matter.
      const refused = /Failed to load resource|net::ERR_/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !refused) complaints.push(message.text());
    };
    const onRequest = (request: Request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http') && url.origin !== bot.url) strangers.push(url.href);
    };
    page.on('pageerror', onError).on('console', onConsole).on('request', onRequest);
    onTestFailed(() => console.error(bot.log()));
    onTestFinished(async () => {
      if (options) await page.context().close();
      else await page.unrouteAll();
      page.off('pageerror', onError).off('console', onConsole).off('request', onRequest);
      expect(complaints, 'complaints in the console').toEqual([]);
      expect(strangers, 'requests to elsewhere').toEqual([]);
    });
    await page.goto('/');
    return page;
  }

  it('takes a dropped pair, sorts it by type, shows both and the price before anything is pressed', async () => {
    const page = await open(MOVING);
    await drop(page, 'h1', [clip, image]);
    await expectText(page, '#image-facts', basename(image));
    await expectText(page, '#image-facts', '480×720');
    await expectText(page, '#clip-facts', '360×640 · 3 s');
    expect(await read(page, '#clip-preview video', 'muted', 'loop')).toEqual([true, true]);
    await quoted(page);
    await expectText(page, '#quote-figure', 'free');
    await expectText(page, '#quote-facts', '3 s of video, made by this machine');
    await expectText(page, '#quote-notes', 'draft');
    expect(await page.locator('#quote-warnings li').count()).toBe(0);
    expect(await jobsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'Remove picture' }).click();
    await expectText(page, '#quote-facts', 'Add a picture');
    expect(await page.locator('#animate').getAttribute('aria-disabled')).toBe('true');
    await paste(page, image);
    await quoted(page);
  });

  it('asks anew when an option changes, and drops the question that is out of date', async () => {
    const page = await open();
    const dropped = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/quote'));
    // The first question is left hanging, as on a slow line.
    const asked = new Promise<void>((resolve) => page.route('**/api/quote', () => resolve(), { times: 1 }));
    await choose(page, image, clip);
    await asked;
    await page.getByRole('radio', { name: /^Image/ }).check();
    expect((await dropped).failure()?.errorText).toBe('net::ERR_ABORTED');
    const answer = await page.waitForResponse('**/api/quote');
    expect(await answer.json()).toMatchObject({ quote: { orientation: 'image' } });
    await quoted(page);
  });

  it('warns before the press when nobody can be seen in the picture', async () => {
    const page = await open();
    await choose(page, await cupImage(), clip);
    await expectText(page, '#findings', "I can't see a person in this picture");
    expect(await page.locator('#animate').getAttribute('aria-disabled')).toBe('false');
  });

  it('says what is wrong with a file where the file is, and offers to trim with one click', async () => {
    const page = await open();
    const text = { name: 'holiday.png', mimeType: 'image/png', buffer: Buffer.from('not a picture at all') };
    await page.locator('#image-input').setInputFiles(text);
    await page.locator('#clip-input').setInputFiles(await personClip({ seconds: 12 }));
    await expectText(page, '#image-problem', 'that picture');
    expect(await page.locator('#image-problem').getAttribute('role')).toBe('alert');
    expect(await page.locator('#animate').getAttribute('aria-disabled')).toBe('true');

    await page.locator('#image-input').setInputFiles(image);
    await page.getByRole('radio', { name: /^Image/ }).check();
    await expectText(page, '#clip-problem', 'too long');
    expect(await page.locator('#image-problem').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Keep the first 10 s' }).click();
    await quoted(page);
    await expectText(page, '#quote-facts', '10 s of video');
    expect(await page.getByRole('checkbox', { name: /Trim/ }).isChecked()).toBe(true);
    expect(await page.locator('#clip-problem').isVisible()).toBe(false);
  });

  it('offers to repeat a clip that is too short with one click', async () => {
    const page = await open();
    await choose(page, image, await personClip({ seconds: 1 }));
    await expectText(page, '#clip-problem', 'too short');
    await page.getByRole('button', { name: 'Repeat it for 3 s' }).click();
    await quoted(page);
    await expectText(page, '#quote-facts', '3 s of video');
    await expectText(page, '#quote-notes', 'repeated');
    expect(await page.getByRole('checkbox', { name: /Repeat/ }).isChecked()).toBe(true);
    // Another clip is asked about anew.
    await page.locator('#clip-input').setInputFiles(clip);
    await quoted(page);
    expect(await page.getByRole('checkbox', { name: /Repeat/ }).isChecked()).toBe(false);
  });

  it('makes one job of a double click, shows its progress, plays the video and gives it to keep', async () => {
    const page = await open(MOVING);
    await choose(page, image, clip);
    await quoted(page);
    const before = (await jobsOf(page)).length;
    await page.locator('#animate').dblclick();
    await expectText(page, '#work-figure', '%');
    await expect.poll(() => page.locator('#work-progress').getAttribute('value')).toMatch(/^0\.\d*[1-9]/);
    expect(await page.locator('#say').textContent()).toMatch(/^Running, \d+ per cent$/);

    await done(page);
    expect((await jobsOf(page)).length).toBe(before + 1);
    const video = async (name: string) => Number((await read(page, '#screen-video', name))[0]);
    await expect.poll(() => video('readyState')).toBeGreaterThanOrEqual(2);
    await expect.poll(() => video('currentTime')).toBeGreaterThan(0.1);
    expect(await read(page, '#screen-video', 'paused', 'loop', 'controls')).toEqual([false, true, true]);
    expect(await video('duration')).toBeCloseTo(3, 0);
    await expectText(page, '#figures', 'free');
    await expectText(page, '#figures', '3 s');
    await expectText(page, '#figures', 'Took');
    expect(await page.getByText(/^AI-generated motion transfer · \w{6}$/).isVisible()).toBe(true);

    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()]);
    expect(download.suggestedFilename()).toMatch(/^strut-[0-9A-Z]{6}\.mp4$/);
    expect((await readFile(await download.path())).subarray(4, 8).toString()).toBe('ftyp');
  });

  it('sends the same order again under the same key when the way to the server broke', async () => {
    const page = await open();
    await choose(page, image, clip);
    await quoted(page);
    const before = (await jobsOf(page)).length;
    const keys: (string | undefined)[] = [];
    await page.route('**/api/jobs', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      return keys.length === 1 ? route.abort('connectionreset') : route.continue();
    });
    await page.locator('#animate').click();
    await started(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expectText(page, '#stage-chip', 'Cancelled');
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys[0]]);
    expect((await jobsOf(page)).length).toBe(before + 1);
  });

  /** Puts a finished job on the screen: one of the list, or a new one when there is none. */
  async function showFinished(page: Page): Promise<void> {
    const finished = (await jobsOf(page)).find(({ state }) => state === 'delivered');
    if (finished) await page.goto(`/#job=${finished.id}`);
    else {
      await choose(page, image, clip);
      await quoted(page);
      await page.locator('#animate').click();
    }
    await done(page);
  }

  it('makes another one on Again, cancels it, and keeps the list through a reload', async () => {
    const page = await open();
    await showFinished(page);
    const first = await page.locator('#stage-title').textContent();
    const before = (await jobsOf(page)).length;

    await page.getByRole('button', { name: 'Again' }).dblclick();
    await expect.poll(() => page.locator('#stage-title').textContent()).not.toBe(first);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expectText(page, '#stage-chip', 'Cancelled');
    await expectText(page, '#stage-message', 'Cancelled. It cost nothing.');
    expect((await jobsOf(page)).length).toBe(before + 1);

    await page.reload();
    await expectText(page, '#stage-chip', 'Cancelled');
    const cards = page.locator('#jobs a');
    await expect.poll(() => cards.count()).toBe(before + 1);
    await expectText(page, '#jobs li:nth-child(1)', 'Cancelled');
    await cards.filter({ hasText: first?.replace('Video ', '') ?? '' }).click();
    await expect.poll(() => page.locator('#stage-title').textContent()).toBe(first);
    await page.locator('#screen-video').waitFor();
  });

  it('opens a job by its code, and says when there is none', async () => {
    const page = await open();
    await showFinished(page);
    const title = (await page.locator('#stage-title').textContent()) ?? '';
    await page.goto('/');
    const field = page.getByLabel('Open a job by its code');
    await field.fill('NOSUCH');
    await field.press('Enter');
    await expectText(page, '#code-problem', "can't find that job");
    await field.fill(` ${title.replace('Video ', '').toLowerCase()} `);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expectText(page, '#stage-title', title);
    expect(await page.locator('#code-problem').isVisible()).toBe(false);
    expect(await field.inputValue()).toBe('');
  });

  it('says whether a video is from here and who made it, and opens its job', async () => {
    const page = await open();
    await showFinished(page);
    const title = (await page.locator('#stage-title').textContent()) ?? '';
    const [job] = (await jobsOf(page)).filter(({ state }) => state === 'delivered');
    const buffer = await (await page.request.get(`/api/jobs/${job?.id}/video`)).body();
    await page.goto('/');
    const look = page.getByRole('button', { name: 'Look', exact: true });
    await look.click();
    await expectText(page, '#verify-problem', 'Choose a video first.');
    const file = page.locator('#verify-file');
    await file.setInputFiles({ name: 'found.mp4', mimeType: 'video/mp4', buffer });
    await look.click();
    await expectText(
      page,
      '#verify-verdict',
      `This very file was made here: ${title.replace('Video ', '')}.`,
    );
    await expectText(page, '#verify-verdict', 'Made by web:operator.');
    await page.getByRole('button', { name: 'Open the job' }).click();
    await expectText(page, '#stage-title', title);
  });

  it('says why it can’t tell of a picture, or of a video that was cut short', async () => {
    const page = await open();
    const look = page.getByRole('button', { name: 'Look', exact: true });
    const file = page.locator('#verify-file');
    await file.setInputFiles(image);
    await look.click();
    await expectText(page, '#verify-problem', 'as the clip');
    const whole = await readFile(clip);
    const cut = { name: 'cut.mp4', mimeType: 'video/mp4', buffer: whole.subarray(0, whole.length / 2) };
    await file.setInputFiles(cut);
    await look.click();
    await expectText(page, '#verify-problem', 'damaged or incomplete');
    expect(await page.locator('#verify-verdict').textContent()).toBe('');
    // Other files are what is asked about next.
    await file.setInputFiles(clip);
    expect(await page.locator('#verify-problem').isVisible()).toBe(false);
    await look.click();
    await expectText(page, '#verify-verdict', 'This was not made here');
    expect(await page.getByRole('button', { name: 'Open the job' }).isVisible()).toBe(false);
  });

  it('shows older jobs when they are asked for', async () => {
    const page = await open();
    await showFinished(page);
    const one = (await (await page.request.get('/api/jobs?limit=1')).json()) as { jobs: ListedJob[] };
    // As if there were sixty of them.
    await page.route('**/api/jobs?limit=*', async (route) => {
      const limit = Number(new URL(route.request().url()).searchParams.get('limit'));
      const all = Array.from({ length: 60 }, (_, n) => ({ ...one.jobs[0], id: `web-${n}` }));
      await route.fulfill({ json: { jobs: all.slice(0, limit), more: limit < 60 } });
    });
    await page.goto('/usage');
    await page.goto('/');
    await expect.poll(() => page.locator('#jobs a').count()).toBe(50);
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(() => page.locator('#jobs a').count()).toBe(60);
    expect(await page.getByRole('button', { name: 'Show older' }).isVisible()).toBe(false);
    expect(await page.evaluate('document.activeElement?.getAttribute("href")')).toBe('#job=web-50');
  });

  it('says that the connection is lost, and follows the job to its end when the killed bot is back', async () => {
    const page = await open();
    await choose(page, image, clip);
    await quoted(page);
    await page.locator('#animate').click();
    await expectText(page, '#work-figure', '%');
    await bot.stop('SIGKILL');
    await expectText(page, '#connection', 'Connection to Strut lost');
    await bot.start();
    await expect.poll(() => page.locator('#connection').isVisible()).toBe(false);
    await done(page);
    await page.reload();
    await done(page);
  });

  it('deletes a video once that is confirmed, and only then', async () => {
    const page = await open();
    await showFinished(page);
    const code = ((await page.locator('#stage-title').textContent()) ?? '').replace('Video ', '');
    const before = (await jobsOf(page)).length;
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await press('Delete');
    expect(await page.getByRole('dialog', { name: `Delete video ${code}?` }).isVisible()).toBe(true);
    expect(await faults(page)).toEqual([]);
    // What a hand that slips does: it stays.
    await page.keyboard.press('Enter');
    await press('Delete');
    await page.keyboard.press('Escape');
    expect((await jobsOf(page)).length).toBe(before);

    await press('Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(async () => (await jobsOf(page)).length).toBe(before - 1);
    await expectText(page, '#stage-title', 'Video');
    await expect.poll(() => page.locator('#idle').isVisible()).toBe(true);
    expect(await page.locator('#jobs a').filter({ hasText: code }).count()).toBe(0);
    expect(new URL(page.url()).hash).toBe('');
    await expect.poll(() => page.evaluate('document.activeElement?.id')).toBe('stage-title');
  });

  it('works by keyboard alone', async () => {
    const page = await open();
    for (const [name, file] of [
      ['Choose a picture', image],
      ['Choose a clip', clip],
    ] as const) {
      // Asked for well before the press: from then on the browser hands the chooser over in place of opening it.
      const chooser = page.waitForEvent('filechooser');
      await tabTo(page, name);
      await page.keyboard.press('Enter');
      await (await chooser).setFiles(file);
    }
    await tabTo(page, 'Orientation', 'radio');
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { name: /^Video/ }).isChecked()).toBe(true);
    await tabTo(page, 'More options');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Prompt');
    await page.keyboard.type('in the snow');
    await quoted(page);
    await tabTo(page, 'Animate');
    await page.keyboard.press('Enter');
    await started(page);
    await tabTo(page, 'Cancel');
    await page.keyboard.press('Space');
    await expectText(page, '#stage-chip', 'Cancelled');
    const [job] = await jobsOf(page);
    expect(job?.request).toMatchObject({ orientation: 'video', prompt: 'in the snow' });
  });

  it.each([
    ['light', PHONE, 'no-preference'],
    ['dark', { width: 1280, height: 800 }, 'reduce'],
  ] as const)(
    'has no accessibility fault that axe can find, %s',
    async (colorScheme, viewport, reducedMotion) => {
      const page = await open({ colorScheme, viewport, reducedMotion });
      expect(await faults(page)).toEqual([]);
      await choose(page, await cupImage(), clip);
      await quoted(page);
      await page.locator('.more summary').click();
      expect(await faults(page)).toEqual([]);
      await showFinished(page);
      expect(await faults(page)).toEqual([]);
    },
  );

  it('fits a phone without scrolling sideways, with buttons that a thumb can hit', async () => {
    const page = await open({ viewport: PHONE, hasTouch: true, isMobile: true });
    await choose(page, image, clip);
    await quoted(page);
    await page.locator('.more summary').click();
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 700 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
    const small = `[...document.querySelectorAll('button, .button, summary, .switch, .segments label')]
      .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 32)
      .map((one) => one.id || one.className || one.textContent)`;
    expect(await page.evaluate(small)).toEqual([]);
  });

  it('keeps still for those who asked for less motion', async () => {
    const page = await open();
    await choose(page, image, clip);
    await page.getByRole('button', { name: 'Play clip' }).waitFor();
    expect(await read(page, '#clip-preview video', 'paused')).toEqual([true]);
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });

  it('puts each file where it belongs', async () => {
    const page = await open();
    const sorted = (files: string[], target?: string, filled = { image: false, clip: false }) =>
      page.evaluate(`import('/files.js').then(({ sortFiles }) => {
        const files = ${JSON.stringify(files)}.map((name) => ({ name, type: '' }));
        const { image, clip, left } = sortFiles(files, ${JSON.stringify({ target, filled })});
        return [image?.name, clip?.name, ...left.map(({ name }) => name)];
      })`);
    expect(await sorted(['a.mkv', 'b.heic'])).toEqual(['b.heic', 'a.mkv']);
    expect(await sorted(['a.gif', 'b.png'])).toEqual(['b.png', 'a.gif']);
    expect(await sorted(['a.webp', 'b.gif'])).toEqual(['a.webp', 'b.gif']);
    expect(await sorted(['a.gif', 'b.mp4'])).toEqual(['a.gif', 'b.mp4']);
    expect(await sorted(['a.gif'], 'image')).toEqual(['a.gif', undefined]);
    expect(await sorted(['a.gif'], undefined, { image: false, clip: true })).toEqual(['a.gif', undefined]);
    expect(await sorted(['a.mp4'], 'image')).toEqual([undefined, 'a.mp4']);
    expect(await sorted(['a.txt'], 'image')).toEqual(['a.txt', undefined]);
    expect(await sorted(['a.png', 'b.png', 'c.mp4'])).toEqual(['a.png', 'c.mp4', 'b.png']);
  });

  it('asks whom the picture shows before the first job, says where it goes, and asks no second time', async () => {
    await using fresh = await startBot();
    const context = await openContext(browser, { baseURL: fresh.url });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto('/');
    await choose(page, image, clip);
    await quoted(page);
    await page.locator('#animate').click();
    const dialog = page.getByRole('dialog', { name: 'Whom does the picture show?' });
    await expectText(page, '#consent-lines', 'this machine renders it');
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await jobsOf(page)).toEqual([]);
    await page.locator('#animate').click();
    await dialog.getByRole('button', { name: 'No real person' }).click();
    await started(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expectText(page, '#stage-chip', 'Cancelled');
    await quoted(page);
    await page.locator('#animate').click();
    await expect.poll(async () => (await jobsOf(page)).length).toBe(2);
    expect(await dialog.isVisible()).toBe(false);
  });

  it('asks for the password where one is set, and lets in whoever knows it', async () => {
    await using guarded = await startBot({ PAGE_PASSWORD: 'tap dancing shoes' });
    const context = await openContext(browser);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(guarded.url);
    expect(await faults(page)).toEqual([]);
    await page.getByLabel('Password').fill('wrong shoes');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expectText(page, '.problem', 'not the password');
    await page.getByLabel('Password').fill('tap dancing shoes');
    await page.getByLabel('Password').press('Enter');
    await page.getByRole('button', { name: 'Animate' }).waitFor();
    await expectText(page, '#fronts-summary', 'this machine');
  });
});

// ── What a person does ──────────────────────────────────────────────────────────────────────────────────────────

async function choose(page: Page, image: string, clip: string): Promise<void> {
  await page.locator('#image-input').setInputFiles(image);
  await page.locator('#clip-input').setInputFiles(clip);
}

/** An expression that makes a DataTransfer with these files, for the browser to evaluate. */
async function transferOf(paths: string[]): Promise<string> {
  const files = await Promise.all(
    paths.map(async (path) => ({
      name: basename(path),
      type: path.endsWith('.mp4') ? 'video/mp4' : 'image/png',
      data: (await readFile(path)).toString('base64'),
    })),
  );
  return `${JSON.stringify(files)}.reduce((transfer, { name, type, data }) => {
    const bytes = Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
    return transfer;
  }, new DataTransfer())`;
}

async function drop(page: Page, selector: string, paths: string[]): Promise<void> {
  const dataTransfer = await page.evaluateHandle(await transferOf(paths));
  await page.dispatchEvent(selector, 'dragover', { dataTransfer });
  await expect.poll(() => page.locator('#veil').isVisible()).toBe(true);
  await page.dispatchEvent(selector, 'drop', { dataTransfer });
  await expect.poll(() => page.locator('#veil').isVisible()).toBe(false);
}

async function paste(page: Page, path: string): Promise<void> {
  const init = `{ clipboardData: ${await transferOf([path])}, bubbles: true, cancelable: true }`;
  await page.evaluate(`document.dispatchEvent(new ClipboardEvent('paste', ${init}))`);
}

/** Presses Tab until an element of this name has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: string, type?: string): Promise<void> {
  const focused = `(() => {
    const at = document.activeElement;
    const group = at?.closest('fieldset')?.querySelector('legend')?.textContent;
    return [at?.type === 'radio' ? group : (at?.labels?.[0]?.textContent ?? at?.textContent ?? ''), at?.type].map(String);
  })()`;
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press('Tab');
    const [text, kind] = await page.evaluate<string[]>(focused);
    if (text?.trim().startsWith(name) && (type === undefined || kind === type)) {
      const outline = "getComputedStyle(document.activeElement).outlineStyle !== 'none'";
      expect(await page.evaluate(outline), `the focus on ${name} can be seen`).toBe(true);
      return;
    }
  }
  throw new Error(`Tab never came to ${name}`);
}

// ── What a person sees ──────────────────────────────────────────────────────────────────────────────────────────

async function expectText(page: Page, selector: string, text: string): Promise<void> {
  // A line break between figure and unit is a matter of looks.
  const shown = async () => (await page.locator(selector).textContent())?.replaceAll('\u00a0', ' ');
  await expect.poll(shown).toContain(text);
}

/** Properties of an element, in the order asked for. */
function read(page: Page, selector: string, ...names: string[]): Promise<unknown[]> {
  return page.evaluate(
    `${JSON.stringify(names)}.map((name) => document.querySelector(${JSON.stringify(selector)})[name])`,
  );
}

/** Waits for a price that stands, not one that is about to be asked for anew. */
async function quoted(page: Page): Promise<void> {
  await page.locator('#animate[aria-disabled="false"]').waitFor();
}

/** The files have arrived and there is a job: its code stands by the title. */
async function started(page: Page): Promise<void> {
  await expect.poll(() => page.locator('#stage-title').textContent()).toMatch(/^Video \w{6}$/);
}

async function done(page: Page): Promise<void> {
  await expectText(page, '#stage-chip', 'Done');
  await page.locator('#screen-video').waitFor();
}

type ListedJob = { id: string; state: string; request: { orientation: string; prompt?: string } };

async function jobsOf(page: Page): Promise<ListedJob[]> {
  const { jobs } = (await (await page.request.get('/api/jobs')).json()) as { jobs: ListedJob[] };
  return jobs;
}
