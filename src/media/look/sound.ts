/** Whether anything can be heard in a clip's sound, or whether it has a track of silence. */
import { Packet } from 'node-av/lib';
import type { ClipLook } from '../../core/coach/look.ts';
import { createDecoder } from '../av/decoder.ts';
import { createFilter } from '../av/filter.ts';
import { type OpenClip, readOnly } from '../av/open-clip.ts';

/** Of the loudest that there can be: minus 50 decibels, under any breath or hum. */
const SILENT = 0.003;
/** One channel, coarse: only its peaks are looked at. */
const CHAIN = 'aresample=8000,aformat=sample_fmts=flt:channel_layouts=mono';

/** Reads from where the clip stands until something is heard. */
export async function soundOf(clip: OpenClip | undefined): Promise<ClipLook['sound']> {
  const sound = clip?.sound;
  if (!clip || !sound) return 'none';
  readOnly(clip, sound);
  using decoder = await createDecoder(sound);
  if (!decoder) return 'none';
  using filter = createFilter(CHAIN, sound);
  using packet = new Packet();
  packet.alloc();
  const isHeard = async (one: Packet | null): Promise<boolean> => {
    for await (const frame of decoder.push(one)) {
      for await (const part of filter.push(frame)) {
        const bytes = Uint8Array.from(part.toBuffer());
        const samples = new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
        if (samples.some((sample) => Math.abs(sample) > SILENT)) return true;
      }
    }
    return false;
  };
  while ((await clip.format.readFrame(packet)) >= 0) {
    if (packet.streamIndex === sound.index && (await isHeard(packet))) return 'heard';
    packet.unref();
  }
  return (await isHeard(null)) ? 'heard' : 'silent';
}
