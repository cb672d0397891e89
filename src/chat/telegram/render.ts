/** Pages as Telegram shows them: HTML within its limits, inline keyboards, and what their buttons send. */
import type { ForceReply, InlineKeyboardButton, InlineKeyboardMarkup } from 'grammy/types';
import { cutShort } from '../../core/text.ts';
import type { Words } from '../../words/index.ts';
import { type Action, actionId, barText, type Control, type Line, type Page, readActionId } from '../page.ts';

/** https://core.telegram.org/bots/api#sendmessage and #sendvideo, read 2026-11-21: counted without the markup. */
const TEXT_LENGTH = 4096;
export const CAPTION_LENGTH = 1024;
/** Enough to find the one that is looked for, and within Telegram's limit for one message. */
export const ITEMS_SHOWN = 20;
const ITEM_BUTTONS_IN_ROW = 2;

export type Text = { text: string; parse_mode: 'HTML' };
export type Body = Text & { reply_markup?: InlineKeyboardMarkup | ForceReply };
export type PageBody = Text & { reply_markup?: InlineKeyboardMarkup };

/** A page as a message, or with `max` as a caption. `now`: what the time that is left is counted from. */
export function messageOf(words: Words, page: Page, { now = 0, max = TEXT_LENGTH } = {}): PageBody {
  const { title, items = [], rows = [] } = page;
  const lines = linesOfPage(page);
  const text = title === undefined ? linesOf(lines, max) : textOf({ ...page, title }, words, { now, max });
  const buttons = items.slice(0, ITEMS_SHOWN).flatMap(({ button }) => (button ? [button] : []));
  const reply_markup = keyboardOf([
    ...Array.from({ length: Math.ceil(buttons.length / ITEM_BUTTONS_IN_ROW) }, (_, row) =>
      buttons
        .slice(row * ITEM_BUTTONS_IN_ROW, (row + 1) * ITEM_BUTTONS_IN_ROW)
        .map(({ label, ...action }) => ({
          text: `${action.code}: ${label}`,
          callback_data: actionId(action),
        })),
    ),
    ...rows.flatMap(rowsOf),
  ]);
  return reply_markup ? { ...text, reply_markup } : text;
}

const plainLine = (line: Line): string => (typeof line === 'string' ? line : line.text);

/** In letters that a tap copies and that Telegram makes no mention of, where it says how something is written. */
function htmlLine(line: Line): string {
  const text = escapeHtml(plainLine(line));
  if (typeof line === 'string' || line.copy === undefined) return text;
  const code = escapeHtml(line.copy);
  return text.replace(code, () => `<code>${code}</code>`);
}

const linesOfPage = ({ lines, news = [], items = [], more = [] }: Page): Line[] => [
  ...lines,
  ...news,
  ...items.slice(0, ITEMS_SHOWN).map(({ text }) => text),
  ...more,
];

/** Long labels first, each in a row of its own. Telegram has no menus in its messages. */
function rowsOf(controls: readonly Control[]): InlineKeyboardButton[][] {
  const shown = controls.flatMap((control) => ('pick' in control ? [] : [control]));
  const isWide = (control: (typeof shown)[number]) => 'wide' in control && control.wide === true;
  return [
    ...shown.filter(isWide).map((control) => [buttonOf(control)]),
    shown.filter((control) => !isWide(control)).map(buttonOf),
  ];
}

const buttonOf = (control: Exclude<Control, { pick: unknown }>): InlineKeyboardButton =>
  'url' in control
    ? { text: control.label, url: control.url }
    : { text: control.label, callback_data: actionId(control) };

/** What Telegram's HTML reads as markup. Every text that isn't ours, and ours as well, goes through here. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** What `escapeHtml` made of a text, and our own marks around it, read back. */
export const plainOf = (html: string): string =>
  html
    .replaceAll(/<\/?(?:b|code)>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');

type Titled = Page & { title: string };

/** What doesn't fit is cut off from the end, at whole lines. */
export function textOf(
  page: Titled,
  words: Words,
  { now, max = TEXT_LENGTH }: { now: number; max?: number },
): Text {
  const title = cutShort(page.title, max);
  const plain = [...barLines(page, words, now), ...linesOfPage(page)];
  return {
    text: [`<b>${escapeHtml(title)}</b>`, ...fitting(plain, max - title.length)].join('\n'),
    parse_mode: 'HTML',
  };
}

/** The same without markup, for when Telegram finds fault with it. */
export function plainTextOf(page: Titled, max = TEXT_LENGTH): string {
  return cutShort([page.title, ...linesOfPage(page).map(plainLine)].join('\n'), max);
}

/** Lines of our own as a text: escaped, cut at whole lines. */
export function linesOf([first = '', ...rest]: readonly Line[], max = TEXT_LENGTH): Text {
  const { length } = plainLine(first);
  const start = length > max ? escapeHtml(cutShort(plainLine(first), max)) : htmlLine(first);
  return { text: [start, ...fitting(rest, max - length)].join('\n'), parse_mode: 'HTML' };
}

/** As many whole lines as have room, escaped. Telegram counts UTF-16 units, as `length` does. */
function fitting(lines: readonly Line[], room: number): string[] {
  const taken: string[] = [];
  let left = room;
  for (const line of lines) {
    left -= plainLine(line).length + 1;
    if (left < 0) break;
    taken.push(htmlLine(line));
  }
  return taken;
}

const BAR_CELLS = 10;

function barLines({ bar, endsAt }: Page, words: Words, now: number): string[] {
  const left =
    endsAt !== undefined && endsAt > now ? words.t('card.left', { time: roughly(words, endsAt - now) }) : '';
  if (bar === undefined) return left ? [left] : [];
  return [[`${barText(bar, BAR_CELLS)} ${words.percent(bar)}`, left].filter(Boolean).join(' · ')];
}

/** An estimate sounds like one: tens of seconds, then whole minutes. */
function roughly(words: Words, ms: number): string {
  const stepMs = ms <= 50_000 ? 10_000 : 60_000;
  return words.duration(Math.ceil(ms / stepMs) * stepMs);
}

/** Undefined where there is no button at all: an empty keyboard takes one away when a message is edited without. */
export function keyboardOf(rows: readonly InlineKeyboardButton[][]): InlineKeyboardMarkup | undefined {
  const inline_keyboard = rows.filter((row) => row.length > 0);
  return inline_keyboard.length > 0 ? { inline_keyboard } : undefined;
}

/** Verbs of an earlier version, whose messages still stand in chats. Its `forget` was the second step: it asks again now. */
const OLD_VERBS: Readonly<Record<string, string>> = {
  'forget-ask': 'forget',
  'delete-now': 'delete-yes',
  'usage-csv': 'csv',
};

/** What a button sends. Undefined for what is none of ours. */
export function readCallbackData(data: string): Action | undefined {
  const read = readActionId(data);
  if (!read) return undefined;
  const { verb, code } = read;
  return {
    ...read,
    verb: (Object.hasOwn(OLD_VERBS, verb) && OLD_VERBS[verb]) || verb,
    // The settings panel of an earlier version asked for the log channel so.
    code: code === 'log' ? 'log-channel' : code,
  };
}
