/** Lays the tiles of a picture out into one frame. */
import { AVMEDIA_TYPE_VIDEO, type AVPixelFormat } from 'node-av/constants';
import { avGetPixFmtFromName, avGetPixFmtName, FFmpegError, Frame } from 'node-av/lib';
import { TONE_MAP } from '../av/chains.ts';
import { createFilter } from '../av/filter.ts';
import { UnknownHeif } from './boxes.ts';
import { type Colours, isHdr, tag } from './colours.ts';
import { framesOf } from './decode.ts';
import type { OpenHeif } from './open.ts';
import type { HeifPicture } from './picture.ts';

/** Formats of 8 bits, and by how much their second and third plane are coarser. */
const PLAIN: Record<string, { planes: number; right: 0 | 1; down: 0 | 1 }> = {
  yuv420p: { planes: 3, right: 1, down: 1 },
  yuv422p: { planes: 3, right: 1, down: 0 },
  yuv444p: { planes: 3, right: 0, down: 0 },
  gbrp: { planes: 3, right: 0, down: 0 },
  gray: { planes: 1, right: 0, down: 0 },
};

/** A stream of one picture, as far as a filter wants to know. */
export const STILL = { codecpar: { codecType: AVMEDIA_TYPE_VIDEO }, timeBase: { num: 1, den: 1 } };

/** All of it in one frame, as it was decoded where it is a single one. To be freed. Throws BrokenHeif, UnknownHeif. */
export async function layOut(heif: OpenHeif, picture: HeifPicture): Promise<Frame> {
  let canvas: Frame | undefined;
  let index = 0;
  try {
    for await (const frame of framesOf(heif, picture)) {
      prepare(frame, picture.colours);
      if (picture.tiles.length === 1) return copyOf(frame);
      using filter = createFilter(plainChain(frame, picture), STILL);
      for (const input of [frame, null])
        for await (const plain of filter.push(input)) {
          canvas ??= emptyLike(plain, picture);
          put(plain, canvas, index, picture);
        }
      index += 1;
    }
  } catch (error) {
    canvas?.free();
    throw error;
  }
  if (!canvas) throw new Error('a picture without a tile');
  return canvas;
}

function prepare(frame: Frame, colours: Colours): void {
  // FFmpeg's older way to say that the range is full: one is enough, and they may contradict each other.
  const name = nameOf(frame);
  if (name.startsWith('yuvj')) frame.format = avGetPixFmtFromName(name.replace('yuvj', 'yuv'));
  tag(frame, colours);
}

/** To 8 bits and a usual screen's brightness, tile by tile, as the whole would take twice the memory. */
function plainChain(frame: Frame, { tile }: HeifPicture): string {
  const name = nameOf(frame);
  let plain = /^(yuv4[24][024]p|gbrp|gray)/.exec(name)?.[0];
  if (!plain || !PLAIN[plain]) throw new UnknownHeif(`HEIF (${name})`);
  const { right, down } = PLAIN[plain] ?? { right: 0, down: 0 };
  // A tile that begins in the middle of a coarse pixel needs finer ones.
  if (tile.width % (1 + right) || tile.height % (1 + down)) plain = 'yuv444p';
  return [...(isHdr(frame) ? [TONE_MAP] : []), `format=${plain}`].join(',');
}

function emptyLike(frame: Frame, { stored }: HeifPicture): Frame {
  const canvas = new Frame();
  canvas.alloc();
  canvas.copyProps(frame);
  Object.assign(canvas, { ...stored, format: frame.format });
  FFmpegError.throwIfError(canvas.getBuffer());
  return canvas;
}

function put(from: Frame, canvas: Frame, index: number, { tile, columns, stored }: HeifPicture): void {
  const layout = PLAIN[nameOf(canvas)];
  const [source, target] = [from.data ?? [], canvas.data ?? []];
  const [left, top] = [(index % columns) * tile.width, Math.floor(index / columns) * tile.height];
  for (let plane = 0; plane < (layout?.planes ?? 0); plane += 1) {
    const [right, down] = plane === 0 ? [0, 0] : [layout?.right ?? 0, layout?.down ?? 0];
    const coarse = (length: number, shift: number) => (length + shift) >> shift;
    const bytes = coarse(Math.min(tile.width, stored.width - left), right);
    const rows = coarse(Math.min(tile.height, stored.height - top), down);
    const [step, stride] = [from.linesize[plane] ?? 0, canvas.linesize[plane] ?? 0];
    for (let row = 0; row < rows; row += 1) {
      const pixels = source[plane]?.subarray(row * step, row * step + bytes);
      if (pixels) target[plane]?.set(pixels, ((top >> down) + row) * stride + (left >> right));
    }
  }
}

function copyOf(frame: Frame): Frame {
  const copy = new Frame();
  copy.alloc();
  FFmpegError.throwIfError(copy.ref(frame));
  return copy;
}

/** The format is one of pixels, as the frame is a picture. */
const nameOf = ({ format }: Frame): string => avGetPixFmtName(format as AVPixelFormat) ?? '';
