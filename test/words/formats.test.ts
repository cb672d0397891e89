import { describe, expect, it } from 'vitest';
import { wordsFor } from '../../src/words/index.ts';

const words = wordsFor('en');

describe('in English', () => {
  it.each([
    [0, '$0.00'],
    [280_000, '$0.28'],
    [5_000_000, '$5.00'],
    [336_000, '$0.336'],
    [56_000, '$0.056'],
    [1, '$0.000001'],
    [1_008_000, '$1.008'],
  ])('%i micros are shown as %s', (micros, text) => expect(words.money(micros)).toBe(text));

  it('what costs nothing is free', () => {
    expect(words.price(0)).toBe('free');
    expect(words.price(10_000)).toBe('$0.01');
  });

  it.each([
    [900, '0.9 kB'],
    [2_340_000, '2.3 MB'],
    [1_500_000_000, '1.5 GB'],
  ])('%i bytes are %s', (bytes, text) => expect(words.size(bytes)).toBe(text));

  it.each([
    [0, '0 s'],
    [900, '1 s'],
    [125_000, '2 min 5 s'],
    [180_000, '3 min'],
    [3_780_000, '1 h 3 min'],
    [-5, '0 s'],
  ])('%i milliseconds are %s', (ms, text) => expect(words.duration(ms)).toBe(text));

  it('a moment is said with its zone', () => {
    expect(words.date(1_800_000_000_000)).toMatch(/^Jan 15, 2027, 8:00.AM UTC$/);
    expect(words.date(1_800_000_000_000, 'Europe/Berlin')).toMatch(/9:00.AM GMT\+1/);
  });

  it('parts and numbers are written out', () => {
    expect(words.percent(0.456)).toBe('46%');
    expect(words.number(1234.5)).toBe('1,234.5');
  });
});
