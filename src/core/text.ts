/**
 * Cleans texts that people wrote before they are stored or shown: cut at whole letters, without characters that no font
 * or database can hold.
 */

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * At most `length` UTF-16 units of it, as chats count them, never a part of a letter: an emoji of several people or a
 * letter with its accents stays whole or goes. Where not even the first one fits, code points are kept whole.
 */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  let end = 0;
  for (const { index, segment } of letters.segment(text)) {
    if (index + segment.length > length) break;
    end = index + segment.length;
  }
  // A letter may carry any number of accents.
  if (end === 0 && length > 0) end = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) ? length - 1 : length;
  return text.slice(0, end);
}

/** The same, ending in an ellipsis where something is missing. */
export const cutShort = (text: string, length: number): string =>
  text.length <= length ? text : `${cut(text, length - 1)}…`;

/** Without U+0000, where SQLite ends a text, and without halves of letters, which no UTF-8 can hold. */
export const clean = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

/** The same for every text in what came in as JSON, names of fields included. */
export function cleanAll<T>(json: T): T {
  // What comes out is of the form of what went in: only letters within its texts are other ones.
  return cleaned(json) as T;
}

function cleaned(json: unknown): unknown {
  if (typeof json === 'string') return clean(json);
  if (Array.isArray(json)) return json.map(cleaned);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [clean(name), cleaned(value)]));
}
