import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BROWSER, launchBrowser, openContext } from '../../test/e2e/browser.ts';
import { sampleClip, sampleImage } from '../../test/samples.ts';
import { peopleIt } from '../telegram/demo.ts';
import { startTelegram, type Telegram } from '../telegram/telegram.ts';
import { startBot } from '../telegram-bot.ts';

/** A bot that answers everything with a button that it tells off about. */
function answers(telegram: Telegram) {
  const host = startBot(telegram);
  host.bot.on('message', async (ctx) => {
    await ctx.reply(`You said <b>${ctx.msg.text ?? ctx.msg.caption ?? 'nothing'}</b>`, {
      parse_mode: 'HTML',
      reply_parameters: { message_id: ctx.msg.message_id },
      reply_markup: { inline_keyboard: [[{ text: 'Press me', callback_data: 'p' }]] },
    });
  });
  host.bot.on('callback_query', (ctx) => ctx.answerCallbackQuery({ text: 'Ouch', show_alert: true }));
  host.start();
  return host;
}

describe('the page of the Telegram simulator', () => {
  it('sends files as the browser describes them, several as an album', async () => {
    await using telegram = await startTelegram();
    peopleIt(telegram);
    const [chat] = telegram.world.chats.values();
    const post = async (what: string, fields: Record<string, unknown>, paths: string[] = []) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.set(name, String(value));
      for (const [at, path] of paths.entries())
        body.set(`file${at}`, new Blob([await readFile(path)]), path.split('/').at(-1));
      return fetch(`${telegram.apiUrl}/_sim/${what}`, { method: 'POST', body });
    };
    const place = { user: chat?.id, chat: chat?.id };
    const files = JSON.stringify([
      { kind: 'photo' },
      { kind: 'video', width: 100, height: 50, seconds: 2.6 },
    ]);
    const paths = [await sampleImage(), await sampleClip({ seconds: 1 })];
    expect((await post('send', { ...place, text: '42', files }, paths)).status).toBe(200);
    const sent = telegram
      .pending()
      .map(({ message }) => message)
      .filter((message) => message?.chat.id === chat?.id);
    expect(sent).toMatchObject([
      { caption: '42', photo: [{}, {}, {}] },
      { video: { width: 100, height: 50, duration: 3, mime_type: 'application/octet-stream' } },
    ]);
    expect(new Set(sent.map((message) => message?.media_group_id)).size).toBe(1);
    const nothing = await post('send', place);
    expect([nothing.status, await nothing.json()]).toEqual([400, { wrong: 'there is nothing to send' }]);
    const foreign = await fetch(`${telegram.apiUrl}/_sim/send`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
    const fault = JSON.stringify({ method: '^send', how: { status: 500 } });
    await fetch(`${telegram.apiUrl}/_sim/fault`, {
      method: 'PUT',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: fault,
    });
    const said = await fetch(
      `${telegram.apiUrl}/bot${telegram.token}/sendMessage?chat_id=${chat?.id}&text=a`,
    );
    expect(said.status).toBe(500);
  });

  it('lets a person talk, attach, press and see what comes', BROWSER, async () => {
    await using telegram = await startTelegram();
    peopleIt(telegram);
    await using _host = answers(telegram);
    const browser = await launchBrowser();
    try {
      const page = await (await openContext(browser)).newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(telegram.apiUrl);
      await page.getByRole('button', { name: 'Start' }).click();
      await page.locator('.message:not(.mine) .words b', { hasText: '/start' }).waitFor();
      await page.locator('.toast', { hasText: 'Strut answers you' }).waitFor();
      await page.getByRole('button', { name: 'Press me' }).click();
      await page.locator('dialog[open] p', { hasText: 'Ouch' }).waitFor();
      await page.getByRole('button', { name: 'OK' }).click();
      await page.setInputFiles('#files', [
        await sampleImage(),
        await sampleClip({ seconds: 1, container: 'webm' }),
      ]);
      await page.getByLabel('Message', { exact: true }).fill('dance');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.locator('.mine img').waitFor();
      await page.locator('.mine video').waitFor();
      const clip = await telegram.waitFor(() =>
        [...telegram.world.chats.values()].flatMap(telegram.messages).find(({ video }) => video),
      );
      expect(clip.video).toMatchObject({ width: 352, height: 352, duration: 1, mime_type: 'video/webm' });
      await page.getByRole('button', { name: 'Dancers' }).click();
      await page.getByLabel('Message', { exact: true }).fill('unheard');
      await page.keyboard.press('Enter');
      await page.locator('.mine', { hasText: 'unheard' }).waitFor();
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
