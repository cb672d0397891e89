import { ComponentType, MessageFlags } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { buttons, visibleText } from '../../../simulators/discord/look.ts';
import { textsOf } from '../../../simulators/discord/mentions.ts';
import { parseMessage } from '../../../simulators/discord/messages.ts';
import { wholeProblems } from '../../../simulators/discord/schema/message.ts';
import { readId } from '../../../src/chat/discord/ids.ts';
import { shapesOf } from '../../../src/chat/discord/outbound/bare.ts';
import { faultsIn } from '../../../src/chat/discord/outbound/trouble.ts';
import { messageOf } from '../../../src/chat/discord/render.ts';
import { escapeText } from '../../../src/chat/discord/text.ts';
import { actionId, type Page } from '../../../src/chat/page.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { outboundWorld } from './outbound-setup.ts';

const words = wordsFor('en-US');
const page = (over: Partial<Page> = {}): Page => ({ title: 'Rendering', tone: 'plain', lines: [], ...over });

/** What Discord would say against it. */
function problems(body: unknown): unknown[] {
  const { components, flags } = parseMessage(body);
  return wholeProblems({ flags: flags ?? 0, content: '', embeds: [], components: components ?? [] });
}
const textOf = (body: unknown): string => {
  const { components } = parseMessage(body);
  return textsOf({ content: '', components: components ?? [] }).join('\n');
};

describe('a page as a Discord message', () => {
  it('is one line without a frame when there is no more to say', () => {
    const { components, flags } = messageOf(words, page());
    expect(components).toEqual([{ type: 10, content: 'Rendering' }]);
    expect(flags).toBe(MessageFlags.IsComponentsV2);
  });

  it('is its sentences without a frame where there is nothing else', () => {
    expect(messageOf(words, { lines: ['Not *started*.', 'It cost nothing.'] }).components).toEqual([
      { type: 10, content: 'Not \\*started\\*.\nIt cost nothing.' },
    ]);
  });

  it('holds no more text than Discord takes, however much there is to say', () => {
    const long = Array.from({ length: 30 }, (_, i) => `${i} ${'*_`~|'.repeat(400)}`);
    const body = messageOf(
      words,
      page({ title: '*'.repeat(5_000), lines: long, bar: 0.5, askedBy: 'discord:1' }),
    );
    expect(problems(body)).toEqual([]);
    expect(textOf(body).length).toBeGreaterThan(1_000);
    expect(textOf(body)).toContain('…');
  });

  it('begins another row where more than five buttons stand in one', () => {
    const button = { verb: 'again', label: 'x'.repeat(200) };
    const row = Array.from({ length: 7 }, (_, at) => ({ ...button, code: `ABC23${at}` }));
    const link = { label: 'x'.repeat(200), url: 'https://strut.example/a' };
    const body = messageOf(words, page({ rows: [row, [link]] }));
    expect(problems(body)).toEqual([]);
    const { components } = parseMessage(body);
    const [frame] = components ?? [];
    const rows = frame && 'components' in frame ? frame.components.filter(({ type }) => type === 1) : [];
    expect(rows.map((one) => ('components' in one ? one.components.length : 0))).toEqual([5, 2, 1]);
  });

  it('pings only the one who asked, and only when told to', () => {
    const mention = page({ askedBy: 'discord:80351110224678912' });
    expect(messageOf(words, mention).allowed_mentions).toEqual({ parse: [] });
    expect(messageOf(words, mention, { notify: true }).allowed_mentions).toEqual({
      parse: [],
      users: ['80351110224678912'],
    });
    expect(messageOf(words, page(), { notify: true }).allowed_mentions).toEqual({ parse: [] });
  });

  it('keeps an alt text within its limit', () => {
    const alt = `\u202e${'long '.repeat(1_000)}`;
    const body = messageOf(
      words,
      page({ media: { as: 'shown', name: 'a.mp4', mime: 'video/mp4', alt, path: '/a' } }),
    );
    expect(problems(body)).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('\u202e');
  });

  it('mentions whom a line names, and shows letter by letter what a member wrote in one', () => {
    const name = '<@80351110224678912>';
    const body = messageOf(words, { lines: [{ text: `${name} asks`, named: true }, `${name}.png`] });
    expect(textOf(body)).toContain(`${name} asks`);
    expect(textOf(body).split(name)).toHaveLength(2);
    expect(body.allowed_mentions).toEqual({ parse: [] });
  });

  it('has the menus of a settings panel, with what is chosen in them', () => {
    const menu = { verb: 'x', code: 'y', most: 25, placeholder: 'Who' };
    const body = messageOf(words, {
      lines: [],
      rows: [
        [{ ...menu, pick: 'member', chosen: ['discord:80351110224678912'] }],
        [{ ...menu, code: 'z', pick: 'limited-channel', chosen: [] }],
      ],
    });
    expect(problems(body)).toEqual([]);
    expect(JSON.stringify(body)).toContain('"default_values":[{"id":"80351110224678912","type":"user"}]');
  });
});

describe('a page with lists of members on Discord', () => {
  const mentions = (count: number): string =>
    Array.from({ length: count }, (_, n) => `<@${String(n).padStart(18, '8')}>`).join(', ');

  it('cuts a list that is too long, and keeps the lines below it and what came of the last press', () => {
    const lines = [{ text: `Members: ${mentions(200)}`, named: true as const }, 'Quality: Pro'];
    const news = [{ text: 'Changed: Quality', strong: true as const }];
    const { components } = messageOf(wordsFor('en'), { title: 'Settings', lines, news });
    const text = JSON.stringify(components);
    expect(text).toContain(mentions(50));
    expect(text).not.toContain(mentions(150));
    expect(text).toContain('Quality: Pro');
    const shown = components.flatMap((one) => (one.type === ComponentType.Container ? one.components : []));
    expect(shown.map(({ type }) => type)).toEqual([
      ComponentType.TextDisplay,
      ComponentType.TextDisplay,
      ComponentType.Separator,
      ComponentType.TextDisplay,
    ]);
    expect(shown.at(-1)).toMatchObject({ content: '**Changed: Quality**' });
  });
});

describe('a member’s own text on Discord', () => {
  it.each([
    ['**bold** and __under__', '\\*\\*bold\\*\\* and \\_\\_under\\_\\_'],
    ['`code` ~~gone~~ ||hidden||', '\\`code\\` \\~\\~gone\\~\\~ \\|\\|hidden\\|\\|'],
    ['[click](https://evil.example)', '\\[click\\](https\\://evil.example)'],
    ['<https://evil.example>', '\\<https\\://evil.example\\>'],
    ['# heading\n-# small\n- item\n1. first', '\\# heading\n\\-# small\n\\- item\n1\\. first'],
    ['<t:0:R> <:e:1> </x:1>', '\\<t:0:R\\> \\<:e:1\\> \\</x:1\\>'],
    ['left\u202eright\u2066\u200f', 'leftright'],
    ['back\\slash', 'back\\\\slash'],
    ['a\u0000b\u001b[0m', 'ab\\[0m'],
  ])('%j is shown letter by letter', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  it.each(['@everyone', '@here', '<@80351110224678912>', '<@!80351110224678912>', '<@&80351110224678912>'])(
    'never mentions %s',
    (text) => {
      expect(escapeText(text)).not.toContain(text);
      expect(escapeText(text)).toContain('@\u200b');
    },
  );

  it('leaves plain words, prices and joined emoji alone', () => {
    for (const text of ['about $0.28 · 4 s · fal.ai', 'Übung, 你好', '👩‍🚀 (ok)', "it's 50%"])
      expect(escapeText(text)).toBe(text);
  });

  it('notifies nobody through the name of a file', async () => {
    await using world = await outboundWorld();
    world.discord.allow(world.channel, world.discord.bot, 'MentionEveryone');
    const bob = world.discord.member(world.guild, 'Bob');
    const asked = await world.ask({ names: { image: '@everyone.png', clip: `<@${bob.id}>.mp4` } });
    await world.deliver(asked);
    await world.show(world.as(asked, 'failed'));
    const all = world.discord.messages(world.channel);
    expect(all).toHaveLength(3);
    for (const message of all) {
      expect(message.mentionsEveryone).toBe(false);
      expect(message.mentions).toEqual([world.ada.id]);
      expect(visibleText(message)).not.toContain('@everyone');
    }
    expect(all.flatMap(({ notified }) => notified)).toEqual([world.ada.id, world.ada.id]);
    expect(buttons(all[1] ?? asked.status).length).toBe(8);
  });
});

describe('a button of ours', () => {
  it('holds its verb, the code and what else there is to know', () => {
    const action = { verb: 'choose', code: 'ABC234', arg: 'quality=pro' };
    expect(readId(actionId(action))).toEqual(action);
  });

  it.each([
    ['strut:new-image:ABC234', { verb: 'new-image', code: 'ABC234' }],
    ['strut:forget:me', { verb: 'forget', code: '-' }],
    ['strut:delete-yes:ABC234-123456', { verb: 'delete-yes', code: 'ABC234', arg: '123456' }],
    ['strut-admin:approve:ABC234', { verb: 'approve', code: 'ABC234' }],
    ['strut-admin:csv:last-month', { verb: 'csv', code: 'last-month' }],
    ['strut-admin:quality:pro', { verb: 'settings', code: 'quality', arg: 'pro' }],
    ['strut-admin:channels:', { verb: 'settings', code: 'channels' }],
  ])('is still understood as an earlier version wrote it: %s', (id, action) => {
    expect(readId(id)).toEqual(action);
  });

  it.each(['', 'strut:', 'strut:cancel', 'cancel', 'cancel|A B', `cancel|${'A'.repeat(90)}`])(
    'is not %j',
    (text) => {
      expect(readId(text)).toBeUndefined();
    },
  );
});

describe('the plainer shapes of a message that Discord can not read', () => {
  const shown = page({
    lines: ['Pick one.'],
    items: [{ text: 'AB12CD · done', button: { verb: 'send', code: 'AB12CD', label: 'Send' } }],
    rows: [
      [
        { verb: 'keep', code: '-', label: 'Keep' },
        { url: 'https://strut.example/x', label: 'Open' },
      ],
    ],
  });
  const shapes = shapesOf(messageOf(words, shown));

  it('say all its words, those of a list with them, and are whole messages themselves', () => {
    expect(shapes).toHaveLength(4);
    for (const { flags, content = '', components } of shapes) {
      expect(
        wholeProblems({
          flags,
          content,
          embeds: [],
          components: parseMessage({ components }).components ?? [],
        }),
      ).toEqual([]);
      const said = `${content} ${textOf({ components })}`;
      for (const text of ['Rendering', 'Pick one.', 'AB12CD · done']) expect(said).toContain(text);
    }
  });

  it('keep the buttons first, and then only where those lead elsewhere', () => {
    expect(shapes.map(({ components }) => JSON.stringify(components).split('"type":2,').length - 1)).toEqual([
      3, 3, 0, 0,
    ]);
    for (const { content = '', components } of shapes.slice(2))
      expect(content + textOf({ components })).toContain('https://strut.example/x');
  });

  it('are of both sorts of messages, as an edit can not make the older one of the newer', () => {
    const isNew = shapes.map(({ flags }) => (flags & MessageFlags.IsComponentsV2) !== 0);
    expect(isNew).toEqual([true, true, true, false]);
  });

  it('are named in the log by the fields that were refused, not by what stood in them', () => {
    const inner = { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'Ada said: hello' }] };
    expect(faultsIn({ components: { 0: { content: inner } } })).toEqual([
      'components.0.content BASE_TYPE_MAX_LENGTH',
    ]);
    expect([faultsIn(undefined), faultsIn('no'), faultsIn({ _errors: 'no' })]).toEqual([[], [], []]);
  });
});
