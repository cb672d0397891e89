import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { Bot, InputFile } from 'grammy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, TelegramTrouble } from '../../../src/chat/telegram/api.ts';
import { kindOf } from '../../../src/chat/telegram/trouble.ts';

const TOKEN = '7000000001:AAsecret-of-a-bot_that-nobody-may-see0';
const SECRET = 'secret-of-a-bot';

/** What the server does with the next call. */
type Answer = { status: number; body: unknown } | { text: string } | 'cut' | 'ignore' | 'cut-early';
let answer: Answer = 'cut';
const server = createServer((request, response) => {
  if (answer === 'cut-early') return void request.socket.destroy();
  request.resume().on('end', () => {
    if (request.url?.endsWith('/deleteWebhook')) return void response.end('{"ok":true,"result":true}');
    if (answer === 'ignore') return;
    if (answer === 'cut' || answer === 'cut-early') return void response.destroy();
    if ('text' in answer) return void response.writeHead(502).end(answer.text);
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
  });
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const apiUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const refusing = (error_code: number, description: string, parameters?: object): Answer => ({
  status: error_code,
  body: { ok: false, error_code, description, ...(parameters ? { parameters } : {}) },
});

async function troubleOf(call: Promise<unknown>): Promise<TelegramTrouble> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TelegramTrouble)) throw new Error(`expected trouble, got ${String(error)}`);
  return error;
}

/** Everything that a log, a crash or a serialiser could make of an error. */
function everythingIn(error: Error): string {
  const fields = Object.getOwnPropertyNames(error).map((name) => inspect(Reflect.get(error, name)));
  return [
    String(error),
    error.stack,
    JSON.stringify(error),
    inspect(error, { depth: 20, showHidden: true }),
    inspect(error.cause, { depth: 20 }),
    ...fields,
  ].join('\n');
}

describe('the Bot API', () => {
  it.each<[string, Answer]>([
    ['a connection cut off', 'cut'],
    ['a connection cut off at once', 'cut-early'],
    ['an answer that is no JSON', { text: '<html>Bad Gateway</html>' }],
    ['a refusal that quotes the address', refusing(400, `Bad Request: failed to get /bot${TOKEN}/x`)],
    ['a refusal of the token', refusing(401, 'Unauthorized')],
  ])('keeps the token out of what %s throws', async (_, how) => {
    answer = how;
    const { api } = createApi({ token: TOKEN, apiUrl: apiUrl() });
    const trouble = await troubleOf(api.sendMessage(1, 'hello there'));
    expect(everythingIn(trouble)).not.toContain(SECRET);
    // Nor does it keep what was said: captions are the members'.
    expect(everythingIn(trouble)).not.toContain('hello there');
    expect(trouble.method).toBe('sendMessage');
  });

  it('keeps the token out of what an unreachable server, a broken-off call and an unreadable file throw', async () => {
    answer = 'ignore';
    const { api } = createApi({ token: TOKEN, apiUrl: apiUrl() });
    const { api: nowhere } = createApi({ token: TOKEN, apiUrl: 'http://127.0.0.1:1' });
    const stop = new AbortController();
    const polling = troubleOf(api.getUpdates({ timeout: 50 }, stop.signal as never));
    stop.abort();
    const troubles = [
      await troubleOf(nowhere.sendMessage(1, 'x')),
      await polling,
      await troubleOf(api.sendVideo(1, new InputFile('/no/such/file.mp4', 'video.mp4'))),
    ];
    expect(troubles.map(({ kind, maybeDone }) => [kind, maybeDone])).toEqual([
      ['network', false],
      ['network', true],
      ['network', false],
    ]);
    for (const trouble of troubles) expect(everythingIn(trouble)).not.toContain(SECRET);
  });

  it('prints without its token', () => {
    const { api } = createApi({ token: TOKEN, apiUrl: apiUrl() });
    expect(inspect({ api }, { depth: 20 })).not.toContain(SECRET);
    expect(JSON.stringify({ api })).not.toContain(SECRET);
  });

  it('guards the api of a bot as well, whose polling still knows a second poller by its error', async () => {
    answer = refusing(409, 'Conflict: terminated by other getUpdates request');
    const { guard } = createApi({ token: TOKEN, apiUrl: apiUrl() });
    const bot = new Bot(TOKEN, {
      client: { apiRoot: apiUrl().replace(/\/$/, '') },
      botInfo: {
        id: 1,
        is_bot: true,
        first_name: 'Strut',
        username: 'strut_bot',
        can_join_groups: true,
        can_read_all_group_messages: false,
        can_connect_to_business: false,
        has_main_web_app: false,
        has_topics_enabled: false,
        supports_inline_queries: false,
        allows_users_to_create_topics: false,
        can_manage_bots: false,
        supports_guest_queries: false,
        supports_join_request_queries: false,
      },
    });
    bot.api.config.use(guard);
    const trouble = await troubleOf(bot.start());
    expect(trouble.kind).toBe('conflict');
    expect(everythingIn(trouble)).not.toContain(SECRET);
  });

  it('tells how long to wait and where a group has gone', async () => {
    const { api } = createApi({ token: TOKEN, apiUrl: apiUrl() });
    answer = refusing(429, 'Too Many Requests: retry after 17', { retry_after: 17 });
    expect(await troubleOf(api.sendMessage(1, 'x'))).toMatchObject({
      kind: 'flood',
      code: 429,
      retryAfterMs: 17_000,
      maybeDone: false,
    });
    answer = refusing(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
      migrate_to_chat_id: -1001,
    });
    expect(await troubleOf(api.sendMessage(1, 'x'))).toMatchObject({ kind: 'migrated', migratedTo: -1001 });
  });

  it('takes tokens out of any text, however they are written', () => {
    const { scrub } = createApi({ token: TOKEN, apiUrl: apiUrl() });
    const other = '123456789:BBanother-token_of_somebody-else_00000';
    for (const token of [TOKEN, other, encodeURIComponent(TOKEN)])
      expect(scrub(`GET /file/bot${token}/photos/1.jpg`)).toBe('GET /file/bot[token]/photos/1.jpg');
  });

  it.each([
    [400, 'Bad Request: message is not modified: specified new message content is the same', 'not-modified'],
    [400, 'Bad Request: message to edit not found', 'edit-lost'],
    [400, "Bad Request: message can't be edited", 'edit-lost'],
    [400, 'Bad Request: message thread not found', 'no-topic'],
    [400, 'Bad Request: TOPIC_CLOSED', 'no-topic'],
    [400, 'Bad Request: not enough rights to send videos to the chat', 'blocked'],
    [400, 'Bad Request: CHAT_SEND_VIDEOS_FORBIDDEN', 'blocked'],
    [403, 'Forbidden: bot was blocked by the user', 'blocked'],
    [403, 'Forbidden: bot was kicked from the supergroup chat', 'blocked'],
    [403, "Forbidden: bot can't initiate conversation with a user", 'blocked'],
    [400, 'Bad Request: chat not found', 'gone'],
    [403, 'Forbidden: user is deactivated', 'gone'],
    [400, 'Bad Request: file is too big', 'too-large'],
    [413, 'Request Entity Too Large', 'too-large'],
    [404, 'Not Found', 'unauthorized'],
    [500, 'Internal Server Error', 'network'],
    [400, "Bad Request: can't parse entities", 'bad-request'],
  ])('takes %i "%s" for %s', (code, description, kind) => {
    expect(kindOf(code, description, undefined)).toBe(kind);
  });
});
