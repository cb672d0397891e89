import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../src/core/coach/findings.ts';
import { limbsBetween } from '../../../src/core/coach/limbs.ts';
import type { Person } from '../../../src/core/coach/look.ts';
import { findModel } from '../../../src/core/models/registry.ts';
import { clipLook, person, pictureLook } from '../../fakes/looks.ts';

type Point = [number, number, number];

/** Somebody in a picture twice as high as wide; the arms at so many degrees from straight down, all points this sure. */
function standing(arms: number, sure = 0.9): Person {
  const points: Point[] = Array.from({ length: 17 }, () => [0.5, 0.1, sure]);
  const down = ([x, y]: Point, degrees: number, side: number): Point => {
    const angle = (degrees * Math.PI) / 180;
    return [x + side * 0.2 * Math.sin(angle), y + 0.1 * Math.cos(angle), sure];
  };
  for (const [left, side] of [
    [0, 1],
    [1, -1],
  ] as const) {
    points[5 + left] = [0.5 + side * 0.1, 0.3, sure];
    points[7 + left] = down(points[5 + left] as Point, arms, side);
    points[9 + left] = down(points[7 + left] as Point, arms, side);
    points[11 + left] = [0.5 + side * 0.08, 0.55, sure];
    points[13 + left] = down(points[11 + left] as Point, 0, side);
    points[15 + left] = down(points[13 + left] as Point, 0, side);
  }
  return person({ points });
}
const posed = (one: Person) => ({ person: one, width: 500, height: 1000 });

describe('two poses', () => {
  it('are the same where the limbs point the same way, whatever the size of the picture', () => {
    const small = { ...posed(standing(10)), width: 50, height: 100 };
    expect(limbsBetween(posed(standing(0)), small)).toEqual({ compared: 8, differing: 0 });
  });

  it('differ by each limb that points another way', () => {
    expect(limbsBetween(posed(standing(0)), posed(standing(120)))).toEqual({ compared: 8, differing: 4 });
  });

  it('are compared only in what was seen surely', () => {
    expect(limbsBetween(posed(standing(0)), posed(standing(120, 0.4)))).toEqual({
      compared: 0,
      differing: 0,
    });
  });
});

describe('a pair that begins in two poses', () => {
  const told = (model: string, inClip: Person, trimFrom?: number) => {
    const found = findModel(model);
    if (!found) throw new Error('no such model');
    const size = { width: 500, height: 1000 };
    const choices = {
      orientation: 'video',
      quality: 'standard',
      sound: true,
      trim: false,
      trimFrom,
    } as const;
    const seen = {
      picture: pictureLook({ ...size, people: [standing(0)] }),
      clip: clipLook({ ...size, people: [inClip] }),
    };
    return findingsOf(seen, { model: found, choices, orientation: 'video' }).map(({ code, level }) => [
      code,
      level,
    ]);
  };

  it('is told of a model whose makers ask for two that begin alike, and of no other', () => {
    expect(told('p-video-animate', standing(120))).toEqual([['pose-differs', 'hint']]);
    expect(told('p-video-animate', standing(20))).toEqual([]);
    expect(told('kling-2.6', standing(120))).toEqual([]);
  });

  it('is not told where the clip is used from later on, as nobody knows the pose there, or somebody stands aside', () => {
    expect(told('p-video-animate', standing(120), 2)).toEqual([]);
    expect(told('p-video-animate', { ...standing(120), facing: 'side' })).toEqual([]);
  });
});
