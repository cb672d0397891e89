/** Reads a picture file into memory. */
import { sniff } from '../src/media/sniff.ts';
import { readStill } from '../src/media/stills.ts';
import type { Picture } from './picture.ts';

/** Upright, without alpha, its long side as wanted and both sides even. */
export async function openPicture(path: string, longSide: number): Promise<Picture> {
  const { image: format } = await sniff(path);
  if (!format) throw new Error('that is no picture');
  const read = await readStill(path, format, longSide, (picture) =>
    picture
      .resize(longSide, longSide, { fit: 'inside' })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  if (!read.ok) throw new Error(`a picture that can not be read: ${read.refusal.code}`);
  const { data, info } = read.value;
  const [width, height] = [info.width & ~1, info.height & ~1];
  if (width === info.width && height === info.height) return { width, height, rgb: new Uint8Array(data) };
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1)
    rgb.set(data.subarray(y * info.width * 3, (y * info.width + width) * 3), y * width * 3);
  return { width, height, rgb };
}
