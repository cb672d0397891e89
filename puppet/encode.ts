/** Writes the video: H.264 in an MP4 that plays while it loads, with the clip's sound when asked for. */
import { Decoder, Demuxer, Encoder, FilterAPI, Muxer } from 'node-av/api';
import { AV_CODEC_ID_AAC, AV_PIX_FMT_RGBA, FF_ENCODER_AAC, FF_ENCODER_LIBX264 } from 'node-av/constants';
import type { Frame, Stream } from 'node-av/lib';
import { filledFrame } from '../src/media/av/filled-frame.ts';

/** High definition's colours, and said so: a player that has to guess shows reds as pinks. */
const TO_YUV =
  'scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,' +
  'setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv';

export type VideoPlan = {
  toPath: string;
  /** Both even, as yuv420p wants. */
  width: number;
  height: number;
  fps: number;
  /** RGBA without padding, one a frame. The buffer may be used again for the next. */
  frames: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** The clip whose sound goes in, if it has one; `undefined` for none. */
  soundFrom: string | undefined;
};

/** Answers whether there is sound in it. Throws when the disk or the encoder fails. */
export async function encodeVideo(plan: VideoPlan): Promise<{ hasSound: boolean }> {
  const { width, height, fps } = plan;
  using toYuv = FilterAPI.create(TO_YUV, { framerate: { num: fps, den: 1 } });
  using encoder = await Encoder.create(FF_ENCODER_LIBX264, {
    filter: toYuv,
    gopSize: fps * 2,
    // More threads hold more frames in memory than they save in time beside the drawing.
    threadCount: 2,
    options: { preset: 'veryfast', crf: 21 },
  });
  await using out = await Muxer.open(plan.toPath, { format: 'mp4', options: { movflags: '+faststart' } });
  const picture = out.addStream(encoder);
  const writePicture = async (): Promise<void> => {
    for await (using packet of encoder.packets(toYuv.frames(framesOf())))
      if (packet) await out.writePacket(packet, picture);
  };
  if (plan.soundFrom === undefined) {
    await writePicture();
    return { hasSound: false };
  }
  await using clip = await Demuxer.open(plan.soundFrom);
  const sound = clip.audio();
  if (!sound) {
    await writePicture();
    return { hasSound: false };
  }
  const writeSound = await soundWriter(clip, sound, out);
  await Promise.all([writePicture(), writeSound()]);
  return { hasSound: true };

  async function* framesOf(): AsyncGenerator<Frame | null> {
    let index = 0n;
    for await (const rgba of plan.frames) {
      yield filledFrame({
        bytes: rgba,
        width,
        height,
        format: AV_PIX_FMT_RGBA,
        planes: [{ rowBytes: width * 4, rows: height }],
        timeBase: { num: 1, den: fps },
        pts: index,
      });
      index += 1n;
    }
    yield null;
  }
}

/** AAC goes over as it is; anything else is encoded anew. */
async function soundWriter(clip: Demuxer, sound: Stream, out: Muxer): Promise<() => Promise<void>> {
  if (sound.codecpar.codecId === AV_CODEC_ID_AAC) {
    const index = out.addStream(sound);
    return async () => {
      for await (using packet of clip.packets(sound.index)) if (packet) await out.writePacket(packet, index);
      await out.writePacket(null, index);
    };
  }
  const decoder = await Decoder.create(sound, { exitOnError: false });
  const encoder = await Encoder.create(FF_ENCODER_AAC, { decoder, bitrate: '128k', autoResample: true });
  const index = out.addStream(encoder);
  return async () => {
    try {
      for await (using packet of encoder.packets(decoder.frames(clip.packets(sound.index))))
        if (packet) await out.writePacket(packet, index);
    } finally {
      encoder.close();
      decoder.close();
    }
  };
}
