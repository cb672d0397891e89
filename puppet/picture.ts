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

/** The square, resized to what the model looks at; black where it reaches over the edge. */
export function cutSquare(picture: Picture, square: Square): Int32Array {
  const out = new Int32Array(LOOK_SIDE * LOOK_SIDE * 3);
  const step = square.side / LOOK_SIDE;
  // Several samples a pixel where the square is larger than what the model sees, or thin arms would drop out.
  const taps = Math.max(1, Math.min(4, Math.round(step)));
  for (let y = 0; y < LOOK_SIDE; y += 1) {
    for (let x = 0; x < LOOK_SIDE; x += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = 0; tap < taps * taps; tap += 1) {
        const fromX = square.left + (x + ((tap % taps) + 0.5) / taps) * step - 0.5;
        const fromY = square.top + (y + (Math.floor(tap / taps) + 0.5) / taps) * step - 0.5;
        if (fromX < -0.5 || fromY < -0.5 || fromX > picture.width - 0.5 || fromY > picture.height - 0.5)
          continue;
        const x0 = Math.min(picture.width - 1, Math.max(0, Math.floor(fromX)));
        const y0 = Math.min(picture.height - 1, Math.max(0, Math.floor(fromY)));
        const x1 = Math.min(picture.width - 1, x0 + 1);
        const y1 = Math.min(picture.height - 1, y0 + 1);
        const right = Math.max(0, fromX - x0);
        const low = Math.max(0, fromY - y0);
        const i00 = (y0 * picture.width + x0) * 3;
        const i01 = (y0 * picture.width + x1) * 3;
        const i10 = (y1 * picture.width + x0) * 3;
        const i11 = (y1 * picture.width + x1) * 3;
        const w00 = (1 - right) * (1 - low);
        const w01 = right * (1 - low);
        const w10 = (1 - right) * low;
        const w11 = right * low;
        const { rgb } = picture;
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
      const at = (y * LOOK_SIDE + x) * 3;
      out[at] = Math.round(red / taps / taps);
      out[at + 1] = Math.round(green / taps / taps);
      out[at + 2] = Math.round(blue / taps / taps);
    }
  }
  return out;
}

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;

/** A pixel of RGB bytes with an alpha of 0 to 255. */
export const pixelOf = (rgb: Uint8Array, at: number, alpha: number): number =>
  (alpha << 24) | ((rgb[at * 3 + 2] ?? 0) << 16) | ((rgb[at * 3 + 1] ?? 0) << 8) | (rgb[at * 3] ?? 0);
