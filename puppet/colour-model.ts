/** Which colours belong to the character and which to the background: two smoothed histograms and their odds. */

const BINS = 12;
const STEP = 256 / BINS;
/** A share so small that a colour which rare decides nothing: a little hair learnt as background, say. */
const RARE = 1.5e-4;

/** Where in the picture: colours are compared with those nearby. A white shirt must not claim a white window. */
export type Zones = { at: Uint8Array; across: number; down: number };

/** Squares of `side` pixels, as many as the grid needs. */
export function zonesOf(width: number, height: number, side: number): Zones {
  const across = Math.min(16, Math.ceil(width / side));
  const down = Math.min(16, Math.ceil(height / side));
  const at = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      at[y * width + x] = Math.floor((y * down) / height) * across + Math.floor((x * across) / width);
  return { at, across, down };
}

/** The log of how much likelier each pixel's colour is in the foreground, for a soft foreground of 0 to 1 a pixel. */
export function colourOdds(
  rgb: Uint8Array,
  foreground: Float32Array,
  counts: Float32Array,
  zones: Zones,
): Float32Array {
  const size = BINS ** 3;
  const inside = new Float32Array(size * zones.across * zones.down);
  const outside = new Float32Array(inside.length);
  const bins = new Uint32Array(foreground.length);
  for (let at = 0; at < foreground.length; at += 1) {
    const bin = (zones.at[at] ?? 0) * size + binOf(rgb, at);
    bins[at] = bin;
    const weight = counts[at] ?? 0;
    inside[bin] = (inside[bin] ?? 0) + weight * (foreground[at] ?? 0);
    outside[bin] = (outside[bin] ?? 0) + weight * (1 - (foreground[at] ?? 0));
  }
  const a = spread(inside, zones);
  const b = spread(outside, zones);
  return Float32Array.from(bins, (bin) => Math.log(((a[bin] ?? 0) + RARE) / ((b[bin] ?? 0) + RARE)));
}

function binOf(rgb: Uint8Array, at: number): number {
  const red = Math.floor((rgb[at * 3] ?? 0) / STEP);
  const green = Math.floor((rgb[at * 3 + 1] ?? 0) / STEP);
  const blue = Math.floor((rgb[at * 3 + 2] ?? 0) / STEP);
  return (red * BINS + green) * BINS + blue;
}

/** Blurred over neighbouring colours and zones, twice, and made to sum to one in each zone. */
function spread(histogram: Float32Array, { across, down }: Zones): Float32Array {
  const size = BINS ** 3;
  let now = histogram;
  for (let round = 0; round < 2; round += 1) {
    for (const step of [1, BINS, BINS * BINS]) now = blurAlong(now, step, BINS);
    now = blurAlong(blurAlong(now, size, across), size * across, down);
  }
  for (let zone = 0; zone < across * down; zone += 1) {
    let total = 1e-6;
    for (let at = zone * size; at < (zone + 1) * size; at += 1) total += now[at] ?? 0;
    for (let at = zone * size; at < (zone + 1) * size; at += 1) now[at] = (now[at] ?? 0) / total;
  }
  return now;
}

function blurAlong(values: Float32Array, step: number, places: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += 1) {
    const place = Math.floor(at / step) % places;
    const value = values[at] ?? 0;
    const before = place > 0 ? (values[at - step] ?? 0) : value;
    const after = place < places - 1 ? (values[at + step] ?? 0) : value;
    out[at] = value * 0.6 + (before + after) * 0.2;
  }
  return out;
}
