/** Draws the puppet over its background, triangle by triangle, each pixel sampled between four of the layer's. */
import type { Layer } from './layers.ts';
import type { Piece } from './puppet.ts';

/** A frame in the making: RGB without padding, and the rows that were drawn on since it was clean. */
export type Canvas = { width: number; height: number; rgb: Uint8Array; dirtyFrom: number; dirtyTo: number };

/** Makes the canvas the background again, where it was drawn on. */
export function wipe(canvas: Canvas, background: Uint8Array): void {
  const row = canvas.width * 3;
  if (canvas.dirtyTo > canvas.dirtyFrom)
    canvas.rgb.set(background.subarray(canvas.dirtyFrom * row, canvas.dirtyTo * row), canvas.dirtyFrom * row);
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

/** One row of a triangle, from the layer's place (u, v) on by a step a pixel. */
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
  const { rgb } = canvas;
  const { rgba, width, height } = layer;
  const maxX = width - 1;
  const maxY = height - 1;
  let u = u0 - 0.5;
  let v = v0 - 0.5;
  for (let at = start * 3, end = (start + count) * 3; at < end; at += 3, u += du, v += dv) {
    const cu = Math.max(0, Math.min(u, maxX));
    const cv = Math.max(0, Math.min(v, maxY));
    const x = cu | 0;
    const y = cv | 0;
    const fx = cu - x;
    const fy = cv - y;
    const i00 = (y * width + x) << 2;
    const i01 = x < maxX ? i00 + 4 : i00;
    const down = y < maxY ? width << 2 : 0;
    const i10 = i00 + down;
    const i11 = i01 + down;
    const w00 = (1 - fx) * (1 - fy);
    const w01 = fx * (1 - fy);
    const w10 = (1 - fx) * fy;
    const w11 = fx * fy;
    const alpha =
      ((rgba[i00 + 3] as number) * w00 +
        (rgba[i01 + 3] as number) * w01 +
        (rgba[i10 + 3] as number) * w10 +
        (rgba[i11 + 3] as number) * w11) /
      255;
    if (alpha < 0.004) continue;
    const keep = 1 - alpha;
    for (let channel = 0; channel < 3; channel += 1) {
      const value =
        (rgba[i00 + channel] as number) * w00 +
        (rgba[i01 + channel] as number) * w01 +
        (rgba[i10 + channel] as number) * w10 +
        (rgba[i11 + channel] as number) * w11;
      rgb[at + channel] = (rgb[at + channel] as number) * keep + value * alpha + 0.5;
    }
  }
}
