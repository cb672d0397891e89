import { readFile, stat } from 'node:fs/promises';
import { Bot, InputFile } from 'grammy';
import { describe, expect, it } from 'vitest';
import { sampleClip, sampleImage } from '../samples.ts';
import { buttonsOf, startTelegram, type Telegram, textOf } from './telegram/telegram.ts';

/** A genuine grammY bot that polls the simulator; stopped when the test ends. */
function startBot(telegram: Telegram) {
  const bot = new Bot(telegram.token, { client: { apiRoot: telegram.apiUrl } });
  bot.catch((error) => {
    throw error.error;
  });
  let running: Promise<void> | undefined;
  return {
    bot,
    start: () => {
      running = bot.start();
    },
    [Symbol.asyncDispose]: async () => {
      await bot.stop();
      await running;
    },
  };
}

describe('the Telegram simulator', () => {
  it('carries a talk with a grammY bot: a photo in, a status edited, a button pressed, a video out', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user({ first_name: 'Ada' });
    const chat = telegram.privateChat(ada);
    const clip = await sampleClip({ seconds: 1, sound: true });
    await using host = startBot(telegram);
    const { bot } = host;
    bot.on('message:photo', async (ctx) => {
      const status = await ctx.reply('<b>Working</b> on it', {
        parse_mode: 'HTML',
        reply_parameters: { message_id: ctx.msg.message_id, allow_sending_without_reply: true },
        reply_markup: { inline_keyboard: [[{ text: 'Cancel', callback_data: 'cancel' }]] },
      });
      await ctx.api.editMessageText(ctx.chat.id, status.message_id, 'Nearly there', {
        reply_markup: { inline_keyboard: [[{ text: 'Cancel', callback_data: 'cancel' }]] },
      });
    });
    bot.callbackQuery('cancel', async (ctx) => {
      await ctx.answerCallbackQuery({ text: 'Stopped' });
      await ctx.replyWithVideo(new InputFile(clip, 'video.mp4'), {
        caption: 'The end',
        width: 352,
        height: 352,
        duration: 1,
        supports_streaming: true,
      });
    });
    host.start();

    const asked = await telegram.sends(ada, chat, { photo: await sampleImage(), caption: '/animate' });
    const status = await telegram.waitFor(() => telegram.replies(asked).find(({ edit_date }) => edit_date));
    expect(textOf(status)).toBe('Nearly there');
    expect(buttonsOf(status)).toEqual([['Cancel']]);
    expect(await telegram.press(ada, status, 'Cancel').done).toEqual({ text: 'Stopped', alert: false });
    const { video } = await telegram.waitFor(() => telegram.said(chat).find((message) => message.video));
    expect(video).toMatchObject({ width: 352, height: 352, duration: 1, file_size: (await stat(clip)).size });
    expect(video?.thumbnail).toBeDefined();
    expect(telegram.calls('sendVideo')).toHaveLength(1);
    expect(telegram.calls('sendVideo')[0]?.params).toMatchObject({ supports_streaming: true });
  });

  it('gives an album as one message an item, and each file for download', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const image = await sampleImage();
    const clip = await sampleClip({ seconds: 1 });
    const { api } = new Bot(telegram.token, { client: { apiRoot: telegram.apiUrl } });
    await telegram.album(ada, chat, [{ photo: image }, { video: clip }], { caption: 'dance' });
    const updates = await api.getUpdates({ timeout: 5 });
    const items = updates.flatMap(({ message }) => (message ? [message] : []));
    expect(items.map((item) => item.caption)).toEqual(['dance', undefined]);
    expect(new Set(items.map((item) => item.media_group_id)).size).toBe(1);
    const largest = items[0]?.photo?.at(-1);
    expect(largest).toMatchObject({ width: 400, height: 500 });
    const video = items[1]?.video;
    const { file_path } = await api.getFile(video?.file_id ?? '');
    const answer = await fetch(`${telegram.apiUrl}/file/bot${telegram.token}/${file_path}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(await readFile(clip))).toBe(true);
  });
});
