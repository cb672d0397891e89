/** Telegram's MarkdownV2: https://core.telegram.org/bots/api#markdownv2-style. */
import { badRequest } from './errors.ts';
import type { FormattedText } from './parse-html.ts';
import type { MessageEntity } from './wire.ts';

const RESERVED = '_*[]()~`>#+-=|{}.!';
const MARKS = [
  ['```', 'pre'],
  ['`', 'code'],
  ['||', 'spoiler'],
  ['__', 'underline'],
  ['_', 'italic'],
  ['*', 'bold'],
  ['~', 'strikethrough'],
] as const;

type Open = { mark: string; type: (typeof MARKS)[number][1] | 'link'; offset: number; at: number };

export function parseMarkdown(source: string): FormattedText {
  const open: Open[] = [];
  const entities: MessageEntity[] = [];
  let text = '';
  const byteAt = (at: number) => Buffer.byteLength(source.slice(0, at));
  const fail = (what: string) => badRequest(`can't parse entities: ${what}`);

  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at);
    const last = open.at(-1);
    const verbatim = last?.type === 'code' || last?.type === 'pre';
    if (rest[0] === '\\' && RESERVED.concat('\\').includes(rest[1] ?? ' ')) {
      text += rest[1];
      at += 2;
      continue;
    }
    if (verbatim ? !rest.startsWith(last.mark) : !RESERVED.includes(rest[0] ?? '')) {
      text += rest[0];
      at += 1;
      continue;
    }
    if (rest[0] === '[') {
      open.push({ mark: '[', type: 'link', offset: text.length, at });
      at += 1;
      continue;
    }
    if (rest[0] === ']' && last?.type === 'link') {
      const [whole, url] = /^\]\(((?:\\.|[^)\\])*)\)/.exec(rest) ?? [];
      open.pop();
      if (url === undefined || whole === undefined) {
        throw fail(`Character ']' is reserved and must be escaped with the preceding '\\'`);
      }
      const place = { offset: last.offset, length: text.length - last.offset };
      if (URL.canParse(url)) entities.push({ type: 'text_link', url, ...place });
      at += whole.length;
      continue;
    }
    const [mark, type] = MARKS.find(([sign]) => rest.startsWith(sign)) ?? [];
    if (!mark || !type)
      throw fail(`Character '${rest[0]}' is reserved and must be escaped with the preceding '\\'`);
    if (last?.mark === mark) {
      open.pop();
      const place = { offset: last.offset, length: text.length - last.offset };
      if (place.length > 0) entities.push({ type, ...place });
    } else open.push({ mark, type, offset: text.length, at });
    at += mark.length;
  }
  const left = open[0];
  if (left)
    throw fail(
      `Can't find end of ${left.type === 'link' ? 'a URL' : left.type[0]?.toUpperCase() + left.type.slice(1)} entity at byte offset ${byteAt(left.at)}`,
    );
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}
