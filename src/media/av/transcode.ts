/** Turns an open clip into an MP4, by copying or encoding each of its two streams. */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import { Packet, type Stream } from 'node-av/lib';
import { coloursOf, pictureChain, soundChain } from './chains.ts';
import { type H264Options, openAac, openH264 } from './encoders.ts';
import { UnfitFrames } from './filter.ts';
import type { Geometry } from './geometry.ts';
import { type OpenClip, readOnly } from './open-clip.ts';
import { createMp4, type Mp4, type Tags } from './output.ts';
import { copyTrack, encodeTrack, type Track, type Window } from './tracks.ts';

export type Recipe = {
  /** What of the clip is wanted; one that is repeated may end before the window does. */
  window: Window;
  /** The length of a clip that is repeated until the window is full. Not for streams that are copied. */
  lapSeconds?: number;
  /** `fromSeconds`: where the window starts after the clip's first picture. */
  picture:
    | 'copy'
    | (H264Options & { geometry: Geometry; maxFrames: number; drawn?: string; fromSeconds?: number });
  sound: 'copy' | 'none' | { bitsPerSecond: number };
  tags?: Tags;
};

/** Streams lie side by side in a file, but not exactly: after so long beyond the window nothing more is awaited. */
const READ_ON_SECONDS = 5;

/** False when the clip can't be decoded. Throws FFmpegError when the MP4 can't be written. */
export async function transcode(
  clip: OpenClip,
  toPath: string,
  recipe: Recipe,
  progress: (share: number) => void,
  reopen: () => Promise<OpenClip | undefined> = async () => undefined,
): Promise<boolean> {
  const { picture, sound } = clip;
  if (!picture) return false;
  readOnly(clip, picture, recipe.sound === 'none' ? undefined : sound);
  await using mp4 = createMp4(toPath, recipe.tags);
  const pictureTrack = await addPicture(mp4, picture, recipe);
  if (!pictureTrack) return false;
  using tracks = new DisposableStack();
  tracks.defer(() => pictureTrack.close());
  const soundTrack = sound && (await addSound(mp4, sound, recipe));
  if (soundTrack) tracks.defer(() => soundTrack.close());

  await mp4.begin();
  try {
    const { window, lapSeconds = Infinity } = recipe;
    const seconds = window.endSeconds - window.startSeconds;
    const trackOf = (stream: number): Track | undefined => {
      progress(Math.min(1, pictureTrack.seconds / seconds));
      return stream === picture.index ? pictureTrack : stream === sound?.index ? soundTrack : undefined;
    };
    await pump(clip, window, trackOf, { lapSeconds, shiftSeconds: 0 });
    for (let lap = 1; lap * lapSeconds < seconds; lap += 1) {
      await using again = await reopen();
      if (!again) return false;
      readOnly(again, picture, soundTrack && sound);
      await pump(again, window, trackOf, { lapSeconds, shiftSeconds: lap * lapSeconds });
    }
    await pictureTrack.push(null);
    await soundTrack?.push(null);
  } catch (error) {
    if (error instanceof UnfitFrames) return false;
    throw error;
  }
  await mp4.finish();
  return true;
}

async function addPicture(mp4: Mp4, stream: Stream, { picture, window }: Recipe): Promise<Track | undefined> {
  if (picture === 'copy') return copyTrack(mp4, stream, window);
  const chain = pictureChain(stream, picture.geometry, picture);
  return encodeTrack(mp4, stream, await openH264(picture, coloursOf(stream)), chain, picture.maxFrames);
}

/** Undefined also where nothing can decode the sound: the clip is worth more than none. */
async function addSound(mp4: Mp4, stream: Stream, { sound, window }: Recipe): Promise<Track | undefined> {
  if (sound === 'none') return undefined;
  if (sound === 'copy') return copyTrack(mp4, stream, window);
  return encodeTrack(mp4, stream, await openAac(sound.bitsPerSecond), soundChain(window));
}

/** Reads the clip once, up to `lapSeconds`, and moves its times on by `shiftSeconds`. */
async function pump(
  clip: OpenClip,
  window: Window,
  trackOf: (streamIndex: number) => Track | undefined,
  { lapSeconds, shiftSeconds }: { lapSeconds: number; shiftSeconds: number },
): Promise<void> {
  using packet = new Packet();
  packet.alloc();
  const units = clip.format.streams.map(({ timeBase }) => timeBase.num / timeBase.den);
  while ((await clip.format.readFrame(packet)) >= 0) {
    const unit = units[packet.streamIndex] ?? 1;
    if (Number(packet.dts) * unit > window.endSeconds + READ_ON_SECONDS) break;
    const time = packet.pts === AV_NOPTS_VALUE ? packet.dts : packet.pts;
    const shift = BigInt(Math.round(shiftSeconds / unit));
    if (packet.pts !== AV_NOPTS_VALUE) packet.pts += shift;
    if (packet.dts !== AV_NOPTS_VALUE) packet.dts += shift;
    // Sound that is longer than the picture would run into the next lap.
    if (Number(time) * unit < window.startSeconds + lapSeconds)
      await trackOf(packet.streamIndex)?.push(packet);
    packet.unref();
  }
}
