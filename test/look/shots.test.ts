import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/core/coach/look.ts';
import type { Seen } from '../../src/media/look/follow.ts';
import { bestOf, fadesOf, outOfViewOf, shotsOf } from '../../src/media/look/shots.ts';

const SOMEBODY: Person = {
  box: { left: 0.3, top: 0.1, width: 0.4, height: 0.8 },
  framing: 'whole',
  headInView: true,
  handsInView: true,
  upright: true,
  facing: 'front',
  share: 0.32,
  score: 0.8,
  face: 0.9,
  points: Array.from({ length: 17 }, () => [0.5, 0.5, 0.8]),
};

/** One look each half second; `x` is a look at somebody who moves, `-` at nobody, `2` at two people. */
function looks(film: string): Seen[] {
  return [...film].map((kind, at) => ({
    atSeconds: at / 2,
    motion: 1,
    ...(kind === '-' ? {} : { person: SOMEBODY }),
    ...(kind === '2' ? { everybody: [SOMEBODY, SOMEBODY] } : {}),
  }));
}
const cutsAt = (...times: number[]) => times.map((atSeconds) => ({ atSeconds, score: 30, beside: 3 }));
const without = (seen: Seen[], seconds: number) => ({ fades: [], outOfView: outOfViewOf(seen, seconds) });

describe('the shots of a clip', () => {
  it('go from one cut to the next, and tell what is in each', () => {
    const seen = looks('xxxx2222');
    expect(shotsOf(seen, cutsAt(2), 4)).toMatchObject([
      { fromSeconds: 0, toSeconds: 2, count: 1, seen: 1, framing: 'whole', upright: true },
      { fromSeconds: 2, toSeconds: 4, count: 2 },
    ]);
  });

  it('are one where nothing is cut', () => {
    expect(shotsOf(looks('xx-x'), [], 2)).toMatchObject([{ fromSeconds: 0, toSeconds: 2, seen: 0.75 }]);
  });

  it('hold as many as were counted for most of the time, the more of two that differ, but nobody where one count is nobody', () => {
    const counted = (...counts: number[]): Seen[] =>
      counts.map((count, at) => ({
        atSeconds: at / 2,
        ...(count > 0 ? { person: SOMEBODY } : {}),
        everybody: Array.from({ length: count }, () => SOMEBODY),
      }));
    const count = (...counts: number[]) => shotsOf(counted(...counts), [], 5)[0]?.count;
    expect([count(1, 3), count(3, 1, 1), count(0, 1), count(0, 1, 1)]).toEqual([3, 1, 0, 1]);
  });

  it('hold nobody where nobody was seen', () => {
    const [shot] = shotsOf(looks('----'), [], 2);
    expect(shot).toMatchObject({ count: 0, seen: 0, share: 0 });
    expect(shot).not.toHaveProperty('framing');
  });
});

describe('going out of view', () => {
  it('lasts from the first look without anybody to the next one with somebody', () => {
    expect(outOfViewOf(looks('xx--xx'), 3)).toEqual([{ fromSeconds: 1, toSeconds: 2 }]);
  });
  it('may last to the end', () => {
    expect(outOfViewOf(looks('xx----'), 3)).toEqual([{ fromSeconds: 1, toSeconds: 3 }]);
  });
  it('is not said of a single look that missed somebody', () => {
    expect(outOfViewOf(looks('xx-xxx'), 3)).toEqual([]);
  });
});

describe('a fade', () => {
  const film = (text: string) => [...text].map((one, at) => ({ atSeconds: at, isPlain: one === '.' }));
  it('reaches from the last picture that shows something to the next one', () => {
    expect(fadesOf(film('xxxx.xxxxx'), 10)).toEqual([{ fromSeconds: 3, toSeconds: 5 }]);
  });
  it('is none where most of the clip shows nothing', () => {
    expect(fadesOf(film('......xx'), 8)).toEqual([]);
  });
});

describe('the best stretch', () => {
  it('is the longest shot with somebody in it, a hair away from its cuts', () => {
    const seen = looks('xxxxxxxxxxxxxxxxxxxx');
    const cuts = cutsAt(2, 8);
    const [best] = bestOf(shotsOf(seen, cuts, 10), seen, without(seen, 10));
    expect(best).toEqual({ fromSeconds: 2.08, toSeconds: 7.92 });
  });

  it('sooner shows one person than two for a little longer', () => {
    const seen = looks('22222222xxxxxxx');
    const [best] = bestOf(shotsOf(seen, cutsAt(4), 7.5), seen, without(seen, 7.5));
    expect(best?.fromSeconds).toBe(4.08);
  });

  it('leaves out where nobody is in view', () => {
    const seen = looks('xxxx------xxxxxxxx');
    const best = bestOf(shotsOf(seen, [], 9), seen, without(seen, 9));
    expect(best[0]).toEqual({ fromSeconds: 5, toSeconds: 9 });
    expect(best[1]).toEqual({ fromSeconds: 0, toSeconds: 2 });
  });

  it('is none where nobody is ever seen, or every shot is too short', () => {
    const nobody = looks('--------');
    expect(bestOf(shotsOf(nobody, [], 4), nobody, without(nobody, 4))).toEqual([]);
    const flicker = looks('xxxxxxxx');
    const cuts = cutsAt(0.5, 1, 1.5, 2, 2.5, 3, 3.5);
    expect(bestOf(shotsOf(flicker, cuts, 4), flicker, without(flicker, 4))).toEqual([]);
  });
});
