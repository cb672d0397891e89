/** What a small grey picture looks like, in 64 bits that survive another encoding, another size and other colours. */

/** The side of the square copies that hashes are made of. */
export const GREY_SIDE = 128;
const SIDE = 32;
const KEPT = 8;
/** Below this spread of tones there is nothing to be told: black, a title card's ground. */
const MIN_SPREAD = 4;

export type Square = Uint8Array;
/** What of a picture is looked at, as shares of its sides. */
export type View = { left: number; top: number; right: number; bottom: number };

export const WHOLE: View = { left: 0, top: 0, right: 1, bottom: 1 };
export const middle = (share: number): View => {
  const edge = (1 - share) / 2;
  return { left: edge, top: edge, right: 1 - edge, bottom: 1 - edge };
};

const COSINES = Array.from({ length: KEPT }, (_, k) =>
  Array.from({ length: SIDE }, (_, n) => Math.cos(((2 * n + 1) * k * Math.PI) / (2 * SIDE))),
);

/** By frequencies: which of the lowest ones are above their median. Noughts for a picture without anything in it. */
export function frequencyHash(picture: Square, view: View, mirrored = false): [number, number] {
  const small = scaled(picture, view, SIDE, SIDE, mirrored);
  if (spread(small) < MIN_SPREAD) return [0, 0];
  const rows = COSINES.map((wave) =>
    Array.from({ length: SIDE }, (_, x) =>
      wave.reduce((sum, c, y) => sum + c * (small[y * SIDE + x] ?? 0), 0),
    ),
  );
  const terms = rows.flatMap((row) =>
    COSINES.map((wave) => wave.reduce((sum, c, x) => sum + c * (row[x] ?? 0), 0)),
  );
  // The first one is how light it is, which tells nothing.
  terms[0] = 0;
  const median = terms.toSorted((a, b) => a - b)[KEPT * (KEPT / 2)] ?? 0;
  return bitsOf(terms.map((term) => term > median));
}

/** By slopes: where it gets lighter from left to right. */
export function slopeHash(picture: Square, view: View, mirrored = false): [number, number] {
  const small = scaled(picture, view, KEPT + 1, KEPT, mirrored);
  if (spread(small) < MIN_SPREAD) return [0, 0];
  const bits = Array.from({ length: KEPT * KEPT }, (_, index) => {
    const at = Math.floor(index / KEPT) * (KEPT + 1) + (index % KEPT);
    return (small[at] ?? 0) < (small[at + 1] ?? 0);
  });
  return bitsOf(bits);
}

function bitsOf(bits: readonly boolean[]): [number, number] {
  const words: [number, number] = [0, 0];
  for (const [index, bit] of bits.entries()) if (bit) words[index < 32 ? 0 : 1] |= 1 << (index % 32);
  return [words[0] >>> 0, words[1] >>> 0];
}

/** Each point is the mean of what it stands for. */
function scaled(picture: Square, view: View, width: number, height: number, mirrored: boolean): Float64Array {
  const out = new Float64Array(width * height);
  const columns = cellsOf(view.left, view.right, width);
  const lines = cellsOf(view.top, view.bottom, height);
  for (const [y, [top, bottom]] of lines.entries()) {
    for (const [x, [left, right]] of columns.entries()) {
      let sum = 0;
      for (let row = top; row < bottom; row += 1)
        for (let column = left; column < right; column += 1) sum += picture[row * GREY_SIDE + column] ?? 0;
      out[y * width + (mirrored ? width - 1 - x : x)] = sum / ((bottom - top) * (right - left));
    }
  }
  return out;
}

function cellsOf(from: number, to: number, count: number): [number, number][] {
  const edge = (index: number): number => Math.round((from + ((to - from) * index) / count) * GREY_SIDE);
  return Array.from({ length: count }, (_, index) => {
    const start = Math.min(GREY_SIDE - 1, edge(index));
    return [start, Math.max(start + 1, Math.min(GREY_SIDE, edge(index + 1)))];
  });
}

function spread(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Without the bars of one tone that were put around it: what is left, as shares. */
export function withoutBars(pictures: readonly Square[]): View {
  const isBar = (index: number, along: 'row' | 'column'): boolean =>
    pictures.every((picture) => {
      let [least, most] = [255, 0];
      // The corner of a bar may be cut by a bar of the other direction, which is no matter: both are of one tone.
      for (let at = 0; at < GREY_SIDE; at += 1) {
        const tone = picture[along === 'row' ? index * GREY_SIDE + at : at * GREY_SIDE + index] ?? 0;
        least = Math.min(least, tone);
        most = Math.max(most, tone);
      }
      return most - least <= 8;
    });
  const bars = (along: 'row' | 'column', backwards: boolean): number => {
    let count = 0;
    const limit = GREY_SIDE * 0.4;
    while (count < limit && isBar(backwards ? GREY_SIDE - 1 - count : count, along)) count += 1;
    return count < limit ? count : 0;
  };
  // Where a bar ends, the scaling has mixed it with the picture.
  const share = (count: number): number => (count === 0 ? 0 : (count + 1) / GREY_SIDE);
  return {
    left: share(bars('column', false)),
    right: 1 - share(bars('column', true)),
    top: share(bars('row', false)),
    bottom: 1 - share(bars('row', true)),
  };
}
