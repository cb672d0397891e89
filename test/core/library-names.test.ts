import { describe, expect, it } from 'vitest';
import { foundBy, nameFrom, nameKey, readName } from '../../src/core/library/names.ts';

const nameOf = (text: string): string | undefined => {
  const read = readName(text);
  return read.ok ? read.value : undefined;
};
const whyNot = (text: string): string | undefined => {
  const read = readName(text);
  return read.ok || read.refusal.code !== 'bad-name' ? undefined : read.refusal.why;
};

describe('the name of a library item', () => {
  it.each([
    'Shuffle',
    'X',
    '7',
    'Шаффл',
    'シャッフル',
    '셔플',
    'رقصة',
    'ריקוד',
    'नाच',
    'Ça va ?',
    '💃 Salsa',
    'a'.repeat(40),
  ])('may be %s', (text) => expect(nameOf(text)).toBe(text.normalize('NFC')));

  it('has its blanks put in order, and nothing in it that nobody sees', () => {
    expect(nameOf('  Cha \n cha\t ')).toBe('Cha cha');
    expect(nameOf('\u202EShuffle\u202C')).toBe('Shuffle');
    expect(nameOf('Shuf\u200Bfle\u0000')).toBe('Shuffle');
  });

  it('keeps what joins the letters of its script, and the parts of an emoji', () => {
    expect(nameOf('می\u200Cخواهم')).toBe('می\u200Cخواهم');
    expect(nameOf('👩\u200D🚀 Walk')).toBe('👩\u200D🚀 Walk');
  });

  it.each(['', '   ', '💃🕺', '1️⃣', '🇩🇪', '\u202E\u200F', '...', '👩\u200D🚀', '\u0301', '-_-'])(
    'is refused where nobody could type it: %j',
    (text) => expect(whyNot(text)).toBe('no-letters'),
  );

  it('is refused beyond forty characters, as people count them', () => {
    expect(whyNot('a'.repeat(41))).toBe('too-long');
    expect(whyNot(`${'👩\u200D🚀'.repeat(39)}a`)).toBe('too-long');
    expect(nameOf(`${'é'.normalize('NFD').repeat(40)}`)).toBe('é'.repeat(40));
    expect(whyNot(`a${'\u0301'.repeat(500)}`)).toBe('too-long');
  });

  it.each([
    ['Café', 'CAFE'],
    ['STRASSE', 'straße'],
    ['Łódź', 'lodz'],
    ['ＡＢＣ', 'abc'],
    ['Ёлка', 'ЕЛКА'],
    ['ÉCOLE', 'école'],
    ['İstanbul', 'istanbul'],
    ['Smørrebrød', 'smorrebrod'],
  ])('%s is the same name as %s', (one, other) => expect(nameKey(one)).toBe(nameKey(other)));

  it.each([
    ['Мой', 'Мои'],
    ['か', 'が'],
    ['नि', 'न'],
    ['Salsa', 'Salsa 2'],
  ])('%s is another name than %s', (one, other) => expect(nameKey(one)).not.toBe(nameKey(other)));

  it('is proposed from what a file is called, cut to what may be one', () => {
    expect(nameFrom('my_best_dance')).toBe('my best dance');
    expect(nameFrom('x'.repeat(90))).toBe('x'.repeat(40));
    expect(nameFrom('💃')).toBeUndefined();
  });
});

describe('library items by what is typed', () => {
  const named = (...names: string[]) => names.map((name) => ({ name }));
  const found = (typed: string, ...names: string[]) =>
    foundBy(named(...names), typed).map(({ name }) => name);

  it('are those with it anywhere in their names, the best fit first', () =>
    expect(found('shu', 'Reshuffle', 'Old shuffle', 'Shuffle', 'Twist', 'SHU')).toEqual([
      'SHU',
      'Shuffle',
      'Old shuffle',
      'Reshuffle',
    ]));

  it('are found whatever case and accents it is typed in', () => {
    expect(found('ECL', 'Éclair')).toEqual(['Éclair']);
    expect(found('чача', 'ЧаЧа')).toEqual(['ЧаЧа']);
  });

  it('are all of them in their own order while nothing is typed', () =>
    expect(found('  ', 'b', 'a')).toEqual(['b', 'a']));
});
