/** Decodes the coded pictures of a HEIF file, one after the other, each with FFmpeg's decoder for its kind. */
import { AV_CODEC_ID_AV1, AV_CODEC_ID_HEVC, AV_LOG_QUIET, type AVCodecID } from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Frame, Log, Packet } from 'node-av/lib';
import type { Size } from '../av/geometry.ts';
import { BrokenHeif, boxOf, UnknownHeif } from './boxes.ts';
import type { OpenHeif } from './open.ts';
import type { HeifPicture } from './picture.ts';

const KINDS: Record<string, { codec: AVCodecID; setup: string }> = {
  hvc1: { codec: AV_CODEC_ID_HEVC, setup: 'hvcC' },
  hev1: { codec: AV_CODEC_ID_HEVC, setup: 'hvcC' },
  av01: { codec: AV_CODEC_ID_AV1, setup: 'av1C' },
};
/** Encoders work in blocks, so that the coded picture may be a block larger than what is shown of it. */
const BLOCK = 128;

Log.setLevel(AV_LOG_QUIET);

type StillDecoder = Disposable & { decode(bytes: Buffer): Promise<Frame> };

/** The tiles in order; a frame is only good until the next one. Throws BrokenHeif, UnknownHeif. */
export async function* framesOf(heif: OpenHeif, { tiles, tile }: HeifPicture): AsyncGenerator<Frame> {
  let decoder: StillDecoder | undefined;
  let setup: Buffer | undefined;
  try {
    for (const item of tiles) {
      const kind = KINDS[item.type];
      const box = kind && boxOf(item.properties, kind.setup);
      if (!box) throw new BrokenHeif('a coded picture without its codec’s setup');
      // Tiles share one setup as a rule, and a decoder with it.
      if (setup !== box.body) {
        decoder?.[Symbol.dispose]();
        decoder = await createStillDecoder(kind.codec, box.body, tile);
        setup = box.body;
      }
      const frame = decoder && (await decoder.decode(await heif.bytesOf(item)));
      if (!frame) throw new UnknownHeif(`HEIF (${item.type})`);
      if (frame.width < tile.width || frame.height < tile.height)
        throw new BrokenHeif(`a picture of ${frame.width}×${frame.height} that calls itself larger`);
      yield frame;
    }
  } finally {
    decoder?.[Symbol.dispose]();
  }
}

/** Undefined when there is no decoder that takes it. */
async function createStillDecoder(
  id: AVCodecID,
  setup: Buffer,
  size: Size,
): Promise<StillDecoder | undefined> {
  const codec = Codec.findDecoder(id);
  if (!codec) return undefined;
  const context = new CodecContext();
  context.allocContext3(codec);
  context.extraData = Buffer.from(setup);
  // One picture at a time leaves nothing for a second thread but memory.
  const settings = Dictionary.fromObject({
    threads: 1,
    max_pixels: (size.width + BLOCK) * (size.height + BLOCK),
  });
  if ((await context.open2(codec, settings)) < 0) {
    context.freeContext();
    return undefined;
  }
  const [frame, next, packet] = [new Frame(), new Frame(), new Packet()];
  for (const one of [frame, next, packet]) one.alloc();

  return {
    async decode(bytes) {
      frame.unref();
      packet.unref();
      packet.data = bytes;
      packet.isKeyframe = true;
      const sent = await context.sendPacket(packet);
      if (sent >= 0) await context.sendPacket(null);
      // Of a picture in layers each is finer than the one before.
      while (sent >= 0 && (await context.receiveFrame(next)) >= 0) {
        frame.unref();
        frame.ref(next);
        next.unref();
      }
      context.flushBuffers();
      if (frame.width === 0 || frame.decodeErrorFlags !== 0)
        throw new BrokenHeif('a picture that can not be decoded');
      return frame;
    },
    [Symbol.dispose]() {
      for (const one of [frame, next, packet]) one.free();
      context.freeContext();
    },
  };
}
