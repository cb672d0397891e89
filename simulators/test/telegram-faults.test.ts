import { GrammyError, HttpError, InputFile } from 'grammy';
import { describe, expect, it } from 'vitest';
import { sampleClip } from '../../test/samples.ts';
import { manualTime } from '../sim-time.ts';
import { startTelegram } from '../telegram/telegram.ts';
import { clientOf, refusal } from '../telegram-bot.ts';

describe('what goes wrong on order', () => {
  it('is a call that is cut off before or after it was done', async () => {
    await using telegram = await startTelegram();
    const chat = telegram.privateChat(telegram.user());
    const api = clientOf(telegram);
    telegram.fault({ method: 'sendMessage', how: 'cut' });
    await expect(api.sendMessage(chat.id, 'a')).rejects.toThrow(HttpError);
    expect(telegram.messages(chat)).toEqual([]);
    telegram.fault({ method: 'sendMessage', how: 'lose-answer' });
    await expect(api.sendMessage(chat.id, 'b')).rejects.toThrow(HttpError);
    expect(telegram.messages(chat).map(({ text }) => text)).toEqual(['b']);
    expect(telegram.calls('sendMessage').map(({ answer }) => answer)).toEqual([undefined, undefined]);
    await api.sendMessage(chat.id, 'c');
    expect(telegram.calls('sendMessage')[2]?.answer?.status).toBe(200);
  });

  it('is an answer that never comes, with the deed or without', async () => {
    await using telegram = await startTelegram();
    const chat = telegram.privateChat(telegram.user());
    const api = clientOf(telegram);
    for (const [how, text] of [
      ['ignore', 'a'],
      ['hang', 'b'],
    ] as const) {
      telegram.fault({ method: 'sendMessage', how });
      const stop = new AbortController();
      const call = api.sendMessage(chat.id, text, {}, stop.signal as Parameters<typeof api.getMe>[0]);
      const seen = telegram.calls('sendMessage').length;
      await telegram.waitFor(() => telegram.calls('sendMessage').length > seen);
      if (how === 'hang') await telegram.waitFor(() => telegram.messages(chat).length === 1);
      stop.abort();
      await expect(call).rejects.toThrow();
    }
    expect(telegram.messages(chat).map(({ text }) => text)).toEqual(['b']);
  });

  it('is a refusal in one chat only, for so many times, after some that passed', async () => {
    await using telegram = await startTelegram();
    const [one, other] = [telegram.privateChat(telegram.user()), telegram.privateChat(telegram.user())];
    const api = clientOf(telegram);
    telegram.fault({
      method: /^send/,
      chatId: one.id,
      after: 1,
      times: 2,
      how: { status: 429, retryAfter: 7 },
    });
    await api.sendMessage(one.id, 'a');
    await api.sendMessage(other.id, 'a');
    expect(await refusal(api.sendMessage(one.id, 'b'))).toEqual({
      code: 429,
      says: 'Too Many Requests: retry after 7',
      parameters: { retry_after: 7 },
    });
    await expect(api.sendMessage(one.id, 'b')).rejects.toThrow(GrammyError);
    await api.sendMessage(one.id, 'c');
    telegram.fault({ how: { status: 502, text: '<html>Bad Gateway</html>' } });
    await expect(api.getMe()).rejects.toThrow();
    telegram.fault({ how: { status: 500 } });
    expect(await refusal(api.getMe())).toMatchObject({ code: 500, says: 'Internal Server Error' });
  });

  it('is a call that takes its time', async () => {
    const time = manualTime();
    await using telegram = await startTelegram({ time });
    const chat = telegram.privateChat(telegram.user());
    telegram.fault({ method: 'sendMessage', how: { delayMs: 5_000 } });
    const call = clientOf(telegram).sendMessage(chat.id, 'a');
    await telegram.waitFor(() => telegram.calls('sendMessage').length === 1);
    await time.advance(4_999);
    expect(telegram.messages(chat)).toEqual([]);
    await time.advance(1);
    expect(await call).toMatchObject({ text: 'a' });
  });

  it('is a download that is gone, cut, slow, or longer than was said', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const { video } = await telegram.sends(ada, telegram.privateChat(ada), {
      video: { file: await sampleClip({ seconds: 1 }), bytes: 300_000 },
    });
    const { file_path } = await clientOf(telegram).getFile(video?.file_id ?? '');
    const download = async () => {
      const answer = await fetch(`${telegram.apiUrl}/file/bot${telegram.token}/${file_path}`);
      return { status: answer.status, bytes: (await answer.arrayBuffer()).byteLength };
    };
    telegram.fault({ method: 'file', how: 'expired' });
    expect((await download()).status).toBe(404);
    for (const how of [{ cutAfterBytes: 70_000 }, 'wrong-size', 'cut'] as const) {
      telegram.fault({ method: 'file', how });
      await expect(download()).rejects.toThrow();
    }
    telegram.fault({ method: 'file', how: { chunkMs: 1 } });
    expect(await download()).toEqual({ status: 200, bytes: 300_000 });
  });
});

describe('limits on how fast a bot may talk', () => {
  it('count messages and edits of a group over a minute', async () => {
    const time = manualTime();
    await using telegram = await startTelegram({ time });
    const group = telegram.group();
    const api = clientOf(telegram);
    telegram.limitFloods({ perSecond: 1, burst: 100, groupPerMinute: 20 });
    const status = await api.sendMessage(group.id, '0');
    for (let at = 1; at < 20; at += 1) await api.editMessageText(group.id, status.message_id, String(at));
    await time.advance(20_000);
    expect(await refusal(api.sendMessage(group.id, 'more'))).toMatchObject({
      code: 429,
      parameters: { retry_after: 40 },
    });
    await time.advance(40_000);
    expect(await api.sendMessage(group.id, 'more')).toMatchObject({ text: 'more' });
    telegram.liftFloods();
    for (let at = 0; at < 30; at += 1) await api.sendMessage(group.id, String(at));
  });

  it('let a burst through in a chat and then one a second', async () => {
    const time = manualTime();
    await using telegram = await startTelegram({ time });
    const chat = telegram.privateChat(telegram.user());
    const api = clientOf(telegram);
    telegram.limitFloods();
    for (let at = 0; at < 5; at += 1) await api.sendMessage(chat.id, String(at));
    const wait = await refusal(api.sendMessage(chat.id, 'more'));
    expect(wait.code).toBe(429);
    await time.advance(5_000);
    await api.sendMessage(chat.id, 'more');
  });
});

describe('the journal', () => {
  it('holds each call with its fields, files and answer', async () => {
    await using telegram = await startTelegram();
    const chat = telegram.privateChat(telegram.user());
    const api = clientOf(telegram);
    await api.sendDocument(chat.id, new InputFile(Buffer.from('some words'), 'a.txt'), {
      caption: '42',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
      disable_notification: true,
    });
    const [call] = telegram.journal;
    expect(call).toMatchObject({
      method: 'sendDocument',
      params: {
        chat_id: chat.id,
        caption: '42',
        disable_notification: true,
        reply_markup: { inline_keyboard: [[{ text: 'Yes' }]] },
      },
      answer: { status: 200 },
    });
    expect(Object.values(call?.uploads ?? {})).toMatchObject([{ name: 'a.txt', bytes: 10 }]);
    expect(JSON.stringify(telegram.journal)).not.toContain(telegram.token);
  });
});
