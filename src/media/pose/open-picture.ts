/** Reads a picture file into memory. */
import sharp from 'sharp';
import type { Picture } from './picture.ts';

/** Upright, without alpha, its long side as wanted and both sides even. */
export async function openPicture(path: string, longSide: number): Promise<Picture> {
  const { data, info } = await sharp(path)
    .rotate()
    .resize(longSide, longSide, { fit: 'inside' })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [width, height] = [info.width & ~1, info.height & ~1];
  if (width === info.width && height === info.height) return { width, height, rgb: new Uint8Array(data) };
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1)
    rgb.set(data.subarray(y * info.width * 3, (y * info.width + width) * 3), y * width * 3);
  return { width, height, rgb };
}
