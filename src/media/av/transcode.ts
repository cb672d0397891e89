/** Turns an open clip into an MP4, by copying or encoding each of its two streams. */
import { Packet, type Stream } from 'node-av/lib';
import { coloursOf, pictureChain, soundChain } from './chains.ts';
import { type H264Options, openAac, openH264 } from './encoders.ts';
import { UnfitFrames } from './filter.ts';
import type { Geometry } from './geometry.ts';
import { type OpenClip, readOnly } from './open-clip.ts';
import { createMp4, type Mp4 } from './output.ts';
import { copyTrack, encodeTrack, type Track, type Window } from './tracks.ts';

export type Recipe = {
  window: Window;
  picture: 'copy' | (H264Options & { geometry: Geometry; maxFrames: number });
  sound: 'copy' | 'none' | { bitsPerSecond: number };
};

/** Streams lie side by side in a file, but not exactly: after so long beyond the window nothing more is awaited. */
const READ_ON_SECONDS = 5;

/** False when the clip can't be decoded. Throws FFmpegError when the MP4 can't be written. */
export async function transcode(
  clip: OpenClip,
  toPath: string,
  recipe: Recipe,
  progress: (share: number) => void,
): Promise<boolean> {
  const { picture, sound } = clip;
  if (!picture) return false;
  readOnly(clip, picture, recipe.sound === 'none' ? undefined : sound);
  await using mp4 = createMp4(toPath);
  const pictureTrack = await addPicture(mp4, picture, recipe);
  if (!pictureTrack) return false;
  using tracks = new DisposableStack();
  tracks.defer(() => pictureTrack.close());
  const soundTrack = sound && (await addSound(mp4, sound, recipe));
  if (soundTrack) tracks.defer(() => soundTrack.close());

  await mp4.begin();
  try {
    await pump(clip, recipe.window, (stream) => {
      progress(pictureTrack.seconds / (recipe.window.endSeconds - recipe.window.startSeconds));
      return stream === picture.index ? pictureTrack : stream === sound?.index ? soundTrack : undefined;
    });
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

async function pump(
  clip: OpenClip,
  window: Window,
  trackOf: (streamIndex: number) => Track | undefined,
): Promise<void> {
  using packet = new Packet();
  packet.alloc();
  while ((await clip.format.readFrame(packet)) >= 0) {
    const unit = packet.timeBase.num / packet.timeBase.den;
    if (Number(packet.dts) * unit > window.endSeconds + READ_ON_SECONDS) break;
    await trackOf(packet.streamIndex)?.push(packet);
    packet.unref();
  }
}
