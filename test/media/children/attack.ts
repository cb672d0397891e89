/** Does to a video what others do who pass it on: for the tests of whether it is known again. */
import { openClip } from '../../../src/media/av/open-clip.ts';
import { transcode } from '../../../src/media/av/transcode.ts';
import { readClip } from '../../../src/media/check-clip.ts';

export type Attack = {
  /** A filter over the pictures, which have to come out in the size that they had. */
  filter?: string;
  crf?: number;
  scale?: number;
  fps?: number;
  from?: number;
  width?: number;
  height?: number;
};

export async function attack(path: string, toPath: string, how: Attack): Promise<void> {
  const { filter, crf = 23, scale = 1, fps = 15, from = 0 } = how;
  const read = await readClip(path);
  if (!read.ok) throw new Error('the sample cannot be read');
  const { geometry, scanned, container } = read.value;
  await using clip = await openClip(path, container);
  if (!clip) throw new Error('the sample cannot be opened');
  const even = (side: number): number => 2 * Math.round((side * scale) / 2);
  const { width, height } = { ...geometry.shown, ...how };
  const size = { width: even(width), height: even(height) };
  const written = await transcode(
    clip,
    toPath,
    {
      window: { startSeconds: from, endSeconds: scanned.durationMs / 1000 },
      sound: 'none',
      picture: {
        ...size,
        rate: { num: fps, den: 1 },
        geometry,
        maxFrames: Number.POSITIVE_INFINITY,
        preset: 'ultrafast',
        quality: { crf, maxBitsPerSecond: 8_000_000 },
        drawn:
          [
            ...(from > 0 ? [`trim=start=${from}`, 'setpts=PTS-STARTPTS'] : []),
            ...(filter ? [filter] : []),
          ].join(',') || 'null',
      },
    },
    () => {},
  );
  if (!written) throw new Error('the sample could not be written again');
}
