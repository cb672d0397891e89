import { describe, expect, it } from 'vitest';
import { createDeformer } from '../moving-least-squares.ts';
import type { Point } from '../skeleton.ts';

const controls: Point[] = [
  { x: 10, y: 10 },
  { x: 60, y: 20 },
  { x: 40, y: 80 },
];
const vertices: Point[] = [
  { x: 0, y: 0 },
  { x: 33, y: 41 },
  { x: 100, y: 90 },
  { x: 10, y: 10 },
];

/** Where the vertices go when every control point goes the way `by` says. */
function moved(by: (point: Point) => Point): Point[] {
  const out = new Float32Array(vertices.length * 2);
  const to = Float64Array.from(controls.map(by).flatMap(({ x, y }) => [x, y]));
  createDeformer(vertices, controls).move(to, out);
  return vertices.map((_vertex, at) => ({ x: out[at * 2] ?? Number.NaN, y: out[at * 2 + 1] ?? Number.NaN }));
}

function expectEach(by: (point: Point) => Point): void {
  for (const [at, place] of moved(by).entries()) {
    const wanted = by(vertices[at] ?? { x: 0, y: 0 });
    expect(place.x).toBeCloseTo(wanted.x, 2);
    expect(place.y).toBeCloseTo(wanted.y, 2);
  }
}

describe('the rigid deformer', () => {
  it('leaves everything in place when no control point moves', () => expectEach((point) => point));

  it('shifts everything when all control points are shifted', () =>
    expectEach(({ x, y }) => ({ x: x + 13, y: y - 7 })));

  it('turns everything when all control points are turned', () => {
    const [cos, sin] = [Math.cos(1.1), Math.sin(1.1)];
    expectEach(({ x, y }) => ({ x: cos * x - sin * y + 5, y: sin * x + cos * y }));
  });

  it('takes a vertex under a control point along exactly', () => {
    const [, , , last] = moved((point) => (point === controls[0] ? { x: 200, y: 100 } : point));
    expect(last?.x).toBeCloseTo(200, 0);
    expect(last?.y).toBeCloseTo(100, 0);
  });

  it('keeps distances near a bone that turns', () => {
    const bone = [0, 10, 20, 30, 40].map((x) => ({ x, y: 0 }));
    const beside = [
      { x: 20, y: 8 },
      { x: 20, y: -8 },
    ];
    const out = new Float32Array(4);
    createDeformer(beside, bone).move(Float64Array.from(bone.flatMap(({ x }) => [0, x])), out);
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = out;
    expect(Math.hypot(x0 - x1, y0 - y1)).toBeCloseTo(16, 3);
  });
});
