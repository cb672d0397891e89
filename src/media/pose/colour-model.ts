/** Which colours belong to the character and which to the background: two smoothed histograms and their odds. */

const BINS = 16;
const STEP = 256 / BINS;

/** The log of how much likelier each pixel's colour is in the foreground, for a soft foreground of 0 to 1 a pixel. */
export function colourOdds(rgb: Uint8Array, foreground: Float32Array, counts: Float32Array): Float32Array {
  const inside = new Float32Array(BINS ** 3);
  const outside = new Float32Array(BINS ** 3);
  const bins = new Uint16Array(foreground.length);
  for (let at = 0; at < foreground.length; at += 1) {
    const bin = binOf(rgb, at);
    bins[at] = bin;
    const weight = counts[at] ?? 0;
    inside[bin] = (inside[bin] ?? 0) + weight * (foreground[at] ?? 0);
    outside[bin] = (outside[bin] ?? 0) + weight * (1 - (foreground[at] ?? 0));
  }
  const a = spread(inside);
  const b = spread(outside);
  const odds = new Float32Array(foreground.length);
  for (let at = 0; at < odds.length; at += 1) {
    const bin = bins[at] ?? 0;
    // The constant keeps a colour that was hardly ever met from deciding anything.
    odds[at] = Math.log(((a[bin] ?? 0) + 4e-6) / ((b[bin] ?? 0) + 4e-6));
  }
  return odds;
}

function binOf(rgb: Uint8Array, at: number): number {
  const red = Math.floor((rgb[at * 3] ?? 0) / STEP);
  const green = Math.floor((rgb[at * 3 + 1] ?? 0) / STEP);
  const blue = Math.floor((rgb[at * 3 + 2] ?? 0) / STEP);
  return (red * BINS + green) * BINS + blue;
}

/** Blurred over neighbouring bins, twice, and made to sum to one. */
function spread(histogram: Float32Array): Float32Array {
  let now = histogram;
  for (let round = 0; round < 2; round += 1)
    for (const step of [1, BINS, BINS * BINS]) now = blurAlong(now, step);
  const total = now.reduce((sum, value) => sum + value, 0) || 1;
  return now.map((value) => value / total);
}

function blurAlong(values: Float32Array, step: number): Float32Array {
  return values.map((value, at) => {
    const place = Math.floor(at / step) % BINS;
    const before = place > 0 ? (values[at - step] ?? 0) : value;
    const after = place < BINS - 1 ? (values[at + step] ?? 0) : value;
    return value * 0.6 + (before + after) * 0.2;
  });
}
