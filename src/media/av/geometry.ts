/** How a stored picture is to be shown: turned, mirrored, its pixels made square. */
import { AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import type { IRational, Stream } from 'node-av/lib';

export type Size = { width: number; height: number };
export type Geometry = {
  /** As stored. */
  coded: Size;
  /** As a player shows it. */
  shown: Size;
  /** FFmpeg's filter that turns the stored picture upright; undefined when it is. */
  turn?: string;
  squarePixels: boolean;
};

/** By the signs of the matrix's four numbers, row by row: where the picture's axes point when shown. */
const TURNS: Record<string, { filter?: string; swaps: boolean }> = {
  '+00+': { swaps: false },
  '0+-0': { filter: 'transpose=clock', swaps: true },
  '-00-': { filter: 'hflip,vflip', swaps: false },
  '0-+0': { filter: 'transpose=cclock', swaps: true },
  '-00+': { filter: 'hflip', swaps: false },
  '+00-': { filter: 'vflip', swaps: false },
  '0++0': { filter: 'transpose=cclock_flip', swaps: true },
  '0--0': { filter: 'transpose=clock_flip', swaps: true },
};

/** Outside of this a pixel aspect is a broken header: no camera or film has it. */
const MAX_PIXEL_ASPECT = 4;

export function geometryOf(stream: Stream, coded: Size): Geometry {
  const aspect = pixelAspect(stream.sampleAspectRatio) ?? pixelAspect(stream.codecpar.sampleAspectRatio) ?? 1;
  // Pixels are made square by stretching, so that nothing of the picture is lost.
  const square = {
    width: Math.round(coded.width * Math.max(1, aspect)),
    height: Math.round(coded.height * Math.max(1, 1 / aspect)),
  };
  const turn = TURNS[signsOf(stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX))];
  return {
    coded,
    shown: turn?.swaps ? { width: square.height, height: square.width } : square,
    squarePixels: aspect === 1,
    ...(turn?.filter ? { turn: turn.filter } : {}),
  };
}

function pixelAspect({ num, den }: IRational): number | undefined {
  if (num <= 0 || den <= 0) return undefined;
  const aspect = num / den;
  return aspect > 1 / MAX_PIXEL_ASPECT && aspect < MAX_PIXEL_ASPECT ? aspect : undefined;
}

/** Nine 32-bit numbers, of which the 1st, 2nd, 4th and 5th turn (libavutil/display.h, FFmpeg 8). */
function signsOf(matrix: Buffer | null): string {
  if (!matrix || matrix.length < 36) return '+00+';
  const numbers = [0, 1, 3, 4].map((at) => matrix.readInt32LE(at * 4));
  // A slant of a few degrees, as some editors write, is rounded to the nearest quarter.
  const largest = Math.max(...numbers.map(Math.abs));
  return numbers.map((value) => (Math.abs(value) < largest / 2 ? '0' : value > 0 ? '+' : '-')).join('');
}
