/**
 * Fills what is missing in a picture from what surrounds it: pull the known pixels up a pyramid of halves, push
 * their means down into the holes. Known pixels stay as they are. Smooth, so that it suits soft things (sky, a
 * wall, cloth); `repaint` adds texture and straight lines where it matters.
 */
import type { Picture } from './picture.ts';

type Level = { width: number; height: number; rgb: Float32Array; known: Float32Array };

/** `known` is 0 to 1 a pixel: how much of its colour may be believed. */
export function fillUnknown(picture: Picture, known: Float32Array): Picture {
  const { width, height } = picture;
  const rgb = new Float32Array(picture.rgb.length);
  for (let at = 0; at < known.length; at += 1) {
    const share = known[at] ?? 0;
    if (share === 0) continue;
    for (let byte = at * 3; byte < at * 3 + 3; byte += 1) rgb[byte] = (picture.rgb[byte] ?? 0) * share;
  }
  const levels: Level[] = [{ width, height, rgb, known: known.slice() }];
  for (let level = levels[0]; level && Math.max(level.width, level.height) > 1; level = levels.at(-1))
    levels.push(half(level));
  for (let index = levels.length - 2; index >= 0; index -= 1) {
    const [fine, coarse] = [levels[index], levels[index + 1]];
    if (fine && coarse) push(coarse, fine);
  }
  const out = picture.rgb.slice();
  const filled = levels[0];
  for (let at = 0; at < known.length; at += 1) {
    const share = known[at] ?? 0;
    if (share >= 1 || !filled) continue;
    for (let channel = 0; channel < 3; channel += 1)
      out[at * 3 + channel] = Math.round(filled.rgb[at * 3 + channel] ?? 0);
  }
  return { width, height, rgb: out };
}

/** Colours are kept multiplied by how much is known, until they are pushed down. */
function half(fine: Level): Level {
  const width = Math.ceil(fine.width / 2);
  const height = Math.ceil(fine.height / 2);
  const rgb = new Float32Array(width * height * 3);
  const known = new Float32Array(width * height);
  for (let y = 0; y < fine.height; y += 1) {
    for (let x = 0; x < fine.width; x += 1) {
      const from = y * fine.width + x;
      const to = (y >> 1) * width + (x >> 1);
      known[to] = (known[to] ?? 0) + (fine.known[from] ?? 0);
      for (let channel = 0; channel < 3; channel += 1)
        rgb[to * 3 + channel] = (rgb[to * 3 + channel] ?? 0) + (fine.rgb[from * 3 + channel] ?? 0);
    }
  }
  for (let at = 0; at < known.length; at += 1) {
    const sum = known[at] ?? 0;
    if (sum <= 1) continue;
    known[at] = 1;
    for (let channel = 0; channel < 3; channel += 1)
      rgb[at * 3 + channel] = (rgb[at * 3 + channel] ?? 0) / sum;
  }
  return { width, height, rgb, known };
}

/** What a fine level does not know it takes from the coarse one below it, between the four nearest. */
function push(coarse: Level, fine: Level): void {
  for (let y = 0; y < fine.height; y += 1) {
    const fromY = Math.min(coarse.height - 1, Math.max(0, (y + 0.5) / 2 - 0.5));
    const y0 = Math.floor(fromY);
    const y1 = Math.min(coarse.height - 1, y0 + 1);
    for (let x = 0; x < fine.width; x += 1) {
      const at = y * fine.width + x;
      const missing = 1 - (fine.known[at] ?? 0);
      if (missing <= 0) continue;
      const fromX = Math.min(coarse.width - 1, Math.max(0, (x + 0.5) / 2 - 0.5));
      const x0 = Math.floor(fromX);
      const x1 = Math.min(coarse.width - 1, x0 + 1);
      const [low, right] = [fromY - y0, fromX - x0];
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (px: number, py: number): number =>
          coarse.rgb[(py * coarse.width + px) * 3 + channel] ?? 0;
        const mean =
          (value(x0, y0) * (1 - right) + value(x1, y0) * right) * (1 - low) +
          (value(x0, y1) * (1 - right) + value(x1, y1) * right) * low;
        fine.rgb[at * 3 + channel] = (fine.rgb[at * 3 + channel] ?? 0) + missing * mean;
      }
      fine.known[at] = 1;
    }
  }
}
