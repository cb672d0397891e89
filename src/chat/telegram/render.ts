/** Cards as Telegram shows them: HTML within its limits, inline keyboards, and what their buttons send. */
import type { InlineKeyboardMarkup } from 'grammy/types';
import { cutShort } from '../../core/text.ts';
import type { Card } from '../../words/cards.ts';
import type { Words } from '../../words/index.ts';

/** https://core.telegram.org/bots/api#sendmessage and #sendvideo, read 2026-11-21: counted without the markup. */
const TEXT_LENGTH = 4096;
export const CAPTION_LENGTH = 1024;
/** https://core.telegram.org/bots/api#inlinekeyboardbutton, read 2026-11-21. */
const DATA_BYTES = 64;

export type Text = { text: string; parse_mode: 'HTML' };

/** What Telegram's HTML reads as markup. Every text that isn't ours, and ours as well, goes through here. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A card as text, or with `max` as a caption. What doesn't fit is cut off from the end, at whole lines. */
export function textOf(
  card: Card,
  words: Words,
  { now, max = TEXT_LENGTH }: { now: number; max?: number },
): Text {
  const title = cutShort(card.title, max);
  const plain = [...barLines(card, words, now), ...card.lines];
  return {
    text: [`<b>${escapeHtml(title)}</b>`, ...fitting(plain, max - title.length)].join('\n'),
    parse_mode: 'HTML',
  };
}

/** The same without markup, for when Telegram finds fault with it. */
export function plainTextOf(card: Card, max = TEXT_LENGTH): string {
  return cutShort([card.title, ...card.lines].join('\n'), max);
}

/** Lines of our own as a text: escaped, cut at whole lines. */
export function linesOf(lines: readonly string[], max = TEXT_LENGTH): Text {
  const [first = '', ...rest] = lines;
  const start = cutShort(first, max);
  return { text: [escapeHtml(start), ...fitting(rest, max - start.length)].join('\n'), parse_mode: 'HTML' };
}

/** As many whole lines as have room, escaped. Telegram counts UTF-16 units, as `length` does. */
function fitting(lines: readonly string[], room: number): string[] {
  const taken: string[] = [];
  let left = room;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) break;
    taken.push(escapeHtml(line));
  }
  return taken;
}

const BAR_CELLS = 10;

function barLines({ bar, endsAt }: Card, words: Words, now: number): string[] {
  const left =
    endsAt !== undefined && endsAt > now ? words.t('card.left', { time: roughly(words, endsAt - now) }) : '';
  if (bar === undefined) return left ? [left] : [];
  const full = Math.round(bar * BAR_CELLS);
  const cells = '▰'.repeat(full) + '▱'.repeat(BAR_CELLS - full);
  return [[`${cells} ${words.percent(bar)}`, left].filter(Boolean).join(' · ')];
}

/** An estimate sounds like one: tens of seconds, then whole minutes. */
function roughly(words: Words, ms: number): string {
  const stepMs = ms <= 50_000 ? 10_000 : 60_000;
  return words.duration(Math.ceil(ms / stepMs) * stepMs);
}

export type Button = { text: string } & ({ data: string } | { url: string });

/** Undefined where there is no button at all: an empty keyboard takes one away when a message is edited without. */
export function keyboardOf(rows: readonly (readonly Button[])[]): InlineKeyboardMarkup | undefined {
  const full = rows.filter((row) => row.length > 0);
  if (full.length === 0) return undefined;
  return {
    inline_keyboard: full.map((row) =>
      row.map(({ text, ...does }) =>
        'url' in does ? { text, url: does.url } : { text, callback_data: does.data },
      ),
    ),
  };
}

const SEPARATOR = '|';

/** What a button sends: what it does, to which job or offer, and how. Throws RangeError over Telegram's 64 bytes. */
export function callbackData(verb: string, code: string, arg?: string): string {
  const data = [verb, code, ...(arg === undefined ? [] : [arg])].join(SEPARATOR);
  if (Buffer.byteLength(data) > DATA_BYTES) throw new RangeError(`too long for a button: ${data}`);
  return data;
}

/** Undefined for what is none of ours: anybody can send anything. */
export function readCallbackData(text: string): { verb: string; code: string; arg?: string } | undefined {
  const [verb, code, ...rest] = text.split(SEPARATOR);
  if (!verb || !code || !/^[a-z-]+$/.test(verb)) return undefined;
  return { verb, code, ...(rest.length > 0 ? { arg: rest.join(SEPARATOR) } : {}) };
}
