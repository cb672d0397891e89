/** Inline keyboards: what Telegram takes, and how one looks in a message. */
import { badRequest } from './errors.ts';
import type { InlineKeyboard, ReplyMarkup } from './params.ts';
import type { InlineKeyboardButton, InlineKeyboardMarkup } from './wire.ts';

const ACTIONS = [
  'url',
  'callback_data',
  'web_app',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'copy_text',
  'pay',
] as const;
const MAX_BUTTONS = 100;
const MAX_DATA_BYTES = 64;

/** The keyboard as the message carries it; undefined for those that only the person's app shows, and for an empty one. */
export function keyboardOf(markup: ReplyMarkup | undefined): InlineKeyboardMarkup | undefined {
  if (!markup || !('inline_keyboard' in markup)) return undefined;
  const rows = markup.inline_keyboard.filter((row) => row.length > 0);
  const buttons = rows.flat();
  if (buttons.length > MAX_BUTTONS) throw badRequest('reply markup is too long');
  for (const button of buttons) check(button);
  return rows.length === 0 ? undefined : { inline_keyboard: rows as InlineKeyboardButton[][] };
}

function check(button: InlineKeyboard['inline_keyboard'][number][number]): void {
  const actions = ACTIONS.filter((action) => button[action] !== undefined);
  if (actions.length === 0)
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  if (actions.length > 1)
    throw badRequest("can't parse inline keyboard button: only one action can be specified");
  if (button.callback_data !== undefined) {
    const bytes = Buffer.byteLength(button.callback_data);
    if (bytes === 0 || bytes > MAX_DATA_BYTES) throw badRequest('BUTTON_DATA_INVALID');
  }
  if (button.url !== undefined && !isWebAddress(button.url))
    throw badRequest(`inline keyboard button URL '${button.url}' is invalid: Wrong HTTP URL`);
}

/** A host without a dot, such as localhost, is none for Telegram. */
export function isWebAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (
    protocol === 'tg:' || (/^https?:$/.test(protocol) && (hostname.includes('.') || hostname.includes(':')))
  );
}
