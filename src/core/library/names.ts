/** Names of library items: what may be one, when two are the same, and how one is found by any part of it. */
import { accept, type Outcome, refuse } from '../refusals.ts';
import { clean, cut } from '../text.ts';

export const NAME_LENGTH = 40;
/** Nobody needs more accents on a letter than that comes to. */
const NAME_UNITS = 120;

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });
const countOf = (text: string): number => [...letters.segment(text)].length;

/** Marks that turn the direction of a text, or that nobody sees: ours around the name would turn, too. */
const UNSEEN = /[\p{Cc}\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/gu;
/** Digits and letters that are drawn as emoji have to be told from those that are read. */
const EMOJI = /[#*0-9]\uFE0F?\u20E3|\p{Regional_Indicator}|\p{Extended_Pictographic}/gu;

/** What a member wrote, as it is shown: 1 to 40 characters of any language, at least one of them a letter or a digit. */
export function readName(text: string): Outcome<string> {
  const name = clean(text).normalize('NFC').replaceAll(/\s+/gu, ' ').replaceAll(UNSEEN, '').trim();
  if (countOf(name) > NAME_LENGTH || name.length > NAME_UNITS)
    return refuse({ code: 'bad-name', why: 'too-long' });
  if (!/[\p{L}\p{N}]/u.test(name.replaceAll(EMOJI, '')) || nameKey(name) === '')
    return refuse({ code: 'bad-name', why: 'no-letters' });
  return accept(name);
}

/** What of a text can be a name: for one that is only proposed. Undefined where nothing can. */
export function nameFrom(text: string): string | undefined {
  const short = cut(
    clean(text)
      .replaceAll(/[\s_]+/gu, ' ')
      .trim(),
    NAME_LENGTH,
  ).trim();
  const name = readName(short);
  return name.ok ? name.value : undefined;
}

/** Letters with a stroke, which are one letter to Unicode and an accent to whoever types. */
const STROKES: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
};

/** Two names with the same key are the same name: case, accents and widths apart. */
export function nameKey(name: string): string {
  return (
    name
      .normalize('NFKD')
      // A letter of its own, whatever Unicode makes of it.
      .replaceAll(/([иИ])\u0306/gu, (whole) => whole.normalize('NFC'))
      .replaceAll(/[\u0300-\u036F]/gu, '')
      .normalize('NFKC')
      .toUpperCase()
      .toLowerCase()
      .replaceAll(/[łøđħıæœ]/gu, (letter) => STROKES[letter] ?? letter)
      .replaceAll(UNSEEN, '')
      .replaceAll(/\s+/gu, ' ')
      .trim()
  );
}

/** How well a name fits what was typed, the lower the better; undefined where it does not. */
function rankOf(key: string, typed: string): number | undefined {
  if (key === typed) return 0;
  if (key.startsWith(typed)) return 1;
  const at = key.indexOf(typed);
  if (at < 0) return undefined;
  return /[^\p{L}\p{N}]/u.test(key[at - 1] ?? '') ? 2 : 3;
}

/** Those whose names have what was typed in them, the best first, else in their own order. */
export function foundBy<T extends { name: string }>(items: readonly T[], typed: string): T[] {
  const wanted = nameKey(typed);
  if (wanted === '') return [...items];
  return items
    .flatMap((item) => {
      const rank = rankOf(nameKey(item.name), wanted);
      return rank === undefined ? [] : [{ item, rank }];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
