/** A still picture of a video, in a child process. */
import { writeFile } from 'node:fs/promises';
import { Packet } from 'node-av/lib';
import sharp from 'sharp';
import { createDecoder } from './av/decoder.ts';
import { createFilter } from './av/filter.ts';
import { type Geometry, geometryOf, type Size } from './av/geometry.ts';
import { createGreyScaler } from './av/grey.ts';
import { openClip, readOnly, type SoundOption } from './av/open-clip.ts';
import { isPlain } from './camera.ts';
import { sniff } from './sniff.ts';

/** Whoever begins with more than three seconds of black means it. */
const MAX_FRAMES = 90;

export type PosterArgs = { path: string; toPath: string; maxSide: number } & SoundOption;

/** Writes a JPEG of the first picture that shows something. False when no picture can be decoded. */
export async function poster({ path, toPath, maxSide, withoutSound }: PosterArgs): Promise<boolean> {
  const { clip: container } = await sniff(path);
  await using clip = container && (await openClip(path, container, { withoutSound }));
  if (!clip?.picture) return false;
  const { picture } = clip;
  readOnly(clip, picture);
  using decoder = await createDecoder(picture);
  if (!decoder) return false;
  const size = posterSize(geometryOf(picture, picture.codecpar), maxSide);
  using filter = createFilter(chainOf(geometryOf(picture, picture.codecpar), size), picture);
  using scaler = createGreyScaler();
  using packet = new Packet();
  packet.alloc();
  let best: Buffer | undefined;
  let frames = 0;

  async function take(one: Packet | null): Promise<boolean> {
    if (!decoder) return false;
    for await (const frame of decoder.push(one)) {
      frames += 1;
      const grey = await scaler.grey(frame);
      const shows = grey !== undefined && !isPlain(grey);
      if (shows || frames === 1) for await (const rgb of filter.push(frame)) best = rgb.toBuffer();
      if (shows || frames >= MAX_FRAMES) return true;
    }
    return false;
  }

  let found = false;
  while (!found && (await clip.format.readFrame(packet)) >= 0) {
    if (packet.streamIndex === picture.index) found = await take(packet);
    packet.unref();
  }
  if (!found) await take(null);
  if (!best) return false;
  const jpeg = sharp(best, { raw: { ...size, channels: 3 } }).jpeg({ quality: 85 });
  await writeFile(toPath, await jpeg.toBuffer());
  return true;
}

function posterSize({ shown }: Geometry, maxSide: number): Size {
  const scale = Math.min(1, maxSide / Math.max(shown.width, shown.height));
  const [width, height] = [shown.width, shown.height].map((side) => Math.max(1, Math.round(side * scale)));
  return { width: width ?? 1, height: height ?? 1 };
}

const chainOf = ({ turn }: Geometry, { width, height }: Size): string =>
  [turn, `scale=${width}:${height}:flags=bicubic`, 'format=rgb24'].filter(Boolean).join(',');
