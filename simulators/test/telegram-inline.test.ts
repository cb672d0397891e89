import { describe, expect, it } from 'vitest';
import { startTelegram } from '../telegram/telegram.ts';
import { clientOf, refusal } from '../telegram-bot.ts';

async function setUp(inline = true) {
  let now = Date.UTC(2026, 10, 30);
  const telegram = await startTelegram({ inline, time: { now: () => now, after: () => {} } });
  const ada = telegram.user({ first_name: 'Ada' });
  const bo = telegram.user({ first_name: 'Bo' });
  const group = telegram.group({ creator: ada, members: [bo] });
  return {
    telegram,
    api: clientOf(telegram),
    ada,
    bo,
    group,
    pass: (ms: number) => {
      now += ms;
    },
    [Symbol.asyncDispose]: telegram.close,
  };
}

const article = (id: string, over: { title?: string; message_text?: string } = {}) => ({
  type: 'article' as const,
  id,
  title: over.title ?? 'One',
  input_message_content: { message_text: over.message_text ?? '/animate one' },
});

describe('the simulated inline mode', () => {
  it('is off until BotFather turns it on', async () => {
    await using world = await setUp(false);
    const { telegram, ada } = world;
    expect((await world.api.getMe()).supports_inline_queries).toBe(false);
    expect(() => telegram.asksInline(ada, 'sh')).toThrow('no inline mode');
  });

  it('tells what is typed and the kind of the chat, but never which chat it is', async () => {
    await using world = await setUp();
    const { telegram, ada, group } = world;
    telegram.asksInline(ada, 'sh', { chat: group });
    telegram.asksInline(ada, 'shu', { chat: telegram.privateChat(ada) });
    telegram.asksInline(ada, 'shuf', { chatType: '' });
    const queries = (await world.api.getUpdates()).map(({ inline_query }) => inline_query);
    expect(queries.map((one) => [one?.query, one?.chat_type])).toEqual([
      ['sh', 'supergroup'],
      ['shu', 'sender'],
      ['shuf', undefined],
    ]);
    expect(JSON.stringify(queries)).not.toContain(String(group.id));
  });

  it('sends a chosen result as the person’s own message, which reaches the bot in privacy mode', async () => {
    await using world = await setUp();
    const { telegram, api, ada, group } = world;
    const asked = telegram.asksInline(ada, 'sh', { chat: group });
    await api.answerInlineQuery(asked.id, [article('1')]);
    await api.getUpdates({ offset: -1 });
    telegram.picksInline(asked, group, 'One');
    const { message } = (await api.getUpdates()).at(-1) ?? {};
    expect(message).toMatchObject({
      from: { id: ada.id },
      via_bot: { id: telegram.bot.id },
      text: '/animate one',
      entities: [{ type: 'bot_command' }],
    });
  });

  it('gives another person the answer to the same words, unless it is personal', async () => {
    await using world = await setUp();
    const { telegram, api, ada, bo, pass } = world;
    await api.answerInlineQuery(telegram.asksInline(ada, 'a').id, [article('1')], { cache_time: 10 });
    await api.answerInlineQuery(telegram.asksInline(ada, 'b').id, [article('1')], {
      cache_time: 10,
      is_personal: true,
    });
    expect(telegram.asksInline(bo, 'a').answer?.results).toHaveLength(1);
    expect(telegram.asksInline(bo, 'b').answer).toBeUndefined();
    expect(telegram.asksInline(ada, 'b').answer?.results).toHaveLength(1);
    pass(10_000);
    expect(telegram.asksInline(bo, 'a').answer).toBeUndefined();
  });

  it('takes one answer to a query, and none that comes too late', async () => {
    await using world = await setUp();
    const { telegram, api, ada, pass } = world;
    const tooOld = { code: 400, says: expect.stringContaining('query is too old') };
    const once = telegram.asksInline(ada, 'once');
    await api.answerInlineQuery(once.id, []);
    expect(await refusal(api.answerInlineQuery(once.id, []))).toMatchObject(tooOld);
    expect(await refusal(api.answerInlineQuery('1', []))).toMatchObject(tooOld);
    const late = telegram.asksInline(ada, 'late');
    pass(60_000);
    expect(await refusal(api.answerInlineQuery(late.id, []))).toMatchObject(tooOld);
    expect(telegram.pending()).toEqual([]);
  });

  it.each([
    [
      'more than 50 results',
      Array.from({ length: 51 }, (_, at) => article(String(at))),
      {},
      'RESULTS_TOO_MUCH',
    ],
    ['two of the same id', [article('1'), article('1')], {}, 'RESULT_ID_DUPLICATE'],
    ['an id that is too long', [article('x'.repeat(65))], {}, 'RESULT_ID_INVALID'],
    ['no title', [article('1', { title: '' })], {}, 'ARTICLE_TITLE_EMPTY'],
    ['no text', [article('1', { message_text: ' ' })], {}, 'message text is empty'],
    ['an offset that is too long', [], { next_offset: 'x'.repeat(65) }, 'NEXT_OFFSET_INVALID'],
    [
      'a button that starts nothing',
      [],
      { button: { text: 'Go', start_parameter: 'a b' } },
      'START_PARAM_INVALID',
    ],
  ])('refuses %s', async (_what, results, other, says) => {
    await using world = await setUp();
    const { telegram, api, ada } = world;
    const asked = telegram.asksInline(ada, 'x');
    expect(await refusal(api.answerInlineQuery(asked.id, results, other))).toMatchObject({
      code: 400,
      says: `Bad Request: ${says}`,
    });
  });
});
