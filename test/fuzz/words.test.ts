/** What members write, and what they press, on its way to where others read it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textsOf } from '../../simulators/discord/mentions.ts';
import { parseMessage } from '../../simulators/discord/messages.ts';
import { wholeProblems } from '../../simulators/discord/schema/message.ts';
import { parseHtml } from '../../simulators/telegram/parse-html.ts';
import { statusPage } from '../../src/chat/cards.ts';
import { readId } from '../../src/chat/discord/ids.ts';
import { messageOf } from '../../src/chat/discord/render.ts';
import { escapeText } from '../../src/chat/discord/text.ts';
import {
  escapeHtml,
  linesOf,
  plainTextOf,
  readCallbackData,
  textOf,
} from '../../src/chat/telegram/render.ts';
import { readChoices } from '../../src/core/intake/choices.ts';
import { wordsFor } from '../../src/words/index.ts';
import { jobIn } from '../fakes/jobs.ts';

const NOW = 1_700_000_060_000;
const piece = fc.constantFrom(
  '@everyone',
  '@here',
  '<@80351110224678912>',
  '<@&80351110224678912>',
  '<#80351110224678912>',
  '</cmd:1>',
  '<t:0:R>',
  '**',
  '__',
  '||',
  '```',
  '> ',
  '# ',
  '[x](https://evil.example)',
  'https://evil.example',
  'discord.gg/abc',
  '<b>',
  '</b>',
  '<a href="tg://user?id=1">x</a>',
  '<script>alert(1)</script>',
  '&lt;',
  '&amp',
  '"\'',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u0000',
  '\u001b[31m',
  '\n',
  '\\',
  '😀',
  '👩‍👩‍👧',
  '\ud800',
  '{{name}}',
  '$t(button.again)',
  '%s',
);
const hostile = fc.oneof(
  fc
    .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 20 })
    .map((all) => all.join('')),
  fc.constant('😀'.repeat(4_000)),
  fc.constant('\u202e'.repeat(4_000)),
  fc.constant('<'.repeat(4_000)),
);

/** Where Discord would see a mention, a link of its own, a timestamp. */
const DISCORD_MARKUP = /(?<!\\)<(?:@[!&]?|#|\/[^:]+:|t:|a?:\w+:)[\d:A-Za-z]*>|@everyone|@here|(?<!\\)\]\(/;

function jobWith(name: string, prompt: string) {
  const job = jobIn('running');
  job.inputs.image.name = name.slice(0, 60);
  job.inputs.clip.name = name.slice(0, 60);
  job.request.prompt = prompt;
  return job;
}

describe('hostile words on Discord', () => {
  it('are letters: no mention, no markup, no turned direction, and within its limits', () => {
    fc.assert(
      fc.property(hostile, hostile, (name, prompt) => {
        const words = wordsFor('en-US');
        const card = statusPage(words, jobWith(name, prompt), { usualMs: undefined, now: NOW });
        const body = messageOf(words, { ...card, lines: [...card.lines, prompt] });
        const { components, flags } = parseMessage(body);
        expect(
          wholeProblems({ flags: flags ?? 0, content: '', embeds: [], components: components ?? [] }),
        ).toEqual([]);
        const text = textsOf({ content: '', components: components ?? [] }).join('\n');
        expect(text).not.toMatch(DISCORD_MARKUP);
        expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]|(?!\n)\p{Cc}/u);
        expect(body.allowed_mentions).toEqual({ parse: [] });
      }),
      { numRuns: 150 },
    );
  });

  it('stay what they were once the escapes are taken away again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (said) => {
        const shown = escapeText(said).replaceAll('@\u200b', '@').replaceAll(/\\(.)/gsu, '$1');
        expect(shown.replaceAll(/\s/g, '')).toBe(
          said.replaceAll(/(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').replaceAll(/\s/g, ''),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('hostile words on Telegram', () => {
  it('are letters: Telegram reads its HTML, finds nothing of theirs in it, and takes the length', () => {
    fc.assert(
      fc.property(hostile, hostile, fc.constantFrom(1_024, 4_096), (name, prompt, max) => {
        const words = wordsFor('en');
        const card = statusPage(words, jobWith(name, prompt), { usualMs: undefined, now: NOW });
        const { text } = textOf({ ...card, lines: [...card.lines, prompt] }, words, { now: NOW, max });
        const { text: shown, entities } = parseHtml(text);
        expect(entities.filter(({ type }) => type !== 'bold')).toEqual([]);
        expect(entities.length).toBeLessThanOrEqual(1);
        expect(shown.length).toBeLessThanOrEqual(max);
        const lines = parseHtml(linesOf([prompt, name], max).text);
        expect(lines.entities).toEqual([]);
        expect(lines.text.length).toBeLessThanOrEqual(max);
        expect(plainTextOf({ ...card, title: prompt }, max).length).toBeLessThanOrEqual(max);
      }),
      { numRuns: 150 },
    );
  });

  it('come out of the HTML as they went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (said) => {
        expect(parseHtml(escapeHtml(said)).text).toBe(said);
      }),
    );
  });
});

describe('what a button can be made to say', () => {
  const garbage = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc
      .array(
        fc.constantFrom(
          'strut',
          ':',
          '|',
          'cancel',
          'again',
          'ABC234',
          '__proto__',
          'constructor',
          ' ',
          '\n',
          '..',
        ),
        { maxLength: 8 },
      )
      .map((all) => all.join('')),
  );

  it('is a verb and a code, or nothing of ours', () => {
    fc.assert(
      fc.property(garbage, (data) => {
        const custom = readId(data);
        if (custom) {
          expect(custom.verb).toMatch(/^[a-z-]{1,20}$/);
          expect(custom.code).toMatch(/^[\w-]{1,60}$/);
        }
        const callback = readCallbackData(data);
        if (callback) expect(callback.verb).toMatch(/^[a-z-]+$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('choices', () => {
  it('are read, or refused by name, whatever the words are', () => {
    const names = fc.oneof(
      fc.constantFrom(
        'prompt',
        'negative_prompt',
        'quality',
        'orientation',
        'sound',
        'trim',
        'loop',
        '__proto__',
        'constructor',
      ),
      fc.string({ maxLength: 10 }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(names, fc.oneof(hostile, fc.constantFrom('true', 'pro', 'auto'))),
        (texts) => {
          const read = readChoices(texts);
          if (!read.ok) {
            expect(read.refusal.code).toBe('bad-option');
            return;
          }
          expect((read.value.prompt ?? '').length).toBeLessThanOrEqual(2_500);
          expect(read.value.prompt ?? '').not.toContain('\u0000');
          expect((read.value.prompt ?? '').isWellFormed()).toBe(true);
          expect([undefined, 'draft', 'standard', 'pro']).toContain(read.value.quality);
        },
      ),
      { numRuns: 200 },
    );
  });
});
