/** Pictures in memory, and cutting a square out of one for the model. */
import { LOOK_SIDE } from './model.ts';

/** Rows of RGB bytes without padding. */
export type Picture = { width: number; height: number; rgb: Uint8Array };
/** A square of a picture, in its pixels; it may reach over the edge. */
export type Square = { left: number; top: number; side: number };

/** The smallest square around a whole picture. */
export function wholeSquare({ width, height }: Picture): Square {
  const side = Math.max(width, height);
  return { left: (width - side) / 2, top: (height - side) / 2, side };
}

/** The square, resized to so many pixels a side; black where it reaches over the edge. */
export function cutSquare(picture: Picture, square: Square, side = LOOK_SIDE): Int32Array {
  const out = new Int32Array(side * side * 3);
  const step = square.side / side;
  // Several samples a pixel where the square is larger than what the model sees, or thin arms would drop out.
  const taps = Math.max(1, Math.min(4, Math.round(step)));
  const across = samplesAlong(square.left, step, side, taps, picture.width);
  const down = samplesAlong(square.top, step, side, taps, picture.height);
  const { rgb, width } = picture;
  const share = 1 / (taps * taps);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let row = y * taps; row < (y + 1) * taps; row += 1) {
        const up = down.at[row] ?? -1;
        if (up < 0) continue;
        const low = down.beyond[row] ?? 0;
        const upper = up * width;
        const lower = (down.next[row] ?? 0) * width;
        for (let column = x * taps; column < (x + 1) * taps; column += 1) {
          const left = across.at[column] ?? -1;
          if (left < 0) continue;
          const right = across.beyond[column] ?? 0;
          const next = across.next[column] ?? 0;
          const i00 = (upper + left) * 3;
          const i01 = (upper + next) * 3;
          const i10 = (lower + left) * 3;
          const i11 = (lower + next) * 3;
          const w00 = (1 - right) * (1 - low);
          const w01 = right * (1 - low);
          const w10 = (1 - right) * low;
          const w11 = right * low;
          red += w00 * byte(rgb, i00) + w01 * byte(rgb, i01) + w10 * byte(rgb, i10) + w11 * byte(rgb, i11);
          green +=
            w00 * byte(rgb, i00 + 1) +
            w01 * byte(rgb, i01 + 1) +
            w10 * byte(rgb, i10 + 1) +
            w11 * byte(rgb, i11 + 1);
          blue +=
            w00 * byte(rgb, i00 + 2) +
            w01 * byte(rgb, i01 + 2) +
            w10 * byte(rgb, i10 + 2) +
            w11 * byte(rgb, i11 + 2);
        }
      }
      const at = (y * side + x) * 3;
      out[at] = Math.round(red * share);
      out[at + 1] = Math.round(green * share);
      out[at + 2] = Math.round(blue * share);
    }
  }
  return out;
}

/** Between which two pixels each sample along one side lies, and how far beyond the first; -1 for none. */
function samplesAlong(from: number, step: number, side: number, taps: number, most: number) {
  const at = new Int32Array(side * taps).fill(-1);
  const next = new Int32Array(side * taps);
  const beyond = new Float64Array(side * taps);
  for (let sample = 0; sample < at.length; sample += 1) {
    const place = from + (Math.floor(sample / taps) + ((sample % taps) + 0.5) / taps) * step - 0.5;
    if (place < -0.5 || place > most - 0.5) continue;
    const pixel = Math.min(most - 1, Math.max(0, Math.floor(place)));
    at[sample] = pixel;
    next[sample] = Math.min(most - 1, pixel + 1);
    beyond[sample] = Math.max(0, place - pixel);
  }
  return { at, next, beyond };
}

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;

/** A pixel of RGB bytes with an alpha of 0 to 255. */
export const pixelOf = (rgb: Uint8Array, at: number, alpha: number): number =>
  (alpha << 24) | ((rgb[at * 3 + 2] ?? 0) << 16) | ((rgb[at * 3 + 1] ?? 0) << 8) | (rgb[at * 3] ?? 0);
