/**
 * Makes a coarse matte follow the picture's own edges, hair by hair (He, Sun and Tang, "Guided image filtering",
 * 2010), with the three colours taken together as the guide.
 */

import type { Picture } from './picture.ts';
import { boxMean, readerOf, scaledPlane, scaledRgb } from './planes.ts';

/** Colours are weighed in a picture of this long side: the rest is only sampled (He and Sun, "Fast guided filter", 2015). */
const MIDDLE_SIDE = 640;
/** In pixels of that picture, and the variance, of colours from 0 to 1, under which a surface counts as flat. */
const RADIUS = 4;
const SMOOTH = 1e-3;

/** `matte` is coarse, of any size; the answer has the picture's, and may go a little over 0 to 1. */
export function guidedFilter(
  picture: Picture,
  matte: { plane: Float32Array; width: number; height: number },
): Float32Array {
  const scale = Math.min(1, MIDDLE_SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const middle = { width, height, rgb: scaledRgb(picture, width, height) };
  const planes = coefficients(middle, scaledPlane(matte.plane, matte.width, matte.height, width, height));
  const [red, green, blue, rest] = planes.map((plane) =>
    readerOf(plane, width, height, picture.width, picture.height),
  );
  const out = new Float32Array(picture.width * picture.height);
  if (!red || !green || !blue || !rest) return out;
  const { rgb } = picture;
  for (let y = 0; y < picture.height; y += 1) {
    for (let x = 0; x < picture.width; x += 1) {
      const at = y * picture.width + x;
      const colours =
        red(x, y) * (rgb[at * 3] ?? 0) +
        green(x, y) * (rgb[at * 3 + 1] ?? 0) +
        blue(x, y) * (rgb[at * 3 + 2] ?? 0);
      out[at] = colours / 255 + rest(x, y);
    }
  }
  return out;
}

/** How the matte depends on each colour around each pixel, and what does not depend on them. */
function coefficients({ width, height, rgb }: Picture, matte: Float32Array): Float32Array[] {
  const size = width * height;
  const mean = (plane: Float32Array): Float32Array => boxMean(plane, width, height, RADIUS);
  const product = (a: Float32Array, b: Float32Array): Float32Array =>
    a.map((value, at) => value * (b[at] ?? 0));
  const [r, g, b] = [0, 1, 2].map((channel) => {
    const plane = new Float32Array(size);
    for (let at = 0; at < size; at += 1) plane[at] = (rgb[at * 3 + channel] ?? 0) / 255;
    return plane;
  }) as [Float32Array, Float32Array, Float32Array];
  const [mr, mg, mb, mp] = [mean(r), mean(g), mean(b), mean(matte)];
  const [rr, rg, rb] = [mean(product(r, r)), mean(product(r, g)), mean(product(r, b))];
  const [gg, gb, bb] = [mean(product(g, g)), mean(product(g, b)), mean(product(b, b))];
  const [rp, gp, bp] = [mean(product(r, matte)), mean(product(g, matte)), mean(product(b, matte))];
  const [ar, ag, ab, rest] = [0, 1, 2, 3].map(() => new Float32Array(size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let at = 0; at < size; at += 1) {
    const [m0, m1, m2, m3] = [mr[at] ?? 0, mg[at] ?? 0, mb[at] ?? 0, mp[at] ?? 0];
    const s00 = (rr[at] ?? 0) - m0 * m0 + SMOOTH;
    const s01 = (rg[at] ?? 0) - m0 * m1;
    const s02 = (rb[at] ?? 0) - m0 * m2;
    const s11 = (gg[at] ?? 0) - m1 * m1 + SMOOTH;
    const s12 = (gb[at] ?? 0) - m1 * m2;
    const s22 = (bb[at] ?? 0) - m2 * m2 + SMOOTH;
    const c0 = (rp[at] ?? 0) - m0 * m3;
    const c1 = (gp[at] ?? 0) - m1 * m3;
    const c2 = (bp[at] ?? 0) - m2 * m3;
    const k00 = s11 * s22 - s12 * s12;
    const k01 = s02 * s12 - s01 * s22;
    const k02 = s01 * s12 - s02 * s11;
    const k11 = s00 * s22 - s02 * s02;
    const k12 = s01 * s02 - s00 * s12;
    const k22 = s00 * s11 - s01 * s01;
    const det = s00 * k00 + s01 * k01 + s02 * k02;
    const a0 = (k00 * c0 + k01 * c1 + k02 * c2) / det;
    const a1 = (k01 * c0 + k11 * c1 + k12 * c2) / det;
    const a2 = (k02 * c0 + k12 * c1 + k22 * c2) / det;
    ar[at] = a0;
    ag[at] = a1;
    ab[at] = a2;
    rest[at] = m3 - a0 * m0 - a1 * m1 - a2 * m2;
  }
  return [mean(ar), mean(ag), mean(ab), mean(rest)];
}
