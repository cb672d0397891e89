import { MessageFlags } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { customId, escapeText, messageOf, readCustomId } from '../../../src/chat/discord/render.ts';
import type { Card } from '../../../src/words/cards.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { buttons, visibleText } from '../../simulators/discord/look.ts';
import { textsOf } from '../../simulators/discord/mentions.ts';
import { parseMessage } from '../../simulators/discord/messages.ts';
import { wholeProblems } from '../../simulators/discord/schema/message.ts';
import { outboundWorld } from './outbound-setup.ts';

const words = wordsFor('en-US');
const card = (over: Partial<Card> = {}): Card => ({ title: 'Rendering', lines: [], buttons: [], ...over });
const options = { words, code: 'ABC234' };

/** What Discord would say against it. */
function problems(body: unknown): unknown[] {
  const { components, flags } = parseMessage(body);
  return wholeProblems({ flags: flags ?? 0, content: '', embeds: [], components: components ?? [] });
}
const textOf = (body: unknown): string => {
  const { components } = parseMessage(body);
  return textsOf({ content: '', components: components ?? [] }).join('\n');
};

describe('a card as a Discord message', () => {
  it('is one line without a frame when there is no more to say', () => {
    const { components, flags } = messageOf(card(), options);
    expect(components).toEqual([{ type: 10, content: 'Rendering' }]);
    expect(flags).toBe(MessageFlags.IsComponentsV2);
  });

  it('holds no more text than Discord takes, however much there is to say', () => {
    const long = Array.from({ length: 30 }, (_, i) => `${i} ${'*_`~|'.repeat(400)}`);
    const body = messageOf(card({ title: '*'.repeat(5_000), lines: long, bar: 0.5 }), {
      ...options,
      askedBy: '1',
    });
    expect(problems(body)).toEqual([]);
    expect(textOf(body).length).toBeGreaterThan(1_000);
    expect(textOf(body)).toContain('…');
  });

  it('has room for every button, five in a row, none twice', () => {
    const verbs = ['again', 'new-image', 'new-motion', 'delete', 'details'] as const;
    const body = messageOf(card({ buttons: verbs }), {
      ...options,
      verbs: ['get'],
      links: [{ label: 'x'.repeat(200), url: 'https://strut.example/a' }],
    });
    expect(problems(body)).toEqual([]);
    const { components } = parseMessage(body);
    const [frame] = components ?? [];
    const rows = frame && 'components' in frame ? frame.components.filter(({ type }) => type === 1) : [];
    expect(rows.map((row) => ('components' in row ? row.components.length : 0))).toEqual([5, 2]);
  });

  it('pings only the one who asked, and only when told to', () => {
    const mention = { ...options, askedBy: '80351110224678912' };
    expect(messageOf(card(), mention).allowed_mentions).toEqual({ parse: [] });
    expect(messageOf(card(), { ...mention, notify: true }).allowed_mentions).toEqual({
      parse: [],
      users: ['80351110224678912'],
    });
    expect(messageOf(card(), { ...options, notify: true }).allowed_mentions).toEqual({ parse: [] });
  });

  it('keeps an alt text within its limit', () => {
    const media = [{ filename: 'a.mp4', alt: `\u202e${'long '.repeat(1_000)}` }];
    const body = messageOf(card(), { ...options, media });
    expect(problems(body)).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('\u202e');
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
    expect(buttons(all[1] ?? asked.status).length).toBe(5);
  });
});

describe('a button of ours', () => {
  it('holds its verb and the code', () => {
    expect(readCustomId(customId('new-image', 'ABC234'))).toEqual({ verb: 'new-image', code: 'ABC234' });
  });

  it.each([
    '',
    'strut:',
    'strut:cancel',
    'other:cancel:ABC234',
    'strut:cancel:A B',
    `strut:cancel:${'A'.repeat(90)}`,
  ])('is not %j', (text) => {
    expect(readCustomId(text)).toBeUndefined();
  });
});
