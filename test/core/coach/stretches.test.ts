import { describe, expect, it } from 'vitest';
import type { ClipLook } from '../../../src/core/coach/look.ts';
import { stretchesOf, type Wanted } from '../../../src/core/coach/stretches.ts';
import { clipLook, cutAt, person, shot } from '../../fakes/looks.ts';

const KLING: Wanted = { clip: { minSeconds: 3, maxSeconds: { video: 30, image: 10 } }, orientation: 'video' };
const best = (look: Partial<ClipLook>, wanted: Partial<Wanted> = {}) =>
  stretchesOf(clipLook(look), { ...KLING, ...wanted });

/** A look each second; how much moves by then. */
const moments = (...motions: number[]): ClipLook['moments'] =>
  motions.map((motion, atSeconds) => ({ atSeconds, boxes: [person().box], motion }));

describe('the part of a clip that is proposed', () => {
  it('is as many whole seconds as there are', () => {
    expect(best({ best: [{ fromSeconds: 0, toSeconds: 7.6 }] })).toEqual([{ fromSeconds: 0, toSeconds: 7 }]);
  });

  it('is all of what is a hair less than whole seconds, as these are paid for', () => {
    expect(best({ best: [{ fromSeconds: 0, toSeconds: 6.92 }] })).toEqual([
      { fromSeconds: 0, toSeconds: 6.92 },
    ]);
  });

  it('ends while least moves', () => {
    const motion = moments(0, 2, 2, 2, 2, 1.5, 2, 0.2, 2, 2);
    const span = { fromSeconds: 0.5, toSeconds: 9 };
    expect(
      best(
        { best: [span], moments: motion },
        { clip: { minSeconds: 3, maxSeconds: { video: 4, image: 4 } } },
      ),
    ).toEqual([{ fromSeconds: 3, toSeconds: 7 }]);
  });

  it('never ends where nobody is seen to be still', () => {
    const motion = moments(0, 2, 2, 2, 2, 1.5, 2).concat({ atSeconds: 6.5, boxes: [], motion: 0 });
    const wanted = { clip: { minSeconds: 3, maxSeconds: { video: 4, image: 4 } } };
    expect(best({ best: [{ fromSeconds: 0, toSeconds: 7 }], moments: motion }, wanted)).toEqual([
      { fromSeconds: 1, toSeconds: 5 },
    ]);
  });

  it('is of whole blocks where these are billed, and all that there is where it holds none', () => {
    const blocks = { stepSeconds: 5 };
    const whole = { seconds: 14, best: [{ fromSeconds: 0, toSeconds: 14 }] };
    expect(best(whole, blocks)).toEqual([{ fromSeconds: 0, toSeconds: 10 }]);
    expect(best({ best: [{ fromSeconds: 0, toSeconds: 4.3 }] }, blocks)).toEqual([
      { fromSeconds: 0, toSeconds: 4.3 },
    ]);
  });

  it('is sooner one with more than a face of somebody upright, and with legs only where the picture has some', () => {
    const look = {
      seconds: 20,
      shots: [shot(0, 10, { framing: 'bust' }), shot(10, 14), shot(14, 20, { framing: 'upper' })],
      best: [
        { fromSeconds: 0, toSeconds: 10 },
        { fromSeconds: 10, toSeconds: 14 },
        { fromSeconds: 14, toSeconds: 20 },
      ],
    };
    const starts = (framing: Wanted['framing']) =>
      best(look, { framing }).map(({ fromSeconds }) => fromSeconds);
    expect(starts('whole')).toEqual([10, 14, 0]);
    expect(starts('hips')).toEqual([14, 0, 10]);
  });

  it('is none where every shot is shorter than the model takes', () => {
    expect(best({ ...cutAt(2.5, 5) })).toEqual([]);
  });
});
