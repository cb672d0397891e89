import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clean, cleanAll, cut, cutShort } from '../../src/core/text.ts';

const FAMILY = '👩‍👩‍👧‍👦';
const FLAG = '🇯🇵';
const ACCENTED = 'e\u0301';
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });
const lettersOf = (text: string) => [...letters.segment(text)].map(({ segment }) => segment);

describe('a text that is cut', () => {
  it.each([
    ['abc', 2, 'ab'],
    [`a${FAMILY}b`, 5, 'a'],
    [`a${FAMILY}b`, 1 + FAMILY.length, `a${FAMILY}`],
    [`${FLAG}${FLAG}`, 6, FLAG],
    [`${ACCENTED}${ACCENTED}`, 3, ACCENTED],
    ['🙂🙂', 3, '🙂'],
    ['whole', 5, 'whole'],
    ['none', 0, ''],
  ])('keeps whole letters: %s to %i', (text, length, kept) => expect(cut(text, length)).toBe(kept));

  it('never ends within a letter, and is as long as whole letters allow', () => {
    const piece = fc.constantFrom('a', ' ', 'é', ACCENTED, FAMILY, FLAG, '🙂', '👍🏽', 'ก็', '한');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 11, max: 60 }), (pieces, length) => {
        const text = pieces.join('');
        const kept = cut(text, length);
        const all = lettersOf(text);
        const next = all[lettersOf(kept).length] ?? '';
        expect(text.startsWith(kept)).toBe(true);
        expect(all.slice(0, lettersOf(kept).length).join('')).toBe(kept);
        expect(kept.length).toBeLessThanOrEqual(length);
        if (kept !== text) expect(kept.length + next.length).toBeGreaterThan(length);
      }),
    );
  });

  it('keeps something of a letter that alone is too long, and no half of a character', () => {
    expect(cut(`e${'\u0301'.repeat(100)}`, 10)).toHaveLength(10);
    expect(cut(FAMILY, 4)).toBe('👩‍');
    expect(cut(FAMILY, 1)).toBe('');
  });

  it('says with an ellipsis that something is missing', () => {
    expect(cutShort('abcd', 3)).toBe('ab…');
    expect(cutShort('abc', 3)).toBe('abc');
    expect(cutShort(`ab${FAMILY}`, 6)).toBe('ab…');
  });
});

describe('a text that comes in', () => {
  it('loses what no database and no font can hold', () => {
    expect(clean('a\u0000b')).toBe('ab');
    expect(clean('🙂'.slice(0, 1))).toBe('\ufffd');
    expect(clean(`${FAMILY}\n`)).toBe(`${FAMILY}\n`);
  });

  it('loses it wherever it stands in a JSON, which stays the same otherwise', () => {
    const json = { text: 'a\u0000', list: ['\u0000', 1, null, true], 'na\u0000me': { deep: '\u0000x' } };
    expect(cleanAll(json)).toEqual({ text: 'a', list: ['', 1, null, true], name: { deep: 'x' } });
  });
});
