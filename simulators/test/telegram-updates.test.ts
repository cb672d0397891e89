import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { manualTime } from '../sim-time.ts';
import { startTelegram, type Update } from '../telegram/telegram.ts';
import { clientOf, refusal } from '../telegram-bot.ts';

const texts = (updates: Update[]) => updates.map(({ message }) => message?.text);

describe('updates that are fetched', () => {
  it('come again until a higher offset is asked for', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    for (const text of ['a', 'b', 'c']) await telegram.sends(ada, chat, { text });
    const api = clientOf(telegram);
    const first = await api.getUpdates({ limit: 2 });
    expect(texts(first)).toEqual(['a', 'b']);
    expect(texts(await api.getUpdates())).toEqual(['a', 'b', 'c']);
    const offset = (first[1]?.update_id ?? 0) + 1;
    expect(texts(await api.getUpdates({ offset }))).toEqual(['c']);
    expect(texts(await api.getUpdates({ offset: 0 }))).toEqual(['c']);
    expect(telegram.pending()).toHaveLength(1);
  });

  it('wait for something to come, or for the time to pass', async () => {
    const time = manualTime();
    await using telegram = await startTelegram({ time });
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const api = clientOf(telegram);
    const waiting = api.getUpdates({ timeout: 30 });
    await telegram.waitFor(() => telegram.calls('getUpdates').length === 1);
    await telegram.sends(ada, chat, { text: 'a' });
    const got = await waiting;
    expect(texts(got)).toEqual(['a']);
    const idle = api.getUpdates({ timeout: 30, offset: (got[0]?.update_id ?? 0) + 1 });
    await telegram.waitFor(() => telegram.calls('getUpdates').length === 2);
    await time.advance(30_000);
    expect(await idle).toEqual([]);
  });

  it('end the first poller with a conflict when a second one comes', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const api = clientOf(telegram);
    const first = refusal(api.getUpdates({ timeout: 30 }));
    await telegram.waitFor(() => telegram.calls('getUpdates').length === 1);
    const second = api.getUpdates({ timeout: 30 });
    expect(await first).toMatchObject({
      code: 409,
      says: expect.stringContaining('terminated by other getUpdates request'),
    });
    await telegram.sends(ada, telegram.privateChat(ada), { text: 'a' });
    expect(texts(await second)).toEqual(['a']);
  });

  it('are of the kinds that were asked for last', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const api = clientOf(telegram);
    await api.getUpdates({ allowed_updates: ['message'] });
    const sent = await telegram.sends(ada, chat, { text: 'a' });
    telegram.edits(sent, { text: 'b' });
    telegram.blocks(chat);
    expect((await api.getUpdates()).map((update) => Object.keys(update)[1])).toEqual(['message']);
  });

  it('are kept a day, presses of buttons 150 seconds', async () => {
    const time = manualTime();
    await using telegram = await startTelegram({ time });
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const api = clientOf(telegram);
    const message = await api.sendMessage(chat.id, 'Well?', {
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    });
    await telegram.sends(ada, chat, { text: 'a' });
    const { id } = telegram.press(ada, message, 'Yes');
    await time.advance(149_000);
    expect(telegram.pending()).toHaveLength(2);
    await time.advance(2_000);
    expect(texts(telegram.pending())).toEqual(['a']);
    expect(await refusal(api.answerCallbackQuery(id))).toMatchObject({
      says: expect.stringContaining('query is too old'),
    });
    await time.advance(24 * 3_600_000);
    expect(telegram.pending()).toEqual([]);
  });

  it('come twice on demand, the second time after the first was confirmed', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const api = clientOf(telegram);
    telegram.deliverTwice();
    await telegram.sends(ada, chat, { text: 'a' });
    telegram.deliverTwice(false);
    const [first] = await api.getUpdates();
    const offset = (first?.update_id ?? 0) + 1;
    expect(await api.getUpdates({ offset })).toEqual([first]);
    expect(await api.getUpdates({ offset })).toEqual([]);
    telegram.redeliver();
    expect(await api.getUpdates({ offset })).toEqual([first]);
  });

  it('come again when the answer was lost on the way', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const api = clientOf(telegram);
    await telegram.sends(ada, telegram.privateChat(ada), { text: 'a' });
    telegram.fault({ method: 'getUpdates', how: 'lose-answer' });
    await expect(api.getUpdates()).rejects.toThrow('Network request');
    expect(texts(await api.getUpdates())).toEqual(['a']);
  });
});

describe('updates that a webhook is told', () => {
  /** A bot's own server: notes what came, answers as told. */
  async function startReceiver(answer: (nth: number) => { status: number; retryAfter?: number }) {
    const got: { update: Update; secret: string | undefined }[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const secret = request.headers['x-telegram-bot-api-secret-token'];
      got.push({ update: JSON.parse(Buffer.concat(chunks).toString()), secret: secret?.toString() });
      const { status, retryAfter } = answer(got.length);
      response.writeHead(status, retryAfter ? { 'retry-after': String(retryAfter) } : {}).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      got,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  it('arrive in order with the secret, a refused one again before the next', async () => {
    const time = manualTime();
    await using receiver = await startReceiver((nth) => ({ status: nth < 3 ? 500 : 200 }));
    await using telegram = await startTelegram({
      time,
      routes: { 'https://bot.example': receiver.origin },
    });
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    await telegram.sends(ada, chat, { text: 'before' });
    const api = clientOf(telegram);
    await api.setWebhook('https://bot.example/telegram', { secret_token: 'hush-hush_1' });
    await telegram.sends(ada, chat, { text: 'after' });
    await telegram.waitFor(() => telegram.deliveries.length === 1);
    expect(await api.getWebhookInfo()).toMatchObject({
      url: 'https://bot.example/telegram',
      pending_update_count: 2,
      last_error_message: expect.stringContaining('500'),
    });
    await time.advance(1_000);
    await telegram.waitFor(() => telegram.deliveries.length === 2);
    await time.advance(2_000);
    await telegram.waitFor(() => telegram.deliveries.length === 4);
    const [first] = telegram.deliveries;
    expect(telegram.deliveries.map(({ at }) => at - (first?.at ?? 0))).toEqual([0, 1_000, 3_000, 3_000]);
    expect(texts(receiver.got.map(({ update }) => update))).toEqual(['before', 'before', 'before', 'after']);
    expect(new Set(receiver.got.map(({ secret }) => secret))).toEqual(new Set(['hush-hush_1']));
    expect(telegram.pending()).toEqual([]);
    expect(await refusal(api.getUpdates())).toMatchObject({ code: 409 });
    await api.deleteWebhook();
    expect(await api.getUpdates()).toEqual([]);
  });

  it('wait as long as the bot asks, while other chats go on', async () => {
    const time = manualTime();
    await using receiver = await startReceiver((nth) =>
      nth === 1 ? { status: 503, retryAfter: 7 } : { status: 200 },
    );
    await using telegram = await startTelegram({
      time,
      routes: { 'https://bot.example': receiver.origin },
    });
    const ada = telegram.user();
    const ben = telegram.user();
    await clientOf(telegram).setWebhook('https://bot.example/telegram');
    await telegram.sends(ada, telegram.privateChat(ada), { text: 'a' });
    await telegram.waitFor(() => telegram.deliveries.length === 1);
    await telegram.sends(ben, telegram.privateChat(ben), { text: 'b' });
    await telegram.waitFor(() => telegram.deliveries.length === 2);
    await time.advance(7_000);
    await telegram.waitFor(() => telegram.deliveries.length === 3);
    const start = telegram.deliveries[0]?.at ?? 0;
    expect(telegram.deliveries.map(({ at, status }) => [at - start, status])).toEqual([
      [0, 503],
      [0, 200],
      [7_000, 200],
    ]);
    expect(texts(receiver.got.map(({ update }) => update))).toEqual(['a', 'b', 'a']);
  });

  it('need HTTPS, a usual port and a proper secret, unless it is a local server', async () => {
    await using telegram = await startTelegram();
    const api = clientOf(telegram);
    expect(await refusal(api.setWebhook('http://bot.example'))).toMatchObject({
      says: 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook',
    });
    expect((await refusal(api.setWebhook('https://bot.example:8080'))).says).toContain('ports 80, 88, 443');
    expect((await refusal(api.setWebhook('https://bot.example', { secret_token: 'a b' }))).says).toContain(
      'unallowed characters',
    );
    telegram.settings.local = true;
    expect(await api.setWebhook('http://127.0.0.1:8080/telegram')).toBe(true);
  });
});
