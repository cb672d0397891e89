import { describe, expect, it } from 'vitest';
import { microsFromUsd } from '../../src/core/price/money.ts';

describe('dollars', () => {
  it('become whole micros, and nothing else does', () => {
    expect(microsFromUsd(0.07 * 4)).toBe(280_000);
    expect(microsFromUsd(0.1 + 0.2)).toBe(300_000);
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => microsFromUsd(bad)).toThrow(RangeError);
  });
});
