/** A real Chromium for the tests of the page: the one of the system, as none comes with npm. */
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { needs } from '../needs.ts';
import { PATIENCE_MS } from '../timeouts.ts';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where Chromium is: CHROMIUM_PATH, or one of the usual places. Undefined when there is none. */
function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM_PATH, ...PLACES].find((path) => path !== undefined && existsSync(path));
}

/**
 * Of tests that need a browser: they are left out only on a machine without one. Where CI is set they fail instead, as
 * nobody reads what a build server left out.
 */
export const BROWSER = needs(
  chromiumPath() !== undefined || Boolean(process.env.CI),
  'no Chromium here: install it, or set CHROMIUM_PATH',
);

/** Throws when there is no Chromium. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('no Chromium: install chromium, or set CHROMIUM_PATH');
  return chromium.launch({ executablePath, args: ARGS, timeout: PATIENCE_MS });
}

let shared: Promise<Browser> | undefined;

/**
 * One for all files of this worker, which ends with it: to start one takes more than most files do with it. Whoever is done
 * with it closes its pages.
 */
export function sharedBrowser(): Promise<Browser> {
  shared ??= launchBrowser();
  return shared;
}

export async function closePages(browser: Browser | undefined): Promise<void> {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
}

/**
 * A fresh profile, as patient as every other wait. Pages keep still in it unless told otherwise: drawing what moves, sixty
 * times a second, is most of what a browser does here.
 */
export async function openContext(
  browser: Browser,
  options?: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  return context;
}

/** What axe finds, in short. */
export async function faults(page: Page): Promise<string[]> {
  // Nothing is measured in the middle of a fade.
  await page.evaluate(
    'Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations === 1).map((one) => one.finished))',
  );
  await page.evaluate(axe.source);
  const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  );
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
