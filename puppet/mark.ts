/** The word DRAFT in the picture's corner, drawn from its strokes: no font and no picture reader is needed. */
import { bytesOf, type Canvas } from './draw.ts';
import { clamp } from './skeleton.ts';

/** A small picture with alpha, to be laid over each frame at its place. */
export type Mark = { left: number; top: number; width: number; height: number; rgba: Uint8Array };

/** A line through points, x and y in turn. */
type Stroke = readonly number[];

/** Half an ellipse that opens to the left, from its upper to its lower end. */
const bow = (x: number, top: number, bottom: number, wide: number): Stroke =>
  Array.from({ length: 13 }, (_, index) => {
    const angle = (index / 12 - 0.5) * Math.PI;
    return [x + wide * Math.cos(angle), (top + bottom) / 2 + ((bottom - top) / 2) * Math.sin(angle)];
  }).flat();

/** Each letter in a box of 10 by 14. */
const LETTERS: readonly (readonly Stroke[])[] = [
  [[4, 0, 0, 0, 0, 14, 4, 14], bow(4, 0, 14, 6)],
  [[6, 0, 0, 0, 0, 14], bow(6, 0, 8, 4), [6, 8, 0, 8], [5, 8, 10, 14]],
  [
    [0, 14, 5, 0, 10, 14],
    [1.8, 9.5, 8.2, 9.5],
  ],
  [
    [9, 0, 0, 0, 0, 14],
    [0, 7, 7.5, 7],
  ],
  [
    [0, 0, 10, 0],
    [5, 0, 5, 14],
  ],
];

/** Of a frame whose long side is 1280. */
const PLATE = { width: 150, height: 46, margin: 22, left: 24, top: 16, advance: 22.5 };
const STROKE_WIDTH = 2.9;
const PLATE_ALPHA = 0.55;

/** The mark for a frame of this size, in its lower right corner: white letters on a dark plate with round ends. */
export function drawMark(frame: { width: number; height: number }): Mark {
  const scale = Math.max(frame.width, frame.height) / 1280;
  const [width, height] = [Math.round(PLATE.width * scale), Math.round(PLATE.height * scale)];
  const margin = Math.round(PLATE.margin * scale);
  const strokes = LETTERS.flatMap((letter, index) =>
    letter.map((stroke) =>
      stroke.map((value, at) =>
        at % 2 === 0 ? value + PLATE.left + index * PLATE.advance : value + PLATE.top,
      ),
    ),
  );
  const middle = PLATE.height / 2;
  const spine: Stroke = [middle, middle, PLATE.width - middle, middle];
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [px, py] = [(x + 0.5) / scale, (y + 0.5) / scale];
      // A pixel's share of a shape is read off its distance from the shape's edge.
      const plate = clamp((middle - awayFrom(spine, px, py)) * scale + 0.5, 0, 1) * PLATE_ALPHA;
      const away = Math.min(...strokes.map((stroke) => awayFrom(stroke, px, py)));
      const ink = clamp((STROKE_WIDTH / 2 - away) * scale + 0.5, 0, 1);
      const alpha = ink + plate * (1 - ink);
      const tone = alpha > 0 ? (255 * ink + 17 * plate * (1 - ink)) / alpha : 0;
      rgba.set([tone, tone, tone, 255 * alpha], (y * width + x) * 4);
    }
  }
  return { left: frame.width - width - margin, top: frame.height - height - margin, width, height, rgba };
}

function awayFrom(stroke: Stroke, x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at + 3 < stroke.length; at += 2) {
    const [ax = 0, ay = 0, bx = 0, by = 0] = stroke.slice(at, at + 4);
    const [dx, dy] = [bx - ax, by - ay];
    const along = clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1);
    least = Math.min(least, Math.hypot(x - ax - along * dx, y - ay - along * dy));
  }
  return least;
}

/** Lays the mark over a canvas, in place. */
export function stamp(canvas: Canvas, mark: Mark): void {
  const bytes = bytesOf(canvas);
  for (let y = 0; y < mark.height; y += 1) {
    for (let x = 0; x < mark.width; x += 1) {
      const from = (y * mark.width + x) * 4;
      const to = ((mark.top + y) * canvas.width + mark.left + x) * 4;
      const alpha = (mark.rgba[from + 3] ?? 0) / 255;
      for (let channel = 0; channel < 3; channel += 1)
        bytes[to + channel] = Math.round(
          (bytes[to + channel] ?? 0) * (1 - alpha) + (mark.rgba[from + channel] ?? 0) * alpha,
        );
    }
  }
}
