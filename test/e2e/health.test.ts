/** How the bot is, as its operator meets it: a real Chromium on a real bot with something wrong. */
import { describe, expect, it } from 'vitest';
import { startRuncomfy } from '../../simulators/runcomfy.ts';
import { startTelegram } from '../../simulators/telegram/telegram.ts';
import type { HealthView } from '../../src/http/page/health-contract.ts';
import { startBot } from './bot.ts';
import { BROWSER, faults, openContext, sharedBrowser } from './browser.ts';

describe('Health on the page', BROWSER, () => {
  it('says what is wrong, why it matters and what to do, on a desk and on a phone', async () => {
    await using telegram = await startTelegram();
    const runcomfy = await startRuncomfy();
    runcomfy.balanceUsd = 0;
    await using bot = await startBot({
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.apiUrl,
      RUNCOMFY_API_TOKEN: runcomfy.token,
      RUNCOMFY_API_URL: runcomfy.url,
      FAL_KEY: '',
    });
    await telegram.waitFor(() => telegram.calls('getUpdates').length > 0);
    const browser = await sharedBrowser();
    for (const viewport of [
      { width: 1200, height: 900 },
      { width: 390, height: 844 },
    ]) {
      const context = await openContext(browser, { baseURL: bot.url, viewport });
      const page = await context.newPage();
      await page.goto('/');
      await page.getByRole('link', { name: 'Health' }).click();
      const empty = page.getByRole('article').filter({ hasText: 'The account at RunComfy is empty' });
      await empty.waitFor();
      expect(await empty.textContent()).toMatch(
        /Broken[\s\S]*It takes no more jobs[\s\S]*What to do: Top it up/,
      );
      await page.getByRole('article').filter({ hasText: 'it is in privacy mode' }).waitFor();
      await page.getByText(/The database is in use/).waitFor();
      expect(await page.locator('#summary').textContent()).toMatch(
        /things are broken, \d+ warnings?\. Looked at/,
      );
      expect(await faults(page)).toEqual([]);
      const overflow = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect(overflow).toBe(false);
      if (process.env.STRUT_SHOTS)
        await page.screenshot({
          path: `${process.env.STRUT_SHOTS}/health-${viewport.width}.png`,
          fullPage: true,
        });
      await context.close();
    }
    // A poll of the bot's own is never cut short by a look.
    expect(bot.log()).not.toContain('another program fetches');
    runcomfy.balanceUsd = 50;
    const again = (await (await fetch(`${bot.url}/api/health?fresh=1`)).json()) as HealthView;
    expect(again.found.map(({ code }) => code)).not.toContain('provider-no-balance');
    for (const secret of [telegram.token, runcomfy.token])
      expect(JSON.stringify(again)).not.toContain(secret);
    await runcomfy.close();
  });
});
