/** Makes upright RGB of the picture in a HEIF file, in the colours of a usual screen. */
import { crc32, deflateSync } from 'node:zlib';
import type { Frame } from 'node-av/lib';
import sharp, { type Sharp } from 'sharp';
import { TONE_MAP } from '../av/chains.ts';
import { createFilter } from '../av/filter.ts';
import type { Size } from '../av/geometry.ts';
import { BrokenHeif } from './boxes.ts';
import { layOut, STILL } from './canvas.ts';
import { isHdr, widePrimaries } from './colours.ts';
import { framesOf } from './decode.ts';
import type { OpenHeif } from './open.ts';
import type { HeifPicture } from './picture.ts';
import { turnFilters, type View } from './view.ts';

const SCALER = 'flags=lanczos+accurate_rnd+full_chroma_int+full_chroma_inp';

/** Whether every part of it can be decoded; nothing is kept of it. Throws BrokenHeif, UnknownHeif. */
export async function decodeAll(heif: OpenHeif, picture: HeifPicture): Promise<void> {
  for await (const _ of framesOf(heif, picture));
  if (picture.alpha) for await (const _ of framesOf(heif, picture.alpha));
}

/** `size` is that of the picture as it is shown, and at most as large. Throws BrokenHeif, UnknownHeif. */
export async function render(heif: OpenHeif, picture: HeifPicture, size: Size): Promise<Sharp> {
  const rgb = await pixelsOf(heif, picture, size, 'rgb24');
  if (picture.alpha) {
    const alpha = await pixelsOf(heif, { ...picture.alpha, view: picture.view }, size, 'gray');
    putOnWhite(rgb, alpha, picture.premultiplied);
  }
  const plain = sharp(rgb, { raw: { ...size, channels: 3 } });
  const { profile } = picture.colours;
  return profile ? sharp(withProfile(await plain.png({ compressionLevel: 0 }).toBuffer(), profile)) : plain;
}

async function pixelsOf(
  heif: OpenHeif,
  picture: HeifPicture,
  size: Size,
  format: 'rgb24' | 'gray',
): Promise<Buffer> {
  using frame = await layOut(heif, picture);
  using filter = createFilter(chainOf(frame, picture, size, format), STILL);
  let pixels: Buffer | undefined;
  for (const input of [frame, null]) for await (const out of filter.push(input)) pixels = out.toBuffer();
  if (!pixels) throw new BrokenHeif('a picture that FFmpeg makes nothing of');
  return pixels;
}

function chainOf(frame: Frame, { view, colours }: HeifPicture, size: Size, format: string): string {
  const turned = view.quarters % 2 === 1;
  const scale = `scale=${turned ? size.height : size.width}:${turned ? size.width : size.height}:${SCALER}`;
  const primaries = colours.profile || isHdr(frame) || format !== 'rgb24' ? undefined : widePrimaries(frame);
  return [
    cropFilter(view),
    // Fewer pixels first: bending the brightness of each takes longest.
    ...(isHdr(frame) ? [scale, TONE_MAP] : []),
    `${scale}:out_range=pc`,
    ...(primaries ? ['format=gbrp', narrowing(primaries)] : []),
    `format=${format}`,
    ...turnFilters(view),
  ].join(',');
}

const cropFilter = ({ crop: { width, height, x, y } }: View): string =>
  `crop=${width}:${height}:${x}:${y}:exact=1`;

/** From a wider range of colours to the usual one; the curve is the usual one in both. */
const narrowing = (primaries: string): string =>
  `zscale=pin=${primaries}:p=709:tin=iec61966-2-1:t=iec61966-2-1:min=gbr:m=gbr:rin=full:r=full`;

function putOnWhite(rgb: Buffer, alpha: Buffer, premultiplied: boolean): void {
  for (let pixel = 0; pixel < alpha.length; pixel += 1) {
    const share = alpha[pixel] ?? 255;
    if (share === 255) continue;
    for (let at = pixel * 3; at < pixel * 3 + 3; at += 1) {
      const own = premultiplied ? (rgb[at] ?? 0) : ((rgb[at] ?? 0) * share) / 255;
      rgb[at] = Math.min(255, Math.round(own) + 255 - share);
    }
  }
}

const PNG_START = 33;

/** Puts a colour profile behind a PNG's first chunk (PNG, 11.3.2.3): sharp takes none for bare pixels. */
function withProfile(png: Buffer, profile: Buffer): Buffer {
  const chunk = Buffer.concat([Buffer.from('iCCPprofile\0\0', 'latin1'), deflateSync(profile)]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(chunk.length - 4);
  check.writeUInt32BE(crc32(chunk));
  return Buffer.concat([png.subarray(0, PNG_START), length, chunk, check, png.subarray(PNG_START)]);
}
