import { readFile, stat } from 'node:fs/promises';
import { InputFile } from 'grammy';
import { describe, expect, it } from 'vitest';
import { sampleClip, sampleImage } from '../../test/samples.ts';
import { manualTime } from '../sim-time.ts';
import { buttonsOf, startTelegram, textOf } from '../telegram/telegram.ts';
import { clientOf, refusal, startBot } from '../telegram-bot.ts';

describe('the Telegram simulator', () => {
  it('carries a talk with a grammY bot: a photo in, a status edited, a button pressed, a video out', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user({ first_name: 'Ada' });
    const chat = telegram.privateChat(ada);
    const clip = await sampleClip({ seconds: 1, sound: true });
    await using host = startBot(telegram);
    const { bot } = host;
    const cancel = { inline_keyboard: [[{ text: 'Cancel', callback_data: 'cancel' }]] };
    bot.on('message:photo', async (ctx) => {
      const status = await ctx.reply('<b>Working</b> on it', {
        parse_mode: 'HTML',
        reply_parameters: { message_id: ctx.msg.message_id, allow_sending_without_reply: true },
        reply_markup: cancel,
      });
      await ctx.api.editMessageText(ctx.chat.id, status.message_id, 'Nearly there', { reply_markup: cancel });
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
    const [sent] = telegram.calls('sendVideo');
    expect(sent?.params).toMatchObject({ chat_id: chat.id, supports_streaming: true });
    expect(Object.values(sent?.uploads ?? {})).toMatchObject([
      { name: 'video.mp4', bytes: video?.file_size },
    ]);
  });

  it('gives a file for an hour, then at another path', async () => {
    const time = manualTime();
    await using telegram = await startTelegram({ time });
    const ada = telegram.user();
    const clip = await sampleClip({ seconds: 1 });
    const { video } = await telegram.sends(ada, telegram.privateChat(ada), { video: clip });
    const api = clientOf(telegram);
    const download = async (path = '') => fetch(`${telegram.apiUrl}/file/bot${telegram.token}/${path}`);
    const { file_path } = await api.getFile(video?.file_id ?? '');
    const answer = await download(file_path);
    expect(Buffer.from(await answer.arrayBuffer()).equals(await readFile(clip))).toBe(true);
    await time.advance(3_600_001);
    expect((await download(file_path)).status).toBe(404);
    const again = await api.getFile(video?.file_id ?? '');
    expect(again.file_path).not.toBe(file_path);
    expect((await download(again.file_path)).status).toBe(200);
    expect(telegram.calls('file').map(({ answer: given }) => given?.status)).toEqual([200, 404, 200]);
  });

  it('refuses to give a file of more than 20 MB, unless it is a local server', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const clip = await sampleClip({ seconds: 1 });
    const fits = await telegram.sends(ada, chat, { video: { file: clip, bytes: 20 << 20 } });
    const large = await telegram.sends(ada, chat, { document: { file: clip, bytes: (20 << 20) + 1 } });
    const api = clientOf(telegram);
    expect(await api.getFile(fits.video?.file_id ?? '')).toMatchObject({ file_size: 20 << 20 });
    const id = large.document?.file_id ?? '';
    expect(await refusal(api.getFile(id))).toMatchObject({ code: 400, says: 'Bad Request: file is too big' });
    telegram.settings.local = true;
    const { file_path = '' } = await api.getFile(id);
    expect((await stat(file_path)).size).toBe((20 << 20) + 1);
  });

  it('keeps the same unique id for the same bytes and gives another file id each time', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const clip = await sampleClip({ seconds: 1, sound: true });
    const api = clientOf(telegram);
    const first = await api.sendVideo(chat.id, new InputFile(clip));
    const second = await api.sendVideo(chat.id, first.video.file_id);
    expect(second.video.file_unique_id).toBe(first.video.file_unique_id);
    expect(second.video.file_id).not.toBe(first.video.file_id);
    expect(second.video).toMatchObject({ width: 352, height: 352, duration: 1 });
    expect(telegram.calls('sendVideo')[1]?.uploads).toEqual({});
  });

  it('shows a large video that nobody described as a square of no length', async () => {
    await using telegram = await startTelegram();
    const chat = telegram.privateChat(telegram.user());
    const clip = await sampleClip({ seconds: 1, width: 352, height: 640 });
    const api = clientOf(telegram);
    const padded = Buffer.concat([await readFile(clip), freeBox(11_000_000)]);
    const bare = await api.sendVideo(chat.id, new InputFile(padded, 'v.mp4'));
    expect(bare.video).toMatchObject({ width: 320, height: 320, duration: 0 });
    expect(bare.video.thumbnail).toBeUndefined();
    const thumbnail = new InputFile(await sampleImage({ width: 176, height: 320 }), 't.jpg');
    const told = await api.sendVideo(chat.id, new InputFile(padded, 'v.mp4'), {
      width: 352,
      height: 640,
      duration: 1,
      thumbnail,
    });
    expect(told.video).toMatchObject({ width: 352, height: 640, duration: 1 });
    expect(told.video.thumbnail).toMatchObject({ width: 176, height: 320 });
    const small = await api.sendVideo(chat.id, new InputFile(clip));
    expect(small.video).toMatchObject({ width: 352, height: 640, duration: 1 });
  });

  it('leaves out a thumbnail that is no JPEG of at most 320 pixels', async () => {
    await using telegram = await startTelegram();
    const chat = telegram.privateChat(telegram.user());
    const api = clientOf(telegram);
    for (const picture of [
      await sampleImage({ width: 321, height: 100 }),
      await sampleImage({ width: 100, height: 100, format: 'png' }),
    ]) {
      const sent = await api.sendDocument(chat.id, new InputFile(Buffer.from('words'), 'a.txt'), {
        thumbnail: new InputFile(picture, 't.jpg'),
      });
      expect(sent.document.thumbnail).toBeUndefined();
    }
  });

  it('turns a silent video into an animation where it is told to', async () => {
    await using telegram = await startTelegram({ silentVideosBecomeAnimations: true });
    const chat = telegram.privateChat(telegram.user());
    const api = clientOf(telegram);
    const silent = await api.sendVideo(chat.id, new InputFile(await sampleClip({ seconds: 1 })));
    expect(silent).toMatchObject({ animation: { duration: 1 }, document: {} });
    expect(silent.video).toBeUndefined();
    const loud = await api.sendVideo(chat.id, new InputFile(await sampleClip({ seconds: 1, sound: true })));
    expect(loud.video).toBeDefined();
  });

  it('gives no number for a video that a large group gets later', async () => {
    await using telegram = await startTelegram();
    const group = telegram.group({ schedulesVideos: true });
    const api = clientOf(telegram);
    const sent = await api.sendVideo(group.id, new InputFile(await sampleClip({ seconds: 1, sound: true })));
    expect(sent.message_id).toBe(0);
    expect((await api.sendMessage(group.id, 'a')).message_id).toBeGreaterThan(0);
  });

  it('replaces a text by a video in its place', async () => {
    await using telegram = await startTelegram();
    const chat = telegram.privateChat(telegram.user());
    const api = clientOf(telegram);
    const status = await api.sendMessage(chat.id, 'Soon');
    await api.editMessageMedia(chat.id, status.message_id, {
      type: 'video',
      media: new InputFile(await sampleClip({ seconds: 1 })),
      caption: 'Now',
    });
    const [message] = telegram.messages(chat);
    expect(message).toMatchObject({ message_id: status.message_id, caption: 'Now', video: { duration: 1 } });
    expect(message?.text).toBeUndefined();
    await api.editMessageCaption(chat.id, status.message_id, { caption: 'Then' });
    expect(telegram.messages(chat)[0]).toMatchObject({ caption: 'Then', video: { duration: 1 } });
  });

  it('keeps commands by scope and language, reactions and what the bot is doing', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const api = clientOf(telegram);
    const commands = [{ command: 'animate', description: 'Moves a picture' }];
    await api.setMyCommands(commands, { scope: { type: 'all_private_chats' }, language_code: 'de' });
    expect(
      await api.getMyCommands({ scope: { type: 'all_private_chats' }, language_code: 'de' }),
    ).toMatchObject(commands);
    expect(await api.getMyCommands()).toEqual([]);
    await api.setMyDescription('Moves pictures');
    expect(await api.getMyDescription()).toEqual({ description: 'Moves pictures' });
    const asked = await telegram.sends(ada, chat, { text: 'hello' });
    await api.setMessageReaction(chat.id, asked.message_id, [{ type: 'emoji', emoji: '👀' }]);
    expect(chat.messages.get(asked.message_id)?.reactions).toEqual(['👀']);
    await api.sendChatAction(chat.id, 'upload_video');
    expect(telegram.actions).toMatchObject([{ chatId: chat.id, action: 'upload_video' }]);
  });
});

function freeBox(bytes: number): Buffer {
  const box = Buffer.alloc(bytes);
  box.writeUInt32BE(bytes);
  box.write('free', 4);
  return box;
}
