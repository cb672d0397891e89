/** Paints on a picture in memory: areas, frames and numbers, without a font. */
import type { Picture } from '../../../puppet/picture.ts';

export type Colour = readonly [red: number, green: number, blue: number];
export type Rect = { left: number; top: number; width: number; height: number };

export function blank(width: number, height: number, colour: Colour): Picture {
  const picture = { width, height, rgb: new Uint8Array(width * height * 3) };
  fill(picture, { left: 0, top: 0, width, height }, colour);
  return picture;
}

/** `alpha`: how much of the colour covers what was there. */
export function fill(on: Picture, { left, top, width, height }: Rect, colour: Colour, alpha = 1): void {
  const [fromX, toX] = [Math.max(0, Math.round(left)), Math.min(on.width, Math.round(left + width))];
  const [fromY, toY] = [Math.max(0, Math.round(top)), Math.min(on.height, Math.round(top + height))];
  for (let y = fromY; y < toY; y += 1) {
    for (let x = fromX; x < toX; x += 1) {
      const at = (y * on.width + x) * 3;
      for (const [channel, value] of colour.entries())
        on.rgb[at + channel] = (on.rgb[at + channel] ?? 0) * (1 - alpha) + value * alpha;
    }
  }
}

/** The rim of an area, inwards. */
export function frame(on: Picture, { left, top, width, height }: Rect, colour: Colour, thick: number): void {
  fill(on, { left, top, width, height: thick }, colour);
  fill(on, { left, top: top + height - thick, width, height: thick }, colour);
  fill(on, { left, top, width: thick, height }, colour);
  fill(on, { left: left + width - thick, top, width: thick, height }, colour);
}

export function paste(on: Picture, picture: Picture, left: number, top: number): void {
  const columns = Math.min(picture.width, on.width - left);
  for (let y = 0; y < Math.min(picture.height, on.height - top); y += 1)
    on.rgb.set(
      picture.rgb.subarray(y * picture.width * 3, (y * picture.width + columns) * 3),
      ((top + y) * on.width + left) * 3,
    );
}

/** Which of the seven strokes of a digit are drawn: upper, upper left, upper right, middle, lower left, lower right, lower. */
const DIGITS = [
  '1110111',
  '0010010',
  '1011101',
  '1011011',
  '0111010',
  '1101011',
  '1101111',
  '1010010',
  '1111111',
  '1111011',
];

/** A number on a plate, whose upper left corner is given. `size` is the height of a digit. */
export function number(
  on: Picture,
  value: number,
  at: { left: number; top: number },
  size: number,
  ground: Colour,
  ink: Colour,
): void {
  const digits = [...String(value)];
  const [wide, thick, gap] = [
    Math.round(size * 0.55),
    Math.max(2, Math.round(size * 0.16)),
    Math.round(size * 0.25),
  ];
  const width = gap * 2 + digits.length * wide + (digits.length - 1) * gap;
  fill(on, { ...at, width, height: size + 2 * gap }, ground);
  for (const [place, digit] of digits.entries()) {
    const left = at.left + gap + place * (wide + gap);
    const top = at.top + gap;
    const half = Math.round(size / 2);
    const strokes: Rect[] = [
      { left, top, width: wide, height: thick },
      { left, top, width: thick, height: half },
      { left: left + wide - thick, top, width: thick, height: half },
      { left, top: top + half - Math.round(thick / 2), width: wide, height: thick },
      { left, top: top + half, width: thick, height: size - half },
      { left: left + wide - thick, top: top + half, width: thick, height: size - half },
      { left, top: top + size - thick, width: wide, height: thick },
    ];
    for (const [at, stroke] of strokes.entries())
      if (DIGITS[Number(digit)]?.[at] === '1') fill(on, stroke, ink);
  }
}
