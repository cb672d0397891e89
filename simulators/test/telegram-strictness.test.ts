import { InputFile } from 'grammy';
import { describe, expect, it } from 'vitest';
import { sampleClip, sampleImage } from '../../test/samples.ts';
import { startTelegram } from '../telegram/telegram.ts';
import { clientOf, refusal } from '../telegram-bot.ts';

/** A bot in a private chat with Ada and in a group of hers. */
async function setUp() {
  const telegram = await startTelegram();
  const ada = telegram.user({ first_name: 'Ada' });
  return {
    telegram,
    api: clientOf(telegram),
    ada,
    chat: telegram.privateChat(ada),
    group: telegram.group({ creator: ada }),
    [Symbol.asyncDispose]: telegram.close,
  };
}

describe('what Telegram refuses', () => {
  it('is a wrong token, a malformed one, an unknown method, and everything after logging out', async () => {
    await using world = await setUp();
    const { telegram, api } = world;
    expect(await refusal(clientOf(telegram, '123:wrong').getMe())).toMatchObject({
      code: 401,
      says: 'Unauthorized',
    });
    expect(await refusal(clientOf(telegram, 'nonsense').getMe())).toMatchObject({ code: 401 });
    const answer = await fetch(`${telegram.apiUrl}/bot${telegram.token}/sendNothing`);
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { ok: false, error_code: 404, description: 'Not Found' },
    ]);
    await api.logOut();
    expect((await refusal(api.getMe())).says).toBe('Logged out');
  });

  it.each([
    ['nothing', '', 'message text is empty'],
    ['white space', '   \n ', 'message text is empty'],
    ['4097 characters', 'x'.repeat(4097), 'message is too long'],
  ])('is a text of %s', async (_, text, says) => {
    await using world = await setUp();
    expect(await refusal(world.api.sendMessage(world.chat.id, text))).toMatchObject({
      code: 400,
      says: `Bad Request: ${says}`,
    });
  });

  it('is a text that ends within an emoji', async () => {
    await using world = await setUp();
    const half = '🙂'.slice(0, 1);
    expect(await refusal(world.api.sendMessage(world.chat.id, half))).toMatchObject({
      code: 400,
      says: "Bad Request: can't parse request JSON object",
    });
  });

  it.each([
    ['<b>a', `Can't find end tag corresponding to start tag "b"`],
    ['<x>a</x>', 'Unsupported start tag "x" at byte offset 0'],
    ['é <b>a</i>', 'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"'],
    ['a</b>', 'Unexpected end tag at byte offset 1'],
    ['1 < 2', 'Unclosed start tag at byte offset 2'],
  ])('is HTML such as %s', async (text, says) => {
    await using world = await setUp();
    expect(await refusal(world.api.sendMessage(world.chat.id, text, { parse_mode: 'HTML' }))).toMatchObject({
      says: `Bad Request: can't parse entities: ${says}`,
    });
  });

  it('is MarkdownV2 with what ought to be escaped', async () => {
    await using world = await setUp();
    const send = (text: string) => world.api.sendMessage(world.chat.id, text, { parse_mode: 'MarkdownV2' });
    expect((await refusal(send('a.b'))).says).toContain(`Character '.' is reserved`);
    expect((await refusal(send('*a'))).says).toContain("Can't find end of Bold entity at byte offset 0");
    expect(await send('*a* \\. [b](https://example.org)')).toMatchObject({
      text: 'a . b',
      entities: [
        { type: 'bold', offset: 0, length: 1 },
        { type: 'text_link', offset: 4, length: 1, url: 'https://example.org' },
      ],
    });
  });

  it('is a caption of more than 1024 characters, counted without its marks', async () => {
    await using world = await setUp();
    const { video } = await world.telegram.sends(world.ada, world.chat, {
      video: await sampleClip({ seconds: 1 }),
    });
    const send = (caption: string) =>
      world.api.sendVideo(world.chat.id, video?.file_id ?? '', { caption, parse_mode: 'HTML' });
    expect((await refusal(send('x'.repeat(1025)))).says).toBe('Bad Request: message caption is too long');
    expect(await send(`<b>${'x'.repeat(1024)}</b>`)).toMatchObject({ caption: 'x'.repeat(1024) });
  });

  it.each([
    ['with 65 bytes of data', { text: 'a', callback_data: 'x'.repeat(65) }, 'BUTTON_DATA_INVALID'],
    ['with 33 letters of two bytes', { text: 'a', callback_data: 'ü'.repeat(33) }, 'BUTTON_DATA_INVALID'],
    ['with no data', { text: 'a', callback_data: '' }, 'BUTTON_DATA_INVALID'],
    ['to this machine', { text: 'a', url: 'http://localhost:8080' }, 'Wrong HTTP URL'],
  ])('is a button %s', async (_, button, says) => {
    await using world = await setUp();
    const reply_markup = { inline_keyboard: [[button]] };
    expect((await refusal(world.api.sendMessage(world.chat.id, 'a', { reply_markup }))).says).toContain(says);
  });

  it('is a misspelt field, an attachment that is not there, a file of another kind, a made-up file id', async () => {
    await using world = await setUp();
    const { api, chat, telegram, ada } = world;
    const misspelt = { reply_to: 5 } as object;
    expect((await refusal(api.sendMessage(chat.id, 'a', misspelt))).says).toContain('unknown field reply_to');
    const { photo } = await telegram.sends(ada, chat, { photo: await sampleImage() });
    expect((await refusal(api.sendVideo(chat.id, photo?.[0]?.file_id ?? ''))).says).toBe(
      "Bad Request: can't use file of type Photo as Video",
    );
    expect((await refusal(api.sendVideo(chat.id, 'made-up'))).says).toBe(
      'Bad Request: wrong file identifier/HTTP URL specified',
    );
    expect((await refusal(api.sendVideo(chat.id, 'attach://x'))).says).toContain('attached file not found');
    expect((await refusal(api.getFile('made-up'))).says).toBe('Bad Request: invalid file_id');
  });

  it('is an upload over 50 MB, and a photo over 10 MB', async () => {
    await using world = await setUp();
    const { api, chat, telegram } = world;
    async function* noughts(megabytes: number) {
      for (let at = 0; at < megabytes; at += 1) yield Buffer.alloc(1 << 20);
    }
    expect(
      await refusal(api.sendDocument(chat.id, new InputFile(() => noughts(50), 'big.bin'))),
    ).toMatchObject({ code: 413, says: 'Request Entity Too Large' });
    const sent = await api.sendDocument(chat.id, new InputFile(() => noughts(49), 'fits.bin'));
    expect(sent.document.file_size).toBe(49 << 20);
    expect((await refusal(api.sendPhoto(chat.id, new InputFile(() => noughts(11), 'a.jpg')))).says).toContain(
      'is too big for a photo; the maximum size is 10485760 bytes',
    );
    expect((await refusal(api.sendPhoto(chat.id, new InputFile(() => noughts(1), 'a.jpg')))).says).toBe(
      'Bad Request: IMAGE_PROCESS_FAILED',
    );
    telegram.settings.local = true;
    expect((await api.sendDocument(chat.id, new InputFile(() => noughts(51)))).document.file_size).toBe(
      51 << 20,
    );
  });

  it('is an edit that changes nothing, or of what is gone or another’s', async () => {
    await using world = await setUp();
    const { api, chat, telegram, ada } = world;
    const said = await api.sendMessage(chat.id, '<b>a</b>', { parse_mode: 'HTML' });
    const same = api.editMessageText(chat.id, said.message_id, '<b>a</b>', { parse_mode: 'HTML' });
    expect((await refusal(same)).says).toContain('message is not modified');
    await api.editMessageText(chat.id, said.message_id, 'a');
    const asked = await telegram.sends(ada, chat, { text: 'hello' });
    expect((await refusal(api.editMessageText(chat.id, asked.message_id, 'x'))).says).toBe(
      "Bad Request: message can't be edited",
    );
    telegram.deletes(said);
    expect((await refusal(api.editMessageText(chat.id, said.message_id, 'x'))).says).toBe(
      'Bad Request: message to edit not found',
    );
    expect((await refusal(api.deleteMessage(chat.id, said.message_id))).says).toBe(
      'Bad Request: message to delete not found',
    );
    const picture = await api.sendPhoto(chat.id, new InputFile(await sampleImage()));
    expect((await refusal(api.editMessageText(chat.id, picture.message_id, 'x'))).says).toBe(
      'Bad Request: there is no text in the message to edit',
    );
  });

  it('is a reply to what was deleted, unless it may go without', async () => {
    await using world = await setUp();
    const { api, chat, telegram, ada } = world;
    const asked = await telegram.sends(ada, chat, { text: 'hello' });
    telegram.deletes(asked);
    const reply_parameters = { message_id: asked.message_id };
    expect((await refusal(api.sendMessage(chat.id, 'a', { reply_parameters }))).says).toBe(
      'Bad Request: message to be replied not found',
    );
    const sent = await api.sendMessage(chat.id, 'a', {
      reply_parameters: { ...reply_parameters, allow_sending_without_reply: true },
    });
    expect(sent.reply_to_message).toBeUndefined();
  });

  it('is writing to who has blocked it, never started it, thrown it out, or is unknown', async () => {
    await using world = await setUp();
    const { api, chat, group, telegram } = world;
    const send = (id: number) => refusal(api.sendMessage(id, 'a'));
    telegram.blocks(chat);
    expect(await send(chat.id)).toMatchObject({ code: 403, says: 'Forbidden: bot was blocked by the user' });
    expect(await send(telegram.user().id)).toMatchObject({
      code: 403,
      says: "Forbidden: bot can't initiate conversation with a user",
    });
    telegram.becomes(group, 'kicked');
    expect(await send(group.id)).toMatchObject({
      code: 403,
      says: 'Forbidden: bot was kicked from the supergroup chat',
    });
    expect(await send(-1)).toMatchObject({ code: 400, says: 'Bad Request: chat not found' });
    expect((await send(telegram.group({ bot: 'absent' }).id)).says).toBe('Bad Request: chat not found');
  });

  it('is a kind of message that the group forbids to those who are no admins', async () => {
    await using world = await setUp();
    const { api, group, telegram } = world;
    group.forbids.add('media');
    const send = async () => api.sendPhoto(group.id, new InputFile(await sampleImage()));
    expect((await refusal(send())).says).toBe(
      'Bad Request: not enough rights to send media messages to the chat',
    );
    await api.sendMessage(group.id, 'words may pass');
    telegram.becomes(group, 'administrator');
    await send();
  });

  it('is a group’s old number, with the new one beside', async () => {
    await using world = await setUp();
    const { api, telegram, ada } = world;
    const group = telegram.group({ type: 'group', creator: ada });
    const moved = telegram.migrates(group);
    expect(await refusal(api.sendMessage(group.id, 'a'))).toEqual({
      code: 400,
      says: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: moved.id },
    });
    expect(await api.sendMessage(moved.id, 'a')).toMatchObject({
      chat: { id: moved.id, type: 'supergroup' },
    });
  });

  it('is a topic that is not there, closed or deleted', async () => {
    await using world = await setUp();
    const { api, chat, telegram, ada } = world;
    const forum = telegram.group({ creator: ada, forum: true });
    const topic = telegram.topic(ada, forum, 'Dances');
    const send = (id: number, message_thread_id: number) => api.sendMessage(id, 'a', { message_thread_id });
    expect(await send(forum.id, topic)).toMatchObject({ message_thread_id: topic, is_topic_message: true });
    for (const call of [send(forum.id, topic + 1000), send(chat.id, topic)])
      expect((await refusal(call)).says).toBe('Bad Request: message thread not found');
    telegram.changesTopic(forum, topic, 'closed');
    expect((await refusal(send(forum.id, topic))).says).toBe('Bad Request: TOPIC_CLOSED');
    telegram.changesTopic(forum, topic, 'deleted');
    expect((await refusal(send(forum.id, topic))).says).toBe('Bad Request: message thread not found');
  });

  it('is a command that is none, and an action of its own making', async () => {
    await using world = await setUp();
    const { api, chat } = world;
    const set = (command: string, description = 'x') => api.setMyCommands([{ command, description }]);
    expect((await refusal(set('Animate'))).says).toBe('Bad Request: BOT_COMMAND_INVALID');
    expect((await refusal(set('a', 'x'.repeat(257)))).says).toBe(
      'Bad Request: BOT_COMMAND_DESCRIPTION_INVALID',
    );
    expect((await refusal(api.sendChatAction(chat.id, 'dancing' as 'typing'))).says).toContain(
      'wrong parameter action',
    );
    expect((await refusal(api.setMessageReaction(chat.id, 1, []))).says).toContain('not found');
  });

  it('is asking who others are where only admins may', async () => {
    await using world = await setUp();
    const { api, telegram, ada } = world;
    const shy = telegram.group({ creator: ada, hidesMembers: true });
    expect((await refusal(api.getChatMember(shy.id, ada.id))).says).toBe('Bad Request: CHAT_ADMIN_REQUIRED');
    telegram.becomes(shy, 'administrator');
    expect(await api.getChatMember(shy.id, ada.id)).toMatchObject({ status: 'creator' });
    expect(await api.getChatAdministrators(shy.id)).toHaveLength(2);
    expect((await refusal(api.getChatAdministrators(world.chat.id))).says).toContain(
      'there are no administrators in the private chat',
    );
  });
});
