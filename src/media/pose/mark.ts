/** The word DRAFT in the picture's corner. Its letters are drawn as lines, so that no font is needed. */
import sharp from 'sharp';
import { bytesOf, type Canvas } from './draw.ts';

/** A small picture with alpha, to be laid over each frame at its place. */
export type Mark = { left: number; top: number; width: number; height: number; rgba: Uint8Array };

const SVG = ['VipsForeignLoadSvg'];

/** Each in a box of 10 by 14. */
const LETTERS = [
  'M0 0H4.5Q10 0 10 7T4.5 14H0Z',
  'M0 14V0H6Q10 0 10 4T6 8H0M5 8L10 14',
  'M0 14L5 0L10 14M1.8 9.5H8.2',
  'M9 0H0V14M0 7H7.5',
  'M0 0H10M5 0V14',
];

/** The mark for a frame of this size, in its lower right corner. */
export async function drawMark(frame: { width: number; height: number }): Promise<Mark> {
  const scale = Math.max(frame.width, frame.height) / 1280;
  const [width, height] = [Math.round(150 * scale), Math.round(46 * scale)];
  const letters = LETTERS.map(
    (path, index) => `<path transform="translate(${24 + index * 22.5} 16)" d="${path}"/>`,
  ).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 150 46">
    <rect width="150" height="46" rx="23" fill="#111" fill-opacity="0.55"/>
    <g fill="none" stroke="#fff" stroke-opacity="0.95" stroke-width="2.9" stroke-linecap="round" stroke-linejoin="round">${letters}</g></svg>`;
  const { data, info } = await pixelsOf(svg);
  const margin = Math.round(22 * scale);
  return {
    left: frame.width - info.width - margin,
    top: frame.height - info.height - margin,
    width: info.width,
    height: info.height,
    rgba: new Uint8Array(data),
  };
}

/** The child shuts the SVG reader against what members send; it is opened for our own drawing alone. */
async function pixelsOf(svg: string) {
  sharp.unblock({ operation: SVG });
  try {
    return await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  } finally {
    sharp.block({ operation: SVG });
  }
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
