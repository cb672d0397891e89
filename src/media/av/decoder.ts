/** Turns the packets of one stream into frames. */
import {
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
  type AVCodecID,
  AVERROR_EAGAIN,
  FF_DECODER_LIBVPX_VP8,
  FF_DECODER_LIBVPX_VP9,
  type FFVideoDecoder,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Frame, type Packet, type Stream } from 'node-av/lib';
import { MAX_DECODED_PIXELS } from './open-clip.ts';

export type Decoder = Disposable & {
  /** The frames that a packet completes; null gives those that are left. A frame is only good until the next one. */
  push(packet: Packet | null): AsyncGenerator<Frame>;
  /** How many packets could not be decoded. */
  readonly faults: number;
};

export type DecoderOptions = {
  /** `nokey`: keyframes alone, for a quick look over a heavy clip. `noref`: without what no other frame needs. */
  skip?: 'nokey' | 'noref';
  /** Leaves edges between blocks as they are: good enough to look at, and a quarter less work. */
  rough?: boolean;
};

/** FFmpeg's own decoders of VP8 and VP9 leave out what is see-through, which lies beside the picture (WebM). */
const WITH_ALPHA = new Map<AVCodecID, FFVideoDecoder>([
  [AV_CODEC_ID_VP8, FF_DECODER_LIBVPX_VP8],
  [AV_CODEC_ID_VP9, FF_DECODER_LIBVPX_VP9],
]);

/** Whether its decoder gives the alpha that the stream's own pixel format does not speak of. */
export const hasAlphaBeside = ({ codecpar, metadata }: Stream): boolean =>
  WITH_ALPHA.has(codecpar.codecId) && metadata?.get('alpha_mode') === '1';

function decoderFor(stream: Stream): Codec | null {
  const { codecId } = stream.codecpar;
  const withAlpha = hasAlphaBeside(stream) ? WITH_ALPHA.get(codecId) : undefined;
  return (withAlpha && Codec.findDecoderByName(withAlpha)) ?? Codec.findDecoder(codecId);
}

/** Undefined when there is no decoder for it or the decoder does not take its headers. */
export async function createDecoder(
  stream: Stream,
  options: DecoderOptions = {},
): Promise<Decoder | undefined> {
  const codec = decoderFor(stream);
  if (!codec) return undefined;
  const context = new CodecContext();
  context.allocContext3(codec);
  context.parametersToContext(stream.codecpar);
  context.pktTimebase = stream.timeBase;
  // Each thread of the usual kind holds a picture of its own; those beyond 4K are too large for that.
  const { width, height } = stream.codecpar;
  const threads = width * height > 4096 * 2160 ? 1 : 2;
  const settings = Dictionary.fromObject({
    threads,
    max_pixels: MAX_DECODED_PIXELS,
    skip_frame: options.skip,
    ...(options.rough ? { skip_loop_filter: 'all' } : {}),
  });
  if ((await context.open2(codec, settings)) < 0) {
    context.freeContext();
    return undefined;
  }
  const frame = new Frame();
  frame.alloc();
  let faults = 0;

  async function* receive(): AsyncGenerator<Frame> {
    for (;;) {
      const code = await context.receiveFrame(frame);
      if (code < 0) return;
      if (frame.decodeErrorFlags !== 0) faults += 1;
      yield frame;
      frame.unref();
    }
  }

  return {
    async *push(packet) {
      let code = await context.sendPacket(packet);
      if (code === AVERROR_EAGAIN) {
        yield* receive();
        code = await context.sendPacket(packet);
      }
      if (code < 0 && packet) faults += 1;
      yield* receive();
    },
    get faults() {
      return faults;
    },
    [Symbol.dispose]() {
      frame.free();
      context.freeContext();
    },
  };
}
