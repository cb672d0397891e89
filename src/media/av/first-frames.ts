/** What only decoded frames tell and no header does, by a look at the first ones. */
import { AV_FRAME_FLAG_INTERLACED } from 'node-av/constants';
import { type Frame, Packet, type Stream } from 'node-av/lib';
import { createDecoder } from './decoder.ts';
import { type OpenClip, readOnly } from './open-clip.ts';

/** Enough for a decoder that has to hear or see a few before it gives one. */
const MAX_PACKETS = 60;
const FRAMES = 5;

/** Whether two half pictures, taken one after the other, are stored as one. */
export const isInterlaced = (clip: OpenClip, picture: Stream): Promise<boolean> =>
  anyOfFirst(clip, picture, (frame) => (frame.flags & AV_FRAME_FLAG_INTERLACED) !== 0);

/** Whether anything can be heard of it at all. */
export const canBeHeard = (clip: OpenClip, sound: Stream): Promise<boolean> =>
  anyOfFirst(clip, sound, (frame) => frame.nbSamples > 0);

/** Reads from where the clip stands; it has to be opened again to be read as a whole. */
async function anyOfFirst(clip: OpenClip, stream: Stream, fits: (frame: Frame) => boolean): Promise<boolean> {
  readOnly(clip, stream);
  using decoder = await createDecoder(stream);
  if (!decoder) return false;
  using packet = new Packet();
  packet.alloc();
  let frames = 0;
  for (let read = 0; read < MAX_PACKETS && frames < FRAMES; ) {
    const isEnd = (await clip.format.readFrame(packet)) < 0;
    if (isEnd || packet.streamIndex === stream.index) {
      read += 1;
      for await (const frame of decoder.push(isEnd ? null : packet)) {
        frames += 1;
        if (fits(frame)) return true;
      }
    }
    packet.unref();
    if (isEnd) break;
  }
  return false;
}
