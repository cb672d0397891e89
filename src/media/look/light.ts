/** Light and lines: whether a picture is dark, blurred, or has plain bars around it. */
import type { Picture } from '../../../puppet/picture.ts';
import type { Box } from '../../core/coach/look.ts';
import type { Grey } from '../camera.ts';

export function greyOf({ width, height, rgb }: Picture): Grey {
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at += 1)
    pixels[at] = ((rgb[at * 3] ?? 0) * 77 + (rgb[at * 3 + 1] ?? 0) * 150 + (rgb[at * 3 + 2] ?? 0) * 29) >> 8;
  return { width, height, pixels };
}

type Ground = { left: number; top: number; right: number; bottom: number };

const groundOf = (box: Box, { width, height }: Grey): Ground => ({
  left: Math.max(1, Math.round(box.left * width)),
  top: Math.max(1, Math.round(box.top * height)),
  right: Math.min(width - 1, Math.round((box.left + box.width) * width)),
  bottom: Math.min(height - 1, Math.round((box.top + box.height) * height)),
});

/** Mean light within the box, 0 to 1. */
export function brightnessOf(grey: Grey, box: Box): number {
  const { left, top, right, bottom } = groundOf(box, grey);
  let sum = 0;
  for (let y = top; y < bottom; y += 1)
    for (let x = left; x < right; x += 1) sum += grey.pixels[y * grey.width + x] ?? 0;
  return sum / Math.max(1, (right - left) * (bottom - top)) / 255;
}

/** Edges are compared where they are strongest: of so many pixels. */
const STRONGEST = 0.02;

/**
 * How suddenly light changes where it changes most, as a share of how far it goes there within a few pixels: 1 for a
 * line of one pixel, little for what is blurred, whatever the contrast.
 */
export function sharpnessOf(grey: Grey, box: Box): number {
  const { left, top, right, bottom } = groundOf(box, grey);
  const { pixels, width } = grey;
  const slopes: { slope: number; reach: number }[] = [];
  for (let y = top; y < bottom; y += 1) {
    for (let x = Math.max(4, left); x < Math.min(width - 4, right); x += 1) {
      const at = y * width + x;
      const slope = Math.abs((pixels[at + 1] ?? 0) - (pixels[at] ?? 0));
      if (slope < 4) continue;
      slopes.push({ slope, reach: Math.abs((pixels[at + 4] ?? 0) - (pixels[at - 3] ?? 0)) });
    }
  }
  const count = Math.max(1, Math.round(STRONGEST * (right - left) * (bottom - top)));
  const strongest = slopes.sort((a, b) => b.slope - a.slope).slice(0, count);
  const [sum, reach] = strongest.reduce(([s, r], one) => [s + one.slope, r + one.reach], [0, 0]);
  return strongest.length < count / 4 ? 0 : Math.min(1, sum / Math.max(1, reach));
}

/** What a bar may differ within itself, and how light it may be: a white studio is no bar. */
const BAR_NOISE = 8;
const BAR_LIGHT = 28;
/** How much lighter or darker the picture is, on average, right beside its bar: a dark room has no such edge. */
const BAR_EDGE = 12;
/** Of a side, what one bar takes at least, and both at most. */
const MIN_BAR = 0.03;
const MAX_BARS = 0.8;
/** Bars are as wide on one side as on the other, but for so much of the side. */
const EVEN = 0.06;

type Line = { from: number; step: number; count: number };

/** Where the picture lies between black bars on two sides, or on all four. Undefined without any. */
export function withinBars(grey: Grey): Box | undefined {
  const { width, height } = grey;
  const [top, bottom] = barsAlong(grey, height, (y) => ({ from: y * width, step: 1, count: width }));
  const [left, right] = barsAlong(grey, width, (x) => ({ from: x, step: width, count: height }));
  if (top + bottom + left + right === 0) return undefined;
  return {
    left: left / width,
    top: top / height,
    width: (width - left - right) / width,
    height: (height - top - bottom) / height,
  };
}

function barsAlong(grey: Grey, side: number, lineAt: (at: number) => Line): [number, number] {
  let first = 0;
  while (first < side && isBar(grey, lineAt(first))) first += 1;
  let last = 0;
  while (last < side - first && isBar(grey, lineAt(side - 1 - last))) last += 1;
  const areBars =
    Math.min(first, last) >= MIN_BAR * side &&
    first + last <= MAX_BARS * side &&
    Math.abs(first - last) <= EVEN * side &&
    edge(grey, lineAt(first - 1), lineAt(first + 1)) >= BAR_EDGE &&
    edge(grey, lineAt(side - last), lineAt(side - last - 2)) >= BAR_EDGE;
  return areBars ? [first, last] : [0, 0];
}

function isBar({ pixels }: Grey, { from, step, count }: Line): boolean {
  let [low, high] = [255, 0];
  for (let at = 0; at < count; at += 1) {
    const light = pixels[from + at * step] ?? 0;
    if (light < low) low = light;
    if (light > high) high = light;
    if (high > BAR_LIGHT || high - low > BAR_NOISE) return false;
  }
  return true;
}

function edge({ pixels }: Grey, a: Line, b: Line): number {
  let sum = 0;
  for (let at = 0; at < a.count; at += 1)
    sum += Math.abs((pixels[a.from + at * a.step] ?? 0) - (pixels[b.from + at * b.step] ?? 0));
  return sum / a.count;
}
