import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs, nextLookMs } from '../../src/core/job/pace.ts';

/** Looks at a job that takes `renderMs`; answers how late its end was seen and after how many looks. */
function follow(renderMs: number, usualMs: number | undefined, told = false) {
  let elapsedMs = 0;
  let looks = 0;
  while (elapsedMs < renderMs) {
    elapsedMs += nextLookMs({ elapsedMs, usualMs, floorMs: 2_500, told });
    looks += 1;
  }
  return { lateMs: elapsedMs - renderMs, looks };
}

describe('the pace of looking at a job', () => {
  it('notices the end within 5 % of the render or the floor, with or without a history', () => {
    const facts = fc.record({
      renderMs: fc.integer({ min: 1_000, max: 700_000 }),
      usualMs: fc.option(fc.integer({ min: 5_000, max: 700_000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(facts, ({ renderMs, usualMs }) => {
        // A history that is far off costs one long wait; one that fits costs none.
        const fits = usualMs === undefined || (usualMs > renderMs * 0.8 && usualMs < renderMs * 1.15);
        fc.pre(fits);
        expect(follow(renderMs, usualMs).lateMs).toBeLessThanOrEqual(Math.max(2_500, renderMs * 0.05));
      }),
    );
  });

  it('never waits longer than 30 s, however wrong the history is', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(10_000_000), (elapsedMs, usualMs) => {
        const wait = nextLookMs({ elapsedMs, usualMs, floorMs: 2_500 });
        expect(wait).toBeGreaterThanOrEqual(2_500);
        expect(wait).toBeLessThanOrEqual(30_000);
      }),
    );
  });

  it('takes at most a tenth of the looks of a 500 ms poll on a 5-minute render', () => {
    expect(follow(300_000, undefined).looks).toBeLessThanOrEqual(60);
    expect(follow(300_000, 300_000).looks).toBeLessThanOrEqual(60);
  });

  it('of which the end will be told takes at most one look a minute, whatever is known of it', () => {
    expect(follow(300_000, undefined, true).looks).toBeLessThanOrEqual(6);
    expect(follow(300_000, 300_000, true).looks).toBeLessThanOrEqual(6);
  });

  it('of which the end should have been told, and was not, is late by a quarter or a minute at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 7_200_000 }), (renderMs) => {
        const { lateMs } = follow(renderMs, undefined, true);
        expect(lateMs).toBeLessThanOrEqual(Math.min(300_000, Math.max(60_000, renderMs * 0.25)));
      }),
    );
  });

  it('looks less and less often at a provider in trouble, never in step with others', () => {
    expect([1, 2, 3, 4].map((n) => backOffMs(n, () => 0.5))).toEqual([2_000, 4_000, 8_000, 16_000]);
    expect(backOffMs(1_000_000, () => 0.5)).toBe(60_000);
    expect(backOffMs(1, () => 0)).toBe(1_500);
    expect(backOffMs(1, () => 1)).toBe(2_500);
  });
});
