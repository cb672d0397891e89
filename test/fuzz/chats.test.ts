/** What comes in from the chats, and what was kept of it, with any of it wrong: the bot goes on. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askerOf } from '../../src/chat/discord/inbound/asker.ts';
import { mentionOf } from '../../src/chat/discord/inbound/mention.ts';
import { createOpenForms } from '../../src/chat/discord/inbound/open-forms.ts';
import { createOrigins } from '../../src/chat/discord/inbound/origins.ts';
import { readInteraction } from '../../src/chat/discord/inbound/reading.ts';
import { readerOf } from '../../src/chat/discord/inbound/readings.ts';
import { recordSchema as discordRecord } from '../../src/chat/discord/inbound/record.ts';
import { createWaiting } from '../../src/chat/discord/inbound/waiting.ts';
import { type Interaction, interactionSchema, messageSchema } from '../../src/chat/discord/inbound/wire.ts';
import { lateItems } from '../../src/chat/telegram/inbound/albums.ts';
import { createExpected } from '../../src/chat/telegram/inbound/expected.ts';
import { createHalves } from '../../src/chat/telegram/inbound/halves.ts';
import { createInlet } from '../../src/chat/telegram/inbound/inlet.ts';
import { read } from '../../src/chat/telegram/inbound/read.ts';
import { type MessageRecord, recordSchema } from '../../src/chat/telegram/inbound/records.ts';
import { updateSchema } from '../../src/chat/telegram/inbound/wire.ts';
import { realTimers } from '../../src/chat/telegram/timers.ts';
import { createFileUse } from '../../src/core/intake/file-use.ts';
import { windowOf } from '../../src/core/limits/windows.ts';
import type { Inbox } from '../../src/core/ports.ts';
import { createInbox } from '../../src/store/inbox.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { ada, createHarness } from '../chat/telegram/harness.ts';
import { fakeFiles } from '../fakes/files.ts';
import { freshFolder } from '../fakes/folder.ts';
import { readOwnSettings, settle } from '../fakes/settings.ts';
import { memoryKeyValueStore } from '../fakes/shelf.ts';
import { createWorld } from '../fakes/world.ts';
import { anything, mutations } from './mutate.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const again = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

// ── Telegram ────────────────────────────────────────────────────────────────────────────────────────────────────

const BOT = { id: 7, username: 'strut_bot' };
const USER = { id: 500, is_bot: false, first_name: 'Ada', username: 'ada', language_code: 'de' };
const GROUP = { id: -100, type: 'supergroup', is_forum: true };
const FILE = { file_id: 'f', file_unique_id: 'u', file_size: 10 };
const SIZES = [{ ...FILE, width: 1, height: 2 }];
const COMMAND = {
  text: '/animate@strut_bot a dance',
  entities: [
    { type: 'bot_command', offset: 0, length: 18 },
    { type: 'text_mention', offset: 19, length: 1, user: { id: 501 } },
  ],
};
const MESSAGE = { message_id: 1, from: USER, chat: GROUP, message_thread_id: 3, is_topic_message: true };
const UPDATES = [
  { update_id: 1, message: { ...MESSAGE, ...COMMAND, reply_to_message: { ...MESSAGE, photo: SIZES } } },
  {
    update_id: 2,
    message: {
      ...MESSAGE,
      caption: '@strut_bot',
      caption_entities: [{ type: 'mention', offset: 0, length: 10 }],
      video: { ...FILE, file_name: 'a.mp4', mime_type: 'video/mp4' },
      media_group_id: 'g',
    },
  },
  {
    update_id: 3,
    message: {
      ...MESSAGE,
      document: { ...FILE, mime_type: 'image/png' },
      external_reply: { animation: FILE },
    },
  },
  {
    update_id: 4,
    message: {
      ...MESSAGE,
      sticker: { ...FILE, is_animated: false, is_video: true },
      sender_chat: { id: -100 },
    },
  },
  {
    update_id: 5,
    message: {
      ...MESSAGE,
      live_photo: { ...FILE, photo: SIZES },
      reply_to_message: { message_id: 1, forum_topic_created: { name: 'T' } },
    },
  },
  { update_id: 6, message: { ...MESSAGE, migrate_to_chat_id: -200 } },
  { update_id: 7, callback_query: { id: 'p', from: USER, message: MESSAGE, data: 'again|ZZZZZZ' } },
  {
    update_id: 8,
    my_chat_member: {
      chat: GROUP,
      from: USER,
      old_chat_member: { status: 'left' },
      new_chat_member: { status: 'member' },
    },
  },
];

function quietInbox(): Inbox & { records: unknown[] } {
  const records: unknown[] = [];
  return {
    records,
    async claim(_id, record) {
      records.push(again(record));
      return true;
    },
    async note() {},
    async done() {},
    pending: async () => records.map((record, n) => ({ id: `telegram:${n}`, record, at: 0 })),
  };
}

function inletOn(inbox: Inbox) {
  const nothing = async () => {};
  const handlers = {
    said: nothing,
    album: { late: async () => 'done' as const, closed: nothing },
    request: nothing,
    other: nothing,
    inline: nothing,
    gaveUp: nothing,
  };
  const { signal } = new AbortController();
  return createInlet({ inbox, handlers, log: SILENT, clock: { now: () => 0 }, timers: realTimers, signal });
}

describe('an update of Telegram', () => {
  it('that is whole is understood: what follows has something to put wrong', () => {
    for (const update of UPDATES) {
      const known = read(updateSchema.parse(update), BOT);
      expect(recordSchema.safeParse(again(known?.record)).success, JSON.stringify(update)).toBe(true);
    }
  });

  it('is kept as a record that can be read after a crash, or not at all', async () => {
    const kept = fc.asyncProperty(fc.oneof(mutations(UPDATES), anything), async (update) => {
      const inbox = quietInbox();
      await inletOn(inbox).take(update, BOT);
      for (const record of inbox.records) expect(recordSchema.parse(record)).toEqual(record);
    });
    await fc.assert(kept, { numRuns: 1_500 });
  });

  it('fails nothing in the bot, whatever it says', async () => {
    const harness = await createHarness({ publicUrl: 'https://strut.example' });
    const { user, chat } = await ada(harness);
    await harness.telegram.waitFor(() => harness.telegram.calls('setWebhook').length === 1);
    const secret = createHmac('sha256', 'a key of sixteen or more letters')
      .update('telegram-webhook')
      .digest('base64url');
    const take = async (body: string) =>
      (await harness.chat.hook.take({ 'x-telegram-bot-api-secret-token': secret }, Buffer.from(body))).status;
    for (const update of fc.sample(mutations(UPDATES), { numRuns: 150, seed: 7 }))
      expect(await take(JSON.stringify(update))).toBe(200);
    expect(await take('{"update_id":')).toBe(400);
    const quota = { text: '/quota', entities: [{ type: 'bot_command', offset: 0, length: 6 }] };
    const from = { ...USER, id: user.id };
    const place = { id: chat.id, type: 'private' };
    await take(JSON.stringify({ update_id: 9, message: { message_id: 9, from, chat: place, ...quota } }));
    await harness.hears(chat, /limit|Limit/);
    expect(harness.logged.join('\n')).not.toMatch(/TypeError|RangeError|SyntaxError|ZodError|IllegalMove/);
  });
});

describe('what is kept of Telegram', () => {
  const SAID: MessageRecord = {
    kind: 'said',
    chatId: 1,
    chatType: 'private',
    messageId: 2,
    userId: 500,
    locale: 'en',
    text: '',
    mentioned: false,
    media: { image: { fileId: 'f' } },
    repliesTo: { toBot: true, messageId: 1, media: {} },
    album: 'g',
  };
  const RECORDS = UPDATES.flatMap((update) => read(updateSchema.parse(update), BOT)?.record ?? []);

  it('is dealt with after a crash, or let go of', async () => {
    const taken = fc.asyncProperty(
      fc.array(fc.oneof(mutations(RECORDS), anything), { maxLength: 3 }),
      async (records) => {
        const inbox = quietInbox();
        inbox.records.push(...records);
        await inletOn(inbox).resume();
      },
    );
    await fc.assert(taken, { numRuns: 500 });
  });

  it.each(['halves', 'expected', 'late'] as const)(
    'keeps nobody from going on where it makes no sense: %s',
    async (what) => {
      const good = {
        halves: [
          {
            image: { file: { fileId: 'f' }, text: '', at: 1 },
            clip: { file: { fileId: 'g' }, text: '', at: 1 },
          },
        ],
        expected: [{ what: 'image', code: 'ZZZZZZ', userId: 500, askId: 1 }],
        late: [{ whole: false, mentioned: true, command: 'animate' }],
      };
      const property = fc.asyncProperty(fc.oneof(mutations(good[what]), anything), async (value) => {
        const kv = { ...memoryKeyValueStore(), get: async <T>() => value as T };
        if (what === 'halves') {
          const halves = createHalves(kv, { now: () => 0 });
          await halves.find(SAID, 'r');
          await halves.keep(SAID, SAID.media, '');
          await halves.use(SAID, 'r');
        } else if (what === 'expected') await createExpected(kv).take(SAID);
        else await lateItems(kv).late(SAID);
      });
      await fc.assert(property, { numRuns: 300 });
    },
  );
});

// ── Discord ─────────────────────────────────────────────────────────────────────────────────────────────────────

const PERSON = { id: '500', bot: false };
const MEMBER = { user: PERSON, permissions: '8', roles: ['1'] };
const BASE = {
  id: '1',
  application_id: '2',
  token: 't',
  channel_id: '3',
  channel: { id: '3', type: 0 },
  guild_id: '4',
  member: MEMBER,
  locale: 'de',
  app_permissions: '0',
  authorizing_integration_owners: { 0: '4' },
};
const ATTACHED = {
  filename: 'a.png',
  size: 10,
  url: 'https://cdn.discordapp.com/a.png',
  content_type: 'image/png',
};
const WROTE = {
  id: '9',
  channel_id: '3',
  guild_id: '4',
  content: '<@2> a dance',
  author: PERSON,
  member: { roles: ['1'] },
  mentions: [{ id: '2', bot: true }],
  attachments: [ATTACHED, { ...ATTACHED, filename: 'b.mp4', content_type: 'video/mp4' }],
};
const used = (name: string, options: object[] = []) => ({
  ...BASE,
  type: 2,
  data: { name, type: 1, options, resolved: { attachments: { 8: ATTACHED } } },
});
const pressed = (custom_id: string, values: string[] = []) => ({
  ...BASE,
  type: 3,
  message: { id: '6', flags: 64 },
  data: { custom_id, values },
});
const INTERACTIONS = [
  used('animate', [
    { name: 'image', value: '8' },
    { name: 'private', value: true },
  ]),
  used('jobs'),
  used('settings', [
    {
      name: 'limit',
      options: [
        { name: 'who', value: 'everyone' },
        { name: 'period', value: 'day' },
      ],
    },
  ]),
  used('usage', [{ name: 'period', value: 'week' }]),
  { ...BASE, type: 4, data: { name: 'cancel', options: [{ name: 'job', value: 'Z', focused: true }] } },
  {
    ...BASE,
    type: 2,
    data: { name: 'Use as motion', type: 3, target_id: '9', resolved: { messages: { 9: WROTE } } },
  },
  ...['again', 'new-image', 'delete', 'details', 'get', 'cancel', 'confirm', 'choose', 'decline'].map(
    (verb) => pressed(`strut:${verb}:ZZZZZZ`, ['video']),
  ),
  {
    ...BASE,
    type: 5,
    data: {
      custom_id: 'strut-form:job:ZZZZZZ',
      components: [
        { component: { custom_id: 'image', values: ['8'] } },
        { component: { custom_id: 'prompt', value: 'x' } },
      ],
      resolved: { attachments: { 8: ATTACHED } },
    },
  },
  {
    ...BASE,
    type: 5,
    data: {
      custom_id: 'strut-form:ask:1:0',
      components: [{ component: { custom_id: 'image', values: ['8'] } }],
    },
  },
];

const ORIGINS = createOrigins(['https://cdn.discordapp.com']);
const OWNERS = new Map<string, string>();

describe('what Discord tells', () => {
  const { core } = createWorld().boot();
  const readEvent = (event: Interaction) => {
    const asker = askerOf(event);
    return asker && readInteraction(readerOf({ core, origins: ORIGINS }, asker), OWNERS, event);
  };

  it('that is whole is understood: what follows has something to put wrong', () => {
    for (const event of INTERACTIONS)
      expect(interactionSchema.safeParse(event).success, JSON.stringify(event)).toBe(true);
    expect(mentionOf(messageSchema.parse(WROTE), '2', ORIGINS)?.asked.ask.files.image).toBeDefined();
  });

  it('is kept as a record that can be read after a crash, or not at all', () => {
    const property = fc.property(fc.oneof(mutations([...INTERACTIONS, WROTE]), anything), (event) => {
      const interaction = interactionSchema.safeParse(event);
      const reading = interaction.success ? readEvent(interaction.data) : undefined;
      const message = messageSchema.safeParse(event);
      const mention = message.success ? mentionOf(message.data, '2', ORIGINS) : undefined;
      for (const asked of [reading?.kind === 'answer' ? reading.asked : undefined, mention?.asked])
        if (asked) expect(discordRecord.safeParse(again(asked)).error?.issues ?? []).toEqual([]);
    });
    fc.assert(property, { numRuns: 3_000 });
  });

  it('leaves no open form in the way where what was kept of it makes no sense', async () => {
    const good = [{ options: { a: 'b' }, files: { unknown: [] } }, { refusal: { code: 'disk-full' } }];
    const property = fc.asyncProperty(fc.oneof(mutations(good), anything), async (value) => {
      const kv = { ...memoryKeyValueStore(), get: async <T>() => value as T };
      const waiting = createWaiting({
        kv: memoryKeyValueStore(),
        fileUse: createFileUse({ files: fakeFiles(), records: [], log: SILENT }),
        clock: { now: () => 0 },
        log: SILENT,
      });
      await createOpenForms({ kv, waiting }).get('1');
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

// ── What is on disk ─────────────────────────────────────────────────────────────────────────────────────────────

it('an event in the inbox whose record is damaged holds up no other', async () => {
  const database = openDatabase(freshFolder());
  onTestFinished(() => database.close());
  const inbox = createInbox(database, { now: () => 5 });
  for (const id of ['telegram:1', 'telegram:2', 'telegram:3']) await inbox.claim(id, { id });
  await database.run("UPDATE inbox SET record = '{\"id\":' WHERE id = 'telegram:2'");
  expect(await inbox.pending('telegram:')).toEqual([
    { id: 'telegram:1', record: { id: 'telegram:1' }, at: 5 },
    { id: 'telegram:2', record: undefined, at: 5 },
    { id: 'telegram:3', record: { id: 'telegram:3' }, at: 5 },
  ]);
});

it('settings that were damaged are read as far as they make sense, and let nobody in by what was lost', () => {
  const who = { kind: 'member', id: 'discord:7' };
  const good = [
    {
      limits: [
        { who, period: 'day', unit: 'usd', max: 1 },
        { who: { kind: 'space' }, period: 'month', unit: 'jobs', max: 3 },
      ],
      grants: [{ who, period: 'day', unit: 'usd', amount: 5, window: 'day:2026-11-21' }],
      channels: ['1'],
      roles: ['2'],
      members: ['discord:7'],
      blocked: [{ member: 'discord:8', until: 9 }],
      providers: ['fal'],
      quality: 'standard',
      confirmAboveMicros: 5,
      notify: false,
      logChannel: '3',
      timeZone: 'Europe/Berlin',
      retentionDays: 7,
    },
  ];
  const shut = { who: { kind: 'space' }, period: 'day', unit: 'jobs', max: 0 };
  const property = fc.property(fc.oneof(mutations(good), anything), (found) => {
    const { own, lost } = readOwnSettings(found);
    const settled = settle(own, { limits: [], timeZone: 'UTC' });
    expect(readOwnSettings(again(own))).toEqual({ own, lost: [] });
    const harmless = ['notify', 'logChannel', 'timeZone', 'retentionDays'];
    if (lost.some((name) => !harmless.includes(name))) expect(settled.limits).toContainEqual(shut);
    else if (lost.length === 0) expect(found).toMatchObject(own);
    // Every price, limit and message of the space is told in it.
    expect(windowOf('space', 'day', Date.UTC(2026, 10, 21), settled.timeZone).window).toMatch(/^day:2026/);
  });
  fc.assert(property, { numRuns: 2_000 });
});
