/**
 * Draws the puppet over its background, triangle by triangle, each pixel sampled between four of the layer's. Pixels are
 * whole numbers of 32 bits, red in the lowest byte, as memory has RGBA on every machine that Node runs on.
 */

import type { Layer } from './layers.ts';
import type { Piece } from './mesh.ts';
import type { Picture } from './picture.ts';
import { pixelOf } from './picture.ts';

/** A frame in the making, and the rows that were drawn on since it was clean. */
export type Canvas = {
  width: number;
  height: number;
  pixels: Int32Array;
  dirtyFrom: number;
  dirtyTo: number;
};

/** A canvas that shows the background. */
export function canvasOf({ width, height, rgb }: Picture): Canvas {
  const pixels = new Int32Array(width * height);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = pixelOf(rgb, at, 255);
  return { width, height, pixels, dirtyFrom: height, dirtyTo: 0 };
}

/** The bytes of a canvas, RGBA without padding; the same memory. */
export const bytesOf = ({ pixels }: Canvas): Uint8Array =>
  new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);

/** Makes the canvas the background again, where it was drawn on. */
export function wipe(canvas: Canvas, background: Canvas): void {
  const { width, dirtyFrom, dirtyTo } = canvas;
  if (dirtyTo > dirtyFrom)
    canvas.pixels.set(background.pixels.subarray(dirtyFrom * width, dirtyTo * width), dirtyFrom * width);
  canvas.dirtyFrom = canvas.height;
  canvas.dirtyTo = 0;
}

export function drawPiece(canvas: Canvas, piece: Piece): void {
  const { corners, moved, cells, layer } = piece;
  for (let at = 0; at < cells.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = [cells[at], cells[at + 1], cells[at + 2], cells[at + 3]];
    triangle(canvas, layer, corners, moved, a, b, c);
    triangle(canvas, layer, corners, moved, b, d, c);
  }
}

function triangle(
  canvas: Canvas,
  layer: Layer,
  from: Float32Array,
  to: Float32Array,
  a: number,
  b: number,
  c: number,
): void {
  const [ax = 0, ay = 0] = [to[a * 2], to[a * 2 + 1]];
  const [bx = 0, by = 0] = [to[b * 2], to[b * 2 + 1]];
  const [cx = 0, cy = 0] = [to[c * 2], to[c * 2 + 1]];
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  if (Math.abs(area) < 1e-6) return;
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(canvas.height - 1, Math.ceil(Math.max(ay, by, cy) - 0.5) - 1);
  if (bottom < top) return;
  canvas.dirtyFrom = Math.min(canvas.dirtyFrom, top);
  canvas.dirtyTo = Math.max(canvas.dirtyTo, bottom + 1);
  // The layer's place as a linear function of the canvas's.
  const [au = 0, av = 0] = [from[a * 2], from[a * 2 + 1]];
  const [u1, v1] = [(from[b * 2] ?? 0) - au, (from[b * 2 + 1] ?? 0) - av];
  const [u2, v2] = [(from[c * 2] ?? 0) - au, (from[c * 2 + 1] ?? 0) - av];
  const ux = (u1 * (cy - ay) - u2 * (by - ay)) / area;
  const uy = (u2 * (bx - ax) - u1 * (cx - ax)) / area;
  const vx = (v1 * (cy - ay) - v2 * (by - ay)) / area;
  const vy = (v2 * (bx - ax) - v1 * (cx - ax)) / area;
  for (let y = top; y <= bottom; y += 1) {
    const middle = y + 0.5;
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    // Each side is cut with its ends in the same order in both triangles that share it, so that no pixel is drawn twice.
    let x = crossing(ax, ay, bx, by, middle);
    if (x < left) left = x;
    if (x > right && x !== Number.POSITIVE_INFINITY) right = x;
    x = crossing(bx, by, cx, cy, middle);
    if (x < left) left = x;
    if (x > right && x !== Number.POSITIVE_INFINITY) right = x;
    x = crossing(cx, cy, ax, ay, middle);
    if (x < left) left = x;
    if (x > right && x !== Number.POSITIVE_INFINITY) right = x;
    const start = Math.max(0, Math.ceil(left - 0.5));
    const end = Math.min(canvas.width - 1, Math.ceil(right - 0.5) - 1);
    if (end < start) continue;
    const dx = start + 0.5 - ax;
    const dy = middle - ay;
    span(
      canvas,
      layer,
      y * canvas.width + start,
      end - start + 1,
      au + ux * dx + uy * dy,
      av + vx * dx + vy * dy,
      ux,
      vx,
    );
  }
}

/** Where a side crosses a row; infinity when it does not. */
function crossing(ax: number, ay: number, bx: number, by: number, y: number): number {
  if (ay <= y === by <= y) return Number.POSITIVE_INFINITY;
  return ay < by ? ax + ((y - ay) * (bx - ax)) / (by - ay) : bx + ((y - by) * (ax - bx)) / (ay - by);
}

const EVEN = 0x00ff00ff;
const OPAQUE = 0xff << 24;
const ONE = 65536;

/**
 * One row of a triangle, from the layer's place (u, v) on by a step a pixel. Two colours are mixed in one multiplication:
 * weights are out of 64, so they do not run into each other.
 */
function span(
  canvas: Canvas,
  layer: Layer,
  start: number,
  count: number,
  u0: number,
  v0: number,
  du: number,
  dv: number,
): void {
  const { pixels } = canvas;
  const { width, height, pixels: from } = layer;
  // Places in the layer in 65,536ths of a pixel, held inside it: a step beyond the edge repeats the edge.
  const lastX = (width - 1) * ONE;
  const lastY = (height - 1) * ONE;
  let u = Math.round((u0 - 0.5) * ONE);
  let v = Math.round((v0 - 0.5) * ONE);
  const stepU = Math.round(du * ONE);
  const stepV = Math.round(dv * ONE);
  for (let at = start, end = start + count; at < end; at += 1, u += stepU, v += stepV) {
    const cu = Math.max(0, Math.min(u, lastX));
    const cv = Math.max(0, Math.min(v, lastY));
    const i00 = (cv >> 16) * width + (cu >> 16);
    const right = cu < lastX ? 1 : 0;
    const down = cv < lastY ? width : 0;
    const p00 = from[i00] as number;
    const p01 = from[i00 + right] as number;
    const p10 = from[i00 + down] as number;
    const p11 = from[i00 + down + right] as number;
    if ((p00 | p01 | p10 | p11) >>> 24 === 0) continue;
    const fx = (cu >> 13) & 7;
    const fy = (cv >> 13) & 7;
    const w11 = fx * fy;
    const w01 = (fx << 3) - w11;
    const w10 = (fy << 3) - w11;
    const w00 = 64 - w11 - w01 - w10;
    const redBlue = ((p00 & EVEN) * w00 + (p01 & EVEN) * w01 + (p10 & EVEN) * w10 + (p11 & EVEN) * w11) >>> 6;
    const greenAlpha =
      (((p00 >>> 8) & EVEN) * w00 +
        ((p01 >>> 8) & EVEN) * w01 +
        ((p10 >>> 8) & EVEN) * w10 +
        ((p11 >>> 8) & EVEN) * w11) >>>
      6;
    const alpha = (greenAlpha >>> 16) & 0xff;
    if (alpha === 255) {
      pixels[at] = (redBlue & EVEN) | ((greenAlpha & 0xff) << 8) | OPAQUE;
    } else if (alpha > 0) {
      const below = pixels[at] as number;
      // Of 64 as well: a sum that fits in thirty bits is what keeps this loop quick.
      const share = (alpha + (alpha >>> 7)) >>> 2;
      const keep = 64 - share;
      const rb = ((redBlue & EVEN) * share + (below & EVEN) * keep) >>> 6;
      const g = ((greenAlpha & 0xff) * share + ((below >>> 8) & 0xff) * keep) >>> 6;
      pixels[at] = (rb & EVEN) | (g << 8) | OPAQUE;
    }
  }
}
