import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sampleClip, sampleImage } from '../../test/samples.ts';
import { manualTime } from '../sim-time.ts';
import { type SimChat, startTelegram, type Update } from '../telegram/telegram.ts';
import { clientOf } from '../telegram-bot.ts';

type Api = ReturnType<typeof clientOf>;

/** What came since it was last asked. */
function inbox(api: Api) {
  let offset = 0;
  return async (): Promise<Update[]> => {
    const updates = await api.getUpdates({ offset });
    offset = (updates.at(-1)?.update_id ?? offset - 1) + 1;
    return updates;
  };
}
const said = (updates: Update[]) =>
  updates.flatMap(({ message }) =>
    message && !message.new_chat_members ? [message.text ?? message.caption] : [],
  );

describe('what people send', () => {
  it('is every kind of file, each in its own fields', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const image = await sampleImage({ width: 1000, height: 1500 });
    const clip = await sampleClip({ seconds: 1 });
    const gif = await sampleClip({ seconds: 1, container: 'gif' });
    const webm = await sampleClip({ seconds: 1, container: 'webm' });
    const webp = await sampleImage({ format: 'webp' });
    const send = (content: Parameters<typeof telegram.sends>[2]) => telegram.sends(ada, chat, content);

    const { photo } = await send({ photo: image });
    expect(photo?.map(({ width, height }) => [width, height])).toEqual([
      [60, 90],
      [213, 320],
      [533, 800],
      [853, 1280],
      [1000, 1500],
    ]);
    expect(await send({ video: clip })).toMatchObject({
      video: { width: 352, height: 352, duration: 1, mime_type: 'video/mp4' },
    });
    const animation = await send({ animation: gif });
    expect(animation.animation).toMatchObject({ mime_type: 'image/gif', width: 352 });
    expect(animation.document?.file_id).toBe(animation.animation?.file_id);
    expect(await send({ videoNote: clip })).toMatchObject({ video_note: { length: 352, duration: 1 } });
    const live = await send({ livePhoto: { photo: image, video: clip } });
    expect(live.photo).toEqual(live.live_photo?.photo);
    expect(live.live_photo).toMatchObject({ duration: 1, mime_type: 'video/mp4' });
    expect(await send({ document: { file: clip, name: 'dance.mov', mime: null } })).toMatchObject({
      document: { file_name: 'dance.mov' },
    });
    expect(await send({ sticker: webp })).toMatchObject({ sticker: { is_video: false, is_animated: false } });
    expect(await send({ sticker: webm })).toMatchObject({ sticker: { is_video: true } });
    expect(await send({ sticker: { file: Buffer.from('x'), name: 'a.tgs' } })).toMatchObject({
      sticker: { is_animated: true },
    });
    const sizeless = await send({ video: { file: clip, fileSize: null, thumbnail: false } });
    expect(sizeless.video).not.toHaveProperty('file_size');
    const updates = await clientOf(telegram).getUpdates();
    expect(updates).toHaveLength(10);
  });

  it('is a photo in JPEG, upright, whatever the camera wrote', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const turned = await sampleImage({ width: 300, height: 200, format: 'png', exifOrientation: 6 });
    const { photo } = await telegram.sends(ada, telegram.privateChat(ada), { photo: turned });
    const file = telegram.files.get(photo?.at(-1)?.file_id ?? '');
    expect(await sharp(file?.path).metadata()).toMatchObject({ format: 'jpeg', width: 200, height: 300 });
  });

  it('is an album whose parts come one by one, in any order', async () => {
    const time = manualTime();
    await using telegram = await startTelegram({ time });
    const ada = telegram.user();
    const image = await sampleImage();
    const sent = await telegram.album(
      ada,
      telegram.privateChat(ada),
      [{ photo: image }, { photo: image }, { video: await sampleClip({ seconds: 1 }), caption: 'b' }],
      { gapMs: 400, order: [2, 0, 1], caption: 'a' },
    );
    const ids = () => telegram.pending().map(({ message }) => message?.message_id);
    expect(ids()).toEqual([sent[2]?.message_id]);
    await time.advance(400);
    expect(ids()).toHaveLength(2);
    await time.advance(400);
    expect(ids()).toEqual([sent[2]?.message_id, sent[0]?.message_id, sent[1]?.message_id]);
    expect(sent.map(({ caption }) => caption)).toEqual(['a', undefined, 'b']);
    expect(new Set(sent.map(({ media_group_id }) => media_group_id)).size).toBe(1);
  });

  it('marks commands, mentions and links in texts and captions', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const text = '💃 /animate@strut_sim_bot for @grace, see https://example.org/a#b #dance';
    const { entities } = await telegram.sends(ada, telegram.privateChat(ada), { text });
    expect(entities?.map(({ type, offset, length }) => [type, text.slice(offset, offset + length)])).toEqual([
      ['bot_command', '/animate@strut_sim_bot'],
      ['mention', '@grace'],
      ['url', 'https://example.org/a#b'],
      ['hashtag', '#dance'],
    ]);
    const captioned = await telegram.sends(ada, telegram.privateChat(ada), {
      photo: await sampleImage(),
      caption: '/animate sideways',
    });
    expect(captioned.caption_entities).toEqual([{ type: 'bot_command', offset: 0, length: 8 }]);
  });

  it('answers one level deep, with the files, and without what was deleted', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const photo = await telegram.sends(ada, chat, { photo: await sampleImage() });
    const clip = await telegram.sends(ada, chat, {
      video: await sampleClip({ seconds: 1 }),
      replyTo: photo,
    });
    const asked = await telegram.sends(ada, chat, { text: '/animate', replyTo: clip });
    expect(asked.reply_to_message).toMatchObject({ message_id: clip.message_id, video: { duration: 1 } });
    expect(asked.reply_to_message).not.toHaveProperty('reply_to_message');
    telegram.deletes(clip);
    expect(telegram.message(asked)).not.toHaveProperty('reply_to_message');
  });

  it('answers a message of another chat or topic from outside', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const forum = telegram.group({ creator: ada, forum: true });
    const one = telegram.topic(ada, forum, 'One');
    const other = telegram.topic(ada, forum, 'Other');
    const photo = await telegram.sends(ada, forum, { photo: await sampleImage(), topic: one });
    const asked = await telegram.sends(ada, forum, { text: '/animate', topic: other, replyTo: photo });
    expect(asked).toMatchObject({
      message_thread_id: other,
      external_reply: { chat: { id: forum.id }, message_id: photo.message_id, photo: photo.photo },
    });
    expect(asked.reply_to_message).toBeUndefined();
    const inside = await telegram.sends(ada, forum, { text: 'b', replyTo: photo });
    expect(inside).toMatchObject({ message_thread_id: one, is_topic_message: true });
    expect(photo.reply_to_message?.forum_topic_created?.name).toBe('One');
  });

  it('is forwarded, edited, posted in channels and copied to their groups', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const next = inbox(clientOf(telegram));
    const text = await telegram.sends(ada, chat, { text: 'a' });
    telegram.edits(text, { text: 'b' });
    const discussion = telegram.group({ creator: ada, bot: 'administrator' });
    const channel = telegram.channel({ admins: [ada], discussion });
    const post = await telegram.sends(ada, channel, { text: 'news' });
    telegram.forwards(ada, post, chat);
    const updates = await next();
    expect(updates.map((update) => Object.keys(update)[1])).toEqual([
      'message',
      'edited_message',
      'channel_post',
      'message',
      'message',
    ]);
    expect(updates[1]?.edited_message).toMatchObject({ text: 'b', edit_date: expect.any(Number) });
    expect(updates[2]?.channel_post).not.toHaveProperty('from');
    expect(updates[3]?.message).toMatchObject({
      from: { id: 777000 },
      is_automatic_forward: true,
      sender_chat: { id: channel.id },
      forward_origin: { type: 'channel', message_id: post.message_id },
    });
    expect(updates[4]?.message).toMatchObject({ from: { id: ada.id }, forward_origin: { type: 'channel' } });
  });

  it('is a press of a button, also under a message that is out of reach', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const chat = telegram.privateChat(ada);
    const api = clientOf(telegram);
    const message = await api.sendMessage(chat.id, 'Well?', {
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    });
    telegram.press(ada, message, 'Yes');
    const press = telegram.press(ada, message, 'Yes', { inaccessible: true });
    const [first, second] = await api.getUpdates();
    expect(first?.callback_query).toMatchObject({
      data: 'y',
      from: { id: ada.id },
      message: { text: 'Well?' },
    });
    expect(second?.callback_query?.message).toEqual({
      chat: message.chat,
      message_id: message.message_id,
      date: 0,
    });
    await api.answerCallbackQuery(press.id, { text: 'No', show_alert: true });
    expect(await press.done).toEqual({ text: 'No', alert: true });
    expect(() => telegram.press(ada, message, 'No')).toThrow('no button "No" there, only ["Yes"]');
  });
});

describe('what a bot sees of a group', () => {
  it('is, in privacy mode, what is meant for it', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const group = telegram.group({ creator: ada });
    const api = clientOf(telegram);
    const next = inbox(api);
    const own = await api.sendMessage(group.id, 'hello');
    const image = await sampleImage();
    const talk = await telegram.sends(ada, group, { text: 'just talk' });
    await telegram.sends(ada, group, { text: '@strut_sim_bot dance' });
    await telegram.sends(ada, group, { text: '/animate@other_bot' });
    await telegram.sends(ada, group, { photo: image, caption: '/animate@strut_sim_bot' });
    const command = await telegram.sends(ada, group, { text: '/animate@strut_sim_bot', replyTo: talk });
    await telegram.sends(ada, group, { photo: image, caption: 'to you', replyTo: own });
    await telegram.sends(ada, group, { text: 'on it', replyTo: command });
    await telegram.sends(ada, group, { text: '/jobs' });
    const updates = await next();
    expect(said(updates)).toEqual(['/animate@strut_sim_bot', 'to you', 'on it', '/jobs']);
    expect(updates[0]?.message?.reply_to_message?.text).toBe('just talk');
  });

  it('has no plain commands in it when another bot spoke last', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const other = telegram.user({ is_bot: true, first_name: 'Other', username: 'other_bot' });
    const group = telegram.group({ creator: ada, members: [other] });
    const api = clientOf(telegram);
    const next = inbox(api);
    await telegram.sends(ada, group, { text: '/a' });
    await api.sendMessage(group.id, 'hello');
    await telegram.sends(ada, group, { text: '/b' });
    await telegram.sends(other, group, { text: 'hello too' });
    await telegram.sends(ada, group, { text: '/c' });
    expect(said(await next())).toEqual(['/b']);
  });

  it('is everything as an admin, or when it came with privacy mode off', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const group = telegram.group({ creator: ada });
    const api = clientOf(telegram);
    const next = inbox(api);
    telegram.setPrivacy(false);
    expect((await api.getMe()).can_read_all_group_messages).toBe(true);
    await telegram.sends(ada, group, { text: 'unheard: it must come in anew' });
    telegram.becomes(group, 'left');
    telegram.becomes(group, 'member');
    await telegram.sends(ada, group, { text: 'heard' });
    const closed = telegram.group({ creator: ada, bot: 'administrator' });
    await telegram.sends(ada, closed, { text: 'heard too' });
    expect(said(await next())).toEqual(['heard', 'heard too']);
  });

  it('tells when it is added, made admin, thrown out, blocked', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const group = telegram.group({ creator: ada, bot: 'absent' });
    const chat = telegram.privateChat(ada);
    const api = clientOf(telegram);
    telegram.becomes(group, 'member');
    telegram.becomes(group, 'administrator');
    telegram.becomes(group, 'kicked');
    telegram.blocks(chat);
    telegram.starts(chat);
    const changes = (await api.getUpdates()).flatMap(({ my_chat_member: change }) =>
      change ? [[change.old_chat_member.status, change.new_chat_member.status]] : [],
    );
    expect(changes).toEqual([
      ['left', 'member'],
      ['member', 'administrator'],
      ['administrator', 'kicked'],
      ['member', 'kicked'],
      ['kicked', 'member'],
    ]);
  });

  it('has anonymous admins and a move to a supergroup in it', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const ben = telegram.user({ first_name: 'Ben' });
    const group: SimChat = telegram.group({ type: 'group', creator: ada, members: [ben] });
    const api = clientOf(telegram);
    const next = inbox(api);
    await telegram.sends(ada, group, { text: '/quota@strut_sim_bot 5', as: 'anonymous' });
    await expect(telegram.sends(ben, group, { text: 'x', as: 'anonymous' })).rejects.toThrow('no admin');
    const moved = telegram.migrates(group);
    const updates = await next();
    expect(updates.map(({ message }) => message)).toMatchObject([
      { from: { id: 1087968824 }, sender_chat: { id: group.id }, chat: { id: group.id } },
      { migrate_to_chat_id: moved.id, chat: { id: group.id } },
      { migrate_from_chat_id: group.id, chat: { id: moved.id, type: 'supergroup' } },
    ]);
    expect(await api.getChatMember(moved.id, ada.id)).toMatchObject({ status: 'creator' });
  });

  it('numbers the thread of a reply, which is no topic and takes no messages', async () => {
    await using telegram = await startTelegram();
    const ada = telegram.user();
    const group = telegram.group({ creator: ada, bot: 'administrator' });
    const first = await telegram.sends(ada, group, { text: 'a' });
    const second = await telegram.sends(ada, group, { text: 'b', replyTo: first });
    const third = await telegram.sends(ada, group, { text: 'c', replyTo: second });
    expect([second.message_thread_id, third.message_thread_id]).toEqual([first.message_id, first.message_id]);
    expect(third.is_topic_message).toBeUndefined();
  });
});
