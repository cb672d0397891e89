import { describe, expect, it } from 'vitest';
import { createCuts } from '../../src/media/look/cuts.ts';

/** One frame each tenth of a second. */
function cutsOf(...scores: number[]) {
  const cuts = createCuts();
  for (const [at, score] of scores.entries()) cuts.add(at / 10, score);
  return cuts.all;
}

describe('the cuts of a clip', () => {
  it('are where a frame is another picture, and stand out from the frames around them', () => {
    expect(cutsOf(0, 1, 2, 1, 1, 17, 1, 4, 1)).toEqual([{ atSeconds: 0.5, score: 17, beside: 4 }]);
  });

  it('are none where a shot moves as much as one may', () => {
    expect(cutsOf(0, 8, 8, 7, 8, 8)).toEqual([]);
  });

  it('do not stand out where the picture flickers, and there is one for each quarter of a second at most', () => {
    const [first, ...others] = cutsOf(0, 12, 12, 12, 12, 12);
    expect(first).toMatchObject({ atSeconds: 0.1, beside: 12 });
    expect(others.map(({ atSeconds }) => atSeconds)).toEqual([0.4]);
  });

  it('do not stand out where a flash goes up and down again', () => {
    expect(cutsOf(0, 1, 30, 28, 1)).toEqual([{ atSeconds: 0.2, score: 30, beside: 28 }]);
  });

  it('do stand out from those that are a second away', () => {
    expect(cutsOf(...[0, 1, 20], ...Array(9).fill(1), 21, 1).map(({ beside }) => beside)).toEqual([1, 1]);
  });
});
