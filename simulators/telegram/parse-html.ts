/** Telegram's HTML: https://core.telegram.org/bots/api#html-style, errors worded as its server words them. */
import { badRequest } from './errors.ts';
import type { MessageEntity } from './wire.ts';

export type FormattedText = { text: string; entities: MessageEntity[] };

const SIMPLE: Record<string, 'bold' | 'italic' | 'underline' | 'strikethrough' | 'spoiler' | 'code'> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  code: 'code',
};
const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

type Open = { tag: string; offset: number; attributes: Record<string, string>; at: number };

export function parseHtml(html: string): FormattedText {
  const open: Open[] = [];
  const entities: MessageEntity[] = [];
  let text = '';
  const byteAt = (at: number) => Buffer.byteLength(html.slice(0, at));
  const fail = (what: string) => badRequest(`can't parse entities: ${what}`);

  for (let at = 0; at < html.length; ) {
    if (html[at] === '&') {
      const [whole, number, name] = /^&(?:#(x?[0-9a-f]+)|(\w+));?/i.exec(html.slice(at)) ?? [];
      const character = number ? fromCode(number) : NAMED[name ?? ''];
      text += character ?? '&';
      at += character === undefined ? 1 : (whole?.length ?? 1);
      continue;
    }
    if (html[at] !== '<') {
      text += html[at];
      at += 1;
      continue;
    }
    const end = html.indexOf('>', at);
    if (end < 0) throw fail(`Unclosed start tag at byte offset ${byteAt(at)}`);
    const inner = html.slice(at + 1, end);
    if (inner.startsWith('/')) {
      const tag = inner.slice(1).trim().toLowerCase();
      const last = open.pop();
      if (!last) throw fail(`Unexpected end tag at byte offset ${byteAt(at)}`);
      if (tag !== '' && tag !== last.tag)
        throw fail(
          `Unmatched end tag at byte offset ${byteAt(at)}, expected "</${last.tag}>", found "</${tag}>"`,
        );
      close(last, text, entities);
    } else {
      const [tag = '', ...rest] = inner.trim().split(/\s/);
      const attributes = attributesOf(rest.join(' '));
      if (!isKnown(tag.toLowerCase(), attributes))
        throw fail(`Unsupported start tag "${tag.toLowerCase()}" at byte offset ${byteAt(at)}`);
      open.push({ tag: tag.toLowerCase(), offset: text.length, attributes, at });
    }
    at = end + 1;
  }
  const left = open.at(-1);
  if (left) throw fail(`Can't find end tag corresponding to start tag "${left.tag}"`);
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}

function isKnown(tag: string, attributes: Record<string, string>): boolean {
  if (tag === 'span') return attributes.class === 'tg-spoiler';
  return tag in SIMPLE || ['a', 'pre', 'blockquote', 'tg-emoji'].includes(tag);
}

function close({ tag, offset, attributes }: Open, text: string, entities: MessageEntity[]): void {
  const place = { offset, length: text.length - offset };
  if (place.length === 0) return;
  const simple = tag === 'span' ? 'spoiler' : SIMPLE[tag];
  const language = /^language-(.+)$/.exec(attributes.class ?? '')?.[1];
  const outer = entities.at(-1);
  if (simple === 'code' && language !== undefined) entities.push({ type: 'pre', language, ...place });
  else if (simple) entities.push({ type: simple, ...place });
  else if (tag === 'pre') {
    // `<pre><code class="language-x">` is one block.
    if (outer?.type !== 'pre' || outer.offset !== offset) entities.push({ type: 'pre', ...place });
  } else if (tag === 'blockquote')
    entities.push({ type: 'expandable' in attributes ? 'expandable_blockquote' : 'blockquote', ...place });
  else if (tag === 'tg-emoji')
    entities.push({ type: 'custom_emoji', custom_emoji_id: attributes['emoji-id'] ?? '', ...place });
  else {
    const url = attributes.href ?? text.slice(offset);
    // A link that is none is shown as plain text, without a word.
    if (URL.canParse(url)) entities.push({ type: 'text_link', url, ...place });
  }
}

function attributesOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s]+)))?/g);
  return Object.fromEntries(
    [...pairs].map(([, name = '', a, b, c]) => [name.toLowerCase(), unescaped(a ?? b ?? c ?? '')]),
  );
}

const unescaped = (value: string) =>
  value.replace(/&(lt|gt|amp|quot);/g, (whole, name: string) => NAMED[name] ?? whole);

function fromCode(number: string): string | undefined {
  const code = number.startsWith('x') ? Number.parseInt(number.slice(1), 16) : Number(number);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
