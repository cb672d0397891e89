import { describe, expect, it } from 'vitest';
import type { Grey } from '../../src/media/camera.ts';
import { brightnessOf, sharpnessOf, withinBars } from '../../src/media/look/light.ts';

const [WIDTH, HEIGHT] = [120, 90];
const WHOLE = { left: 0, top: 0, width: 1, height: 1 };
const draw = (light: (x: number, y: number) => number): Grey => ({
  width: WIDTH,
  height: HEIGHT,
  pixels: Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => light(at % WIDTH, Math.floor(at / WIDTH))),
});
const stripes = (x: number): number => (Math.floor(x / 10) % 2 === 0 ? 40 : 200);
/** The same stripes with edges that take so many pixels. */
const softStripes = (x: number, width: number): number => {
  let sum = 0;
  for (let at = -width; at <= width; at += 1) sum += stripes(x + at);
  return sum / (2 * width + 1);
};

describe('sharpness', () => {
  it('is high for edges of one pixel, and low for edges of many', () => {
    expect(sharpnessOf(draw(stripes), WHOLE)).toBeGreaterThan(0.9);
    expect(
      sharpnessOf(
        draw((x) => softStripes(x, 4)),
        WHOLE,
      ),
    ).toBeLessThan(0.2);
  });
  it('says the same of a picture with little contrast', () => {
    const pale = draw((x) => 100 + stripes(x) / 8);
    expect(sharpnessOf(pale, WHOLE)).toBeGreaterThan(0.9);
  });
});

describe('brightness', () => {
  it('is measured within the box', () => {
    const half = draw((x) => (x < WIDTH / 2 ? 0 : 255));
    expect(brightnessOf(half, { left: 0, top: 0, width: 0.45, height: 1 })).toBe(0);
    expect(brightnessOf(half, { left: 0.55, top: 0, width: 0.45, height: 1 })).toBe(1);
  });
});

describe('black bars', () => {
  it('are found above and below', () => {
    const film = draw((x, y) => (y < 18 || y >= 72 ? 0 : stripes(x)));
    expect(withinBars(film)).toEqual({ left: 0, top: 0.2, width: 1, height: 0.6 });
  });
  it('are found at both sides', () => {
    const film = draw((x) => (x < 30 || x >= 90 ? 2 : stripes(x + 3)));
    expect(withinBars(film)).toEqual({ left: 0.25, top: 0, width: 0.5, height: 1 });
  });
  it.each([
    ['a bar on one side alone', (x: number, y: number) => (y < 18 ? 0 : stripes(x))],
    ['a white ground', (x: number, y: number) => (y < 18 || y >= 72 ? 255 : stripes(x))],
    ['a dark room that grows lighter', (_: number, y: number) => Math.min(y, HEIGHT - y) * 2],
    ['a picture that is black as a whole', () => 0],
  ] as const)('are not seen in %s', (_, light) => {
    expect(withinBars(draw(light))).toBeUndefined();
  });
});
