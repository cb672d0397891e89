/** Planes of numbers, one a pixel: resizing and blurring. */
import type { Picture } from './picture.ts';

/** Resized by the mean of what each new pixel covers. */
export function scaledRgb(picture: Picture, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const top = Math.floor((y * picture.height) / height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * picture.height) / height));
    for (let x = 0; x < width; x += 1) {
      const left = Math.floor((x * picture.width) / width);
      const right = Math.max(left + 1, Math.floor(((x + 1) * picture.width) / width));
      let [red, green, blue] = [0, 0, 0];
      for (let fromY = top; fromY < bottom; fromY += 1) {
        for (let fromX = left; fromX < right; fromX += 1) {
          const at = (fromY * picture.width + fromX) * 3;
          red += picture.rgb[at] ?? 0;
          green += picture.rgb[at + 1] ?? 0;
          blue += picture.rgb[at + 2] ?? 0;
        }
      }
      const count = (bottom - top) * (right - left);
      const at = (y * width + x) * 3;
      out[at] = Math.round(red / count);
      out[at + 1] = Math.round(green / count);
      out[at + 2] = Math.round(blue / count);
    }
  }
  return out;
}

/** Resized by straight lines between the values. */
export function scaledPlane(
  plane: Float32Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Float32Array {
  const read = readerOf(plane, width, height, toWidth, toHeight);
  const out = new Float32Array(toWidth * toHeight);
  for (let y = 0; y < toHeight; y += 1)
    for (let x = 0; x < toWidth; x += 1) out[y * toWidth + x] = read(x, y);
  return out;
}

/** Reads a plane at the pixels of a larger one, between its own values. */
export function readerOf(
  plane: Float32Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): (x: number, y: number) => number {
  const [perX, perY] = [width / toWidth, height / toHeight];
  return (x, y) => {
    const fromX = Math.min(width - 1, Math.max(0, (x + 0.5) * perX - 0.5));
    const fromY = Math.min(height - 1, Math.max(0, (y + 0.5) * perY - 0.5));
    const x0 = Math.floor(fromX);
    const at = Math.floor(fromY) * width + x0;
    const right = fromX - x0;
    const low = fromY - Math.floor(fromY);
    const next = x0 + 1 < width ? at + 1 : at;
    const below = low > 0 ? width : 0;
    const upper = (plane[at] ?? 0) * (1 - right) + (plane[next] ?? 0) * right;
    return low > 0
      ? upper * (1 - low) +
          ((plane[at + below] ?? 0) * (1 - right) + (plane[next + below] ?? 0) * right) * low
      : upper;
  };
}

/** The mean over a square of `2 * radius + 1` pixels a side, cut at the borders. */
export function boxMean(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  const across = new Float32Array(plane.length);
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    let sum = 0;
    for (let x = 0; x < Math.min(width, radius); x += 1) sum += plane[row + x] ?? 0;
    for (let x = 0; x < width; x += 1) {
      if (x + radius < width) sum += plane[row + x + radius] ?? 0;
      if (x - radius > 0) sum -= plane[row + x - radius - 1] ?? 0;
      across[row + x] = sum / (Math.min(width - 1, x + radius) - Math.max(0, x - radius) + 1);
    }
  }
  const out = new Float32Array(plane.length);
  const sums = new Float64Array(width);
  for (let y = 0; y < Math.min(height, radius); y += 1)
    for (let x = 0; x < width; x += 1) sums[x] = (sums[x] ?? 0) + (across[y * width + x] ?? 0);
  for (let y = 0; y < height; y += 1) {
    const count = Math.min(height - 1, y + radius) - Math.max(0, y - radius) + 1;
    for (let x = 0; x < width; x += 1) {
      let sum = sums[x] ?? 0;
      if (y + radius < height) sum += across[(y + radius) * width + x] ?? 0;
      if (y - radius > 0) sum -= across[(y - radius - 1) * width + x] ?? 0;
      sums[x] = sum;
      out[y * width + x] = sum / count;
    }
  }
  return out;
}
