/** Moving previews of library items, in a child process: one each as it is kept, and several on one sheet for a chat. */
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { readClipFrames } from '../../puppet/clip-frames.ts';
import { openPicture } from '../../puppet/open-picture.ts';
import type { Picture } from '../../puppet/picture.ts';
import type { Tile } from '../core/media.ts';
import { blank, type Colour, number, paste } from './sheet/paint.ts';

/** Enough to know a movement again by, at a size that sixty of fit on a page. */
const SIDE = 176;
const FRAMES_PER_SECOND = 8;
const EVERY_MS = 1000 / FRAMES_PER_SECOND;
const MOST_FRAMES = 5 * FRAMES_PER_SECOND;
const QUALITY = 50;

export type PreviewArgs = { path: string; toPath: string; of: 'image' | 'clip' };

/** Writes an animated WebP without sound; of a picture, one of a single frame. False where nothing can be shown. */
export async function preview({ path, toPath, of }: PreviewArgs): Promise<boolean> {
  const frames: Picture[] = [];
  if (of === 'image') frames.push(await openPicture(path, SIDE));
  else
    for await (const { picture, timeMs } of readClipFrames(path, EVERY_MS, SIDE)) {
      // A clip of fewer pictures shows each for as long as it does itself.
      const last = frames.at(-1);
      while (last && frames.length < Math.min(MOST_FRAMES, Math.round(timeMs / EVERY_MS))) frames.push(last);
      if (frames.length === MOST_FRAMES) break;
      frames.push(picture);
    }
  if (frames.length === 0) return false;
  await writeFile(
    toPath,
    await animated(frames)
      .webp({ quality: QUALITY, effort: 3, ...timing(frames) })
      .toBuffer(),
  );
  return true;
}

const TILE = 200;
const GAP = 6;
const COLUMNS = 3;
const SHEET_FRAMES = 3 * FRAMES_PER_SECOND;
const GROUND: Colour = [23, 35, 30];
const PLATE: Colour = [255, 122, 77];
const INK: Colour = [18, 24, 21];
const NUMBER_SIZE = 18;

export type PreviewSheetArgs = { tiles: Tile[]; toPath: string };

/** Writes one GIF in which all of them move, each with its number; the shorter ones begin again. False where none can be read. */
export async function previewSheet({ tiles, toPath }: PreviewSheetArgs): Promise<boolean> {
  const read = await Promise.all(tiles.map(async ({ path }) => (path ? readFrames(path) : [])));
  const longest = Math.min(SHEET_FRAMES, Math.max(1, ...read.map((frames) => frames.length)));
  if (read.every((frames) => frames.length === 0)) return false;
  const columns = Math.min(COLUMNS, tiles.length);
  const rows = Math.ceil(tiles.length / columns);
  const [width, height] = [columns, rows].map((count) => count * (TILE + GAP) + GAP);
  const frames = Array.from({ length: longest }, (_, at) => {
    const sheet = blank(width ?? TILE, height ?? TILE, GROUND);
    for (const [place, own] of read.entries()) {
      const left = GAP + (place % columns) * (TILE + GAP);
      const top = GAP + Math.floor(place / columns) * (TILE + GAP);
      const frame = own[at % Math.max(1, own.length)];
      if (frame)
        paste(
          sheet,
          frame,
          left + Math.floor((TILE - frame.width) / 2),
          top + Math.floor((TILE - frame.height) / 2),
        );
      const name = tiles[place]?.number;
      if (name !== undefined) number(sheet, name, { left, top }, NUMBER_SIZE, PLATE, INK);
    }
    return sheet;
  });
  const gif = animated(frames).gif({
    effort: 1,
    colours: 64,
    dither: 0,
    interFrameMaxError: 12,
    interPaletteMaxError: 256,
    ...timing(frames),
  });
  await writeFile(toPath, await gif.toBuffer());
  return true;
}

/** One that can't be read leaves its place empty. */
async function readFrames(path: string): Promise<Picture[]> {
  try {
    const { data, info } = await sharp(await readFile(path), { animated: true })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const high = info.pageHeight ?? info.height;
    const bytes = info.width * high * 3;
    return Array.from({ length: Math.floor(info.height / high) }, (_, at) => ({
      width: info.width,
      height: high,
      rgb: new Uint8Array(data.buffer, data.byteOffset + at * bytes, bytes),
    }));
  } catch {
    return [];
  }
}

const timing = (frames: readonly Picture[]) => ({
  loop: 0,
  ...(frames.length > 1 ? { delay: frames.map(() => EVERY_MS) } : {}),
});

/** All frames one below the other, as sharp takes them. */
function animated(frames: readonly Picture[]) {
  const [{ width, height }] = frames as [Picture];
  const all = Buffer.concat(frames.map(({ rgb }) => rgb));
  return sharp(all, {
    raw: {
      width,
      height: height * frames.length,
      channels: 3,
      ...(frames.length > 1 ? { pageHeight: height } : {}),
    },
  });
}
